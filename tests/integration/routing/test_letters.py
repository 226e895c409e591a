"""Letter numbers have no gap and no double, whoever draws them and whatever is undone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from runpy import run_path

import pytest
from sqlalchemy import text

from eventkit.envelope import Envelope
from eventkit.session import Session
from routing.bootstrap import Routing
from routing.domain.opening import assigned_by_rule
from routing.domain.programme import Programme
from routing.domain.rules import Rule
from tests.integration.routing.desk import REPORTED, Desk, directory, issue, programme, told
from tests.unit.routing.made import DOCUMENT, LEAD

MIGRATION = Path(__file__).parents[3] / "services/routing/migrations/versions/0004_backtest.py"


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


def test_meeting_numbers_each_letter_once(routing_desk: Desk) -> None:
    """Two programmes of an agency that write their letters alike count them together, also many in one act."""
    for id in ("meeting-a", "meeting-b"):
        routing_desk.hear(programme(id, letter="进问交〔{year}〕{number}号"))
    listed = {id: [issue(id) for _ in range(30)] for id in ("meeting-a", "meeting-b")}
    routing_desk.hear(*listed["meeting-a"], *listed["meeting-b"])
    letters = []
    for id, cases in listed.items():
        body = {"meeting": "m1", "programme": id, "items": [{"case": event.key} for event in cases]}
        answer = routing_desk.http.post("/v1/assignment-meetings", json=body, headers=routing_desk.office())
        assert answer.status_code == 201, answer.text
        letters += [item["letter"] for item in answer.json()["items"]]
    numbers = [int(letter.split("〕")[1].removesuffix("号")) for letter in letters]
    assert numbers == list(range(1, 61))


def test_series_goes_on_behind_its_programmes(routing_desk: Desk) -> None:
    """The migration to series: what was numbered apart is numbered together from the highest number on."""
    for id, form in (
        ("old-a", "旧〔{year}〕{number}号"),
        ("old-b", "旧〔{year}〕{number}号"),
        ("old-c", "旧"),
        ("old-d", None),
    ):
        routing_desk.hear(programme(id, agency="old", **({} if form is None else {"letter": form})))
    with routing_desk.engine.begin() as connection:
        for n, id in enumerate(("old-a", "old-b", "old-c", "old-d"), start=5):
            connection.execute(text("INSERT INTO letters VALUES (:id, 2026, :n)"), {"id": id, "n": n})
        connection.execute(text(run_path(str(MIGRATION))["_SERIES"]))
    found = routing_desk.column("SELECT programme || '=' || last FROM letters WHERE programme LIKE 'old %'")
    assert sorted(found) == ["old 旧{year}-{number}=7", "old 旧〔{year}〕{number}号=6"]
    case = routing_desk.open("old-a", agency="old")
    asked = {"occurred_at": "2026-03-11T02:00:00Z", "reason": "late"}
    answer = routing_desk.post(case, "assignment", asked, routing_desk.office(agency="old"))
    assert answer.json()["errors"][0]["field"] == "/lead"
    routing_desk.hear(directory("old"))
    answer = routing_desk.post(case, "assignment", asked, routing_desk.office(agency="old"))
    assert answer.json()["letter"] == "旧〔2026〕7号"


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
