"""What a ledger's row tells round by round: the same whichever of intake and routing is heard first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import combinations
from typing import Any

import orjson
import pytest

from eventkit.envelope import Envelope
from tests.unit.supervision.made import (
    CONTACT,
    EXTERNAL,
    LEARNT,
    Service,
    china,
    document,
    history_declared,
    issue_reported,
    programme_published,
    rounds_declared,
    step,
)

DUE = china("2021-03-21T00:00")
SECOND = timedelta(seconds=1)


def fact(name: str, at: str, round: int | None = None, **more: Any) -> dict[str, Any]:
    return {"fact": name, "at": china(at), "round": round, **more}


EXTENDED = fact("extended", "2021-03-16T09:00", 2, asked_at=china("2021-03-15T09:00"), due_on="2021-03-30", reason="r")
ROW = (
    fact("assigned", "2021-03-11T09:00", unit="power"),
    fact("returned", "2021-03-12T09:00", unit="power", reason="not_ours"),
    fact("assigned", "2021-03-12T10:00", 2, unit="water"),
    EXTENDED,
    fact("result", "2021-03-22T09:00", 2, outcome="solved"),
    fact("verified", "2021-03-23T09:00", 2, satisfaction="unsatisfied"),
    fact("reopened", "2021-03-23T09:00", 2, reason="again"),
    fact("assigned", "2021-03-24T09:00", 3, unit="water"),
    fact("result", "2021-03-25T09:00", 3, outcome="solved"),
    fact("verified", "2021-03-26T09:00", 3, satisfaction="satisfied"),
    fact("closed_out", "2021-03-27T09:00", 3),
)
STEPS: Sequence[tuple[str, str, dict[str, Any]]] = (
    ("assigned", "2021-03-11T09:00", {}),
    ("returned", "2021-03-12T09:00", {"round": 2}),
    ("assigned", "2021-03-12T10:00", {"round": 2, "lead": "water"}),
    ("result", "2021-03-22T09:00", {"outcome": "solved"}),
    ("reopened", "2021-03-23T09:00", {"round": 3}),
    ("assigned", "2021-03-24T09:00", {"round": 3, "lead": "water"}),
    ("result", "2021-03-25T09:00", {"outcome": "solved"}),
)


def steps() -> list[Envelope]:
    """Of routing, as it declares the row."""
    return [step(fact, china(at), LEARNT + n * SECOND, **told) for n, (fact, at, told) in enumerate(STEPS)]


def watched(*clocks: dict[str, Any]) -> Service:
    service = Service()
    service.hear(programme_published(document(*clocks)), issue_reported(LEARNT, due_at=DUE))
    return service


def of(service: Service, name: str) -> list[dict[str, Any]]:
    return [event.json() for event in service.store.tables.events if event.type.split(".")[2] == name]


def heard(intake: Sequence[Envelope], places: Sequence[int]) -> Service:
    """Intake's events at these places among routing's; then all is swept that can be."""
    service, topic = watched(CONTACT, EXTERNAL), list(intake)
    routing = steps()
    for place in range(len(intake) + len(routing)):
        service.hear((topic if place in places else routing).pop(0))
    assert not service.store.tables.parked
    assert not service.store.tables.waiting
    service.sweep(LEARNT + timedelta(days=100))
    return service


def course(service: Service) -> list[bytes]:
    """What was recorded, each generation told by its round and turn: its number goes by who was heard first."""
    starts = of(service, "clock_started")
    laps = {(e["clock"], e["generation"]): (e["clock"], e["round"]) for e in starts}
    turns = {one: sorted(other for other in laps if laps[other] == lap).index(one) for one, lap in laps.items()}
    recorded: list[bytes] = []
    for name, at, data in service.recorded().values():
        clock = (data.get("clock"), data.pop("generation", None))
        recorded.append(orjson.dumps([name, at, data, laps.get(clock), turns.get(clock)], option=orjson.OPT_SORT_KEYS))
    return sorted(recorded)


def test_row_comes_out_equal_in_any_order() -> None:
    runs = [heard([rounds_declared(LEARNT, *ROW)], [place]) for place in range(len(STEPS) + 1)]
    assert all(course(run) == course(runs[0]) for run in runs)
    told = {
        name: [event["round"] for event in of(runs[0], name)] for name in ("enterprise_verified", "case_closed_out")
    }
    assert told == {"enterprise_verified": [2, 3], "case_closed_out": [3]}
    assert [event["round"] for event in of(runs[0], "reopening_ordered")] == [3]
    due = [(event["round"], event["due_at"]) for event in of(runs[0], "clock_started")]
    first, extended = "2021-03-20T16:00:00Z", "2021-03-30T16:00:00Z"
    assert sorted(due) == [(1, first), (2, first), (2, extended), (3, first)]
    assert {event["by"] for event in of(runs[0], "extension_asked") + of(runs[0], "extension_decided")} == {"ledger"}


def test_row_told_in_two_parts_comes_out_equal() -> None:
    """A row that was brought in again with what had been added to it."""
    parts = [rounds_declared(LEARNT, *ROW[:6]), rounds_declared(LEARNT + SECOND, *ROW[6:])]
    runs = [heard(parts, places) for places in combinations(range(len(STEPS) + 2), 2)]
    assert all(course(run) == course(runs[0]) for run in runs)
    assert [event["round"] for event in of(runs[0], "case_closed_out")] == [3]


def test_extension_waits_for_its_assignment() -> None:
    service, [first, returned, second, *_] = watched(EXTERNAL), steps()
    service.hear(rounds_declared(LEARNT, *ROW[:4]))
    service.hear(first, returned)
    assert [held.reason for _, held in service.store.tables.waiting] == [f"assigned:{first.key}:2"]
    assert of(service, "extension_decided") == []
    service.hear(second)
    assert not service.store.tables.waiting
    assert [event["decision"] for event in of(service, "extension_decided")] == ["granted"]


def test_extension_is_known_with_its_assignment() -> None:
    """Routing recorded the row an hour after intake: by then the result was known, too, and nothing had been missed."""
    service, late = watched({**EXTERNAL, "stops": ["result"]}), LEARNT + timedelta(hours=1)
    routing = [step(fact, china(at), late, **told) for fact, at, told in STEPS[:4]]
    service.hear(rounds_declared(LEARNT, *ROW[:5]))
    service.hear(*routing)
    service.sweep(LEARNT + timedelta(days=1))
    assert [event["due_at"] for event in of(service, "clock_started")][-1] == "2021-03-30T16:00:00Z"
    assert of(service, "deadline_missed") == of(service, "reminder_sent") == []


def test_extension_moves_what_was_missed() -> None:
    """The clock ran out before the row was heard: the miss has lost its ground."""
    service, [first, returned, second, *_] = watched(EXTERNAL), steps()
    service.hear(first, returned, second)
    service.sweep(LEARNT + timedelta(days=1))
    assert len(of(service, "deadline_missed")) == 1
    service.hear(rounds_declared(LEARNT, *ROW[:4]))
    assert [event["fact"] for event in of(service, "misses_rescinded")] == ["extended"]


def test_extension_without_clock_moves_nothing() -> None:
    service = watched(CONTACT)
    service.hear(*steps()[:3], rounds_declared(LEARNT, *ROW[:4]))
    assert of(service, "extension_asked") == of(service, "clock_started") == []


CLOSED = fact("closed_out", "2021-03-13T09:00")


@pytest.mark.parametrize(
    ("row", "round"),
    [
        (history_declared(LEARNT, closed_out=CLOSED["at"]), 2),
        (rounds_declared(LEARNT, CLOSED), 2),
        (rounds_declared(LEARNT, *ROW[:2], CLOSED | {"round": 2}), 2),
        (rounds_declared(LEARNT, EXTENDED, CLOSED), 1),
    ],
    ids=["version 1", "no rounds", "its round", "the first of several"],
)
def test_row_without_rounds_is_of_the_present(row: Envelope, round: int) -> None:
    """As before there were rounds; where the row tells some, a fact without one is of the first."""
    service = watched(EXTERNAL)
    service.hear(*steps()[:3], row)
    assert [event["round"] for event in of(service, "case_closed_out")] == [round]
