"""Letter numbers have no gap and no double, whoever draws them and whatever is undone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from eventkit.envelope import Envelope
from eventkit.session import Session
from routing.bootstrap import Routing
from routing.domain.opening import assigned_by_rule
from routing.domain.programme import Programme
from routing.domain.rules import Rule
from tests.integration.routing.desk import REPORTED, Desk, issue, programme, told
from tests.unit.routing.made import DOCUMENT, LEAD


@pytest.mark.timeout(60)
def test_concurrent_writers_leave_no_gap(routing_desk: Desk) -> None:
    routing_desk.hear(programme("crowded", assignment="automatic"), programme("crowded", 2))
    events = [issue("crowded", programme_version=2) for _ in range(24)]
    routing_desk.hear(*events)
    year = datetime.now(UTC).year

    def assign(case: str) -> int:
        headers = routing_desk.office()
        routing_desk.post(case, "assignment", {"lead": "nobody"}, headers)
        return int(routing_desk.post(case, "assignment", {}, headers).status_code)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(assign, [event.key for event in events])) == {201}
    assert sorted(map(int, routing_desk.letters("crowded"))) == list(range(1, 25))
    assert routing_desk.column("SELECT last FROM letters WHERE programme = 'crowded' AND year = :y", y=year) == [24]


def test_undone_letter_gives_number_back(routing_desk: Desk) -> None:
    """A letter that was drawn but not recorded, or recorded and undone, costs no number."""
    routing_desk.hear(programme("undone"))
    cases = [issue("undone") for _ in range(3)]
    routing_desk.hear(*cases)
    routing, known = Routing(), Programme.of("undone", 1, DOCUMENT)
    with routing_desk.store.transaction() as tx:
        session = Session(tx, routing.projectors)

        def draw(event: Envelope) -> str:
            return routing.desk.letters.draw(session, known, 2026, event.key)

        def record(event: Envelope, letter: str) -> None:
            case = session.get(routing.desk.cases, event.key)
            assigned = assigned_by_rule(case, Rule("power", LEAD), letter, REPORTED)
            session.record(routing.desk.cases, case.id, assigned, key=case.id, cause=event.id)

        first = draw(cases[0])
        assert draw(cases[0]) == first
        record(cases[0], first)
        mark = session.mark()
        second = draw(cases[1])
        record(cases[1], second)
        session.undo(mark)
        assert draw(cases[2]) == second != first
        record(cases[2], second)
        session.flush()
    assert routing_desk.letters("undone") == ["1", "2"]
    assert routing_desk.column("SELECT last FROM letters WHERE programme = 'undone'") == [2]


def test_poison_in_batch_costs_no_number(routing_desk: Desk) -> None:
    """A batch that the database refuses is rolled back and applied one by one; its numbers are drawn anew."""
    routing_desk.hear(programme("poisoned", assignment="automatic"))
    events = [issue("poisoned"), issue("poisoned", title="变压器\x00"), issue("poisoned")]
    routing_desk.hear(*events)
    assert routing_desk.letters("poisoned") == ["1", "2"]
    assert routing_desk.names(events[1].key) == []
    assert len(routing_desk.column("SELECT error FROM parked WHERE key = :key", key=events[1].key)) == 1


def test_reopened_twice_in_one_batch(routing_desk: Desk) -> None:
    """Each letter of a case counts, also those that a later round has replaced."""
    routing_desk.hear(programme("twice", assignment="automatic"))
    event = issue("twice")
    orders = [
        told("supervision.reopening_ordered.v1", event.key, case=event.key, round=n, reason=None, by="office")
        for n in (2, 3)
    ]
    routing_desk.hear(event)
    routing_desk.hear(*orders, issue("twice"))
    assert routing_desk.letters("twice") == ["1", "2", "3", "4"]
