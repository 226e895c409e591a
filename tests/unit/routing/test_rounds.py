"""A ledger's row that tells rounds, on a store in memory: whether intake or supervision is heard first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count, permutations
from typing import Any

import pytest

from eventkit.arrivals import read
from eventkit.envelope import Envelope, partition_of, to_record
from eventkit.memory import MemoryStore
from eventkit.processing import Processor
from routing.bootstrap import reactions_of
from routing.domain import events
from routing.domain.history import Fact, IncompleteFact, declare
from tests.support.heard import heard
from tests.support.routing_desk import memory_desk
from tests.unit.routing import made
from tests.unit.routing.made import CASE, LEAD, OTHER, SUPPORT, hours

RETURNED = Fact("returned", hours(3), LEAD, note="n", reason="not_ours")
ASSIGNED = Fact("assigned", hours(4), OTHER, round=2)
RESULT = Fact("result", hours(5), OTHER, outcome="solved", round=2)
REOPENED = Fact("reopened", hours(6), reason="again", round=2)
AGAIN = Fact("assigned", hours(7), SUPPORT, round=3)
ROW = (Fact("assigned", hours(2), LEAD), RETURNED, ASSIGNED, RESULT, REOPENED, AGAIN)


def test_rounds_are_declared_in_order() -> None:
    assert declare(made.given(made.GIVEN["classified"]), ROW) == [
        events.CaseAssigned(CASE, LEAD, (), None, None, None, 1, "ledger", hours(2)),
        events.CaseReturned(CASE, LEAD, "not_ours", "n", 2, 1, "ledger", hours(3)),
        events.CaseAssigned(CASE, OTHER, (), None, None, None, 2, "ledger", hours(4)),
        events.ResultReported(CASE, OTHER, "solved", None, None, "ledger", hours(5)),
        events.CaseReopened(CASE, 3, "again", hours(6)),
        events.CaseAssigned(CASE, SUPPORT, (), None, None, None, 3, "ledger", hours(7)),
    ]


def test_round_that_is_over_ends_once() -> None:
    past = (*made.GIVEN["classified"], *declare(made.given(made.GIVEN["classified"]), ROW[:3]))
    assert [type(event) for event in declare(made.given(past), ROW[1:5])] == [
        events.ResultReported,
        events.CaseReopened,
    ]


@pytest.mark.parametrize("lacking", [Fact("returned", hours(3), LEAD), Fact("returned", hours(3), reason="not_ours")])
def test_return_without_ground_is_none(lacking: Fact) -> None:
    with pytest.raises(IncompleteFact):
        declare(made.given(made.GIVEN["opened"]), [lacking])


class Desk:
    """Routing's worker on a store in memory, with the programme and the directory."""

    def __init__(self) -> None:
        self.store = MemoryStore("routing")
        desk, letters = memory_desk()
        self._processor = Processor(self.store, reactions_of(desk), (letters.count,))
        self._offsets = count()
        units = [{"id": id, "name": id, "kind": kind, "synthetic": False} for id, kind in made.DIRECTORY.units.items()]
        self.hear(
            told(
                "intake.programme_published.v1",
                "p",
                programme="jinxian",
                version=3,
                agency="jinxian",
                document=made.DOCUMENT,
            ),
            told("intake.directory_published.v2", "d", agency="jinxian", version=1, units=units, people=[]),
            told("intake.issue_reported.v1", CASE, **ISSUE),
        )

    def hear(self, *heard: Envelope) -> None:
        for event in heard:
            place = (f"{event.service}.events", partition_of(event.key), next(self._offsets))
            self._processor.process([read(*place, *to_record(event))])

    def happened(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Names and contents of what was recorded behind the opening of the case."""
        return ((event.type.split(".")[2], event.json()) for event in self.store.tables.events[1:])

    def waiting(self) -> list[str]:
        return [held.reason for _, held in self.store.tables.waiting]


ISSUE: Mapping[str, Any] = {
    "issue": CASE, "programme": "jinxian", "programme_version": 3, "agency": "jinxian", "enterprise": made.ENTERPRISE,
    "title": "t", "text": None, "kind": None, "jurisdiction": "own", "batch": None, "due_at": None, "synthetic": False,
    "ledger": {"name": "issues", "row": "12"}, "reported_by": "ledger", "at": made.START,
}  # fmt: skip


def told(type: str, key: str, **data: Any) -> Envelope:
    return heard(type, key, made.START, data)


def history(*facts: Fact, version: int = 2) -> Envelope:
    return told(f"intake.history_declared.v{version}", CASE, issue=CASE, programme="jinxian", facts=facts)


def reopening(round: int, by: str = "ledger") -> Envelope:
    return told("supervision.reopening_ordered.v1", CASE, case=CASE, round=round, reason="again", by=by)


def closed_out(round: int) -> Envelope:
    return told("supervision.case_closed_out.v1", CASE, case=CASE, round=round, by="ledger")


def test_close_out_waits_for_its_round() -> None:
    desk = Desk()
    desk.hear(closed_out(3))
    assert (list(desk.happened()), desk.waiting()) == ([], [f"round:{CASE}:3"])
    desk.hear(history(*ROW[:3]))
    assert desk.waiting() == [f"round:{CASE}:3"]
    desk.hear(history(*ROW[3:]))
    assert desk.waiting() == []
    [*_, (name, concluded)] = desk.happened()
    assert (name, concluded["round"]) == ("case_concluded", 3)


def test_close_out_of_first_round_waits_for_none() -> None:
    """As of every row that tells no rounds."""
    desk = Desk()
    desk.hear(closed_out(1), history(ROW[0], version=1))
    assert [name for name, _ in desk.happened()] == ["case_concluded", "case_assigned"]


def test_row_comes_out_equal_in_any_order() -> None:
    runs = []
    for order in permutations((0, 1)):
        desk, topics = Desk(), ([history(*ROW)], [reopening(3), closed_out(3)])
        for topic in order:
            desk.hear(*topics[topic])
        assert not desk.store.tables.parked
        runs.append(list(desk.happened()))
    assert runs[0] == runs[1]
    assert [name for name, _ in runs[0]].count("case_reopened") == 1
    assert {event["letter"] for name, event in runs[0] if name == "case_assigned"} == {None}


def test_office_reopening_starts_its_round() -> None:
    desk = Desk()
    desk.hear(history(ROW[0]), reopening(2, by="office"))
    assert [name for name, _ in desk.happened()] == ["case_assigned", "case_reopened", "case_assigned"]
