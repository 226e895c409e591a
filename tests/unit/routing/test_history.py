"""What a ledger tells becomes events with its dates; what it does not tell stays unrecorded."""

from __future__ import annotations

import pytest

from routing.domain import events
from routing.domain.history import Fact, IncompleteFact, declare, of_routing
from tests.unit.routing import made
from tests.unit.routing.made import CASE, LEAD, MILESTONE, SUPPORT, hours

FULL = [
    Fact("assigned", hours(2), LEAD, (SUPPORT,), letter="进企办〔2021〕1号", meeting="2021-04-22"),
    Fact("received", hours(3)),
    Fact("accepted", hours(4)),
    Fact("contacted", hours(5), note="到厂"),
    Fact("planned", hours(6), milestones=(MILESTONE,)),
    Fact("progressed", hours(7), milestone=MILESTONE.name),
    Fact("result", hours(8), outcome="explained"),
    Fact("fed_back", hours(9), copied_to_office=True),
    Fact("verified", hours(10)),
    Fact("closed_out", hours(11)),
]


def test_full_row_becomes_full_life() -> None:
    assert declare(made.given(made.GIVEN["classified"]), FULL) == [
        events.CaseAssigned(CASE, LEAD, (SUPPORT,), "进企办〔2021〕1号", "2021-04-22", None, 1, "ledger", hours(2)),
        events.LetterReceived(CASE, LEAD, "ledger", hours(3)),
        events.CaseAccepted(CASE, LEAD, "ledger", hours(4)),
        events.EnterpriseContacted(CASE, LEAD, "到厂", "ledger", hours(5)),
        events.CasePlanned(CASE, LEAD, (MILESTONE,), "ledger", hours(6)),
        events.ProgressReported(CASE, LEAD, None, MILESTONE.name, "ledger", hours(7)),
        events.ResultReported(CASE, LEAD, "explained", None, None, "ledger", hours(8)),
        events.ResultFedBack(CASE, LEAD, True, "ledger", hours(9)),
    ]


def test_missing_steps_stay_unrecorded() -> None:
    declared = declare(made.given(made.GIVEN["opened"]), [Fact("result", hours(8), outcome="solved")])
    assert declared == [events.ResultReported(CASE, None, "solved", None, None, "ledger", hours(8))]


def test_letter_is_never_invented() -> None:
    [assigned] = declare(made.given(made.GIVEN["opened"]), [Fact("assigned", hours(2), LEAD)])
    assert isinstance(assigned, events.CaseAssigned)
    assert assigned.letter is None


@pytest.mark.parametrize("name", ["assigned", "result"])
def test_empty_fact_is_no_event(name: str) -> None:
    with pytest.raises(IncompleteFact):
        declare(made.given(made.GIVEN["opened"]), [Fact(name, hours(2))])


def test_facts_come_in_time_order() -> None:
    tied = [Fact("accepted", hours(4)), Fact("received", hours(4)), Fact("assigned", hours(2), LEAD)]
    assert [fact.fact for fact in of_routing(tied)] == ["assigned", "accepted", "received"]


def test_recorded_facts_are_skipped() -> None:
    case = made.given((*made.GIVEN["opened"], *declare(made.given(made.GIVEN["opened"]), FULL[:6])))
    later = declare(case, [*FULL, Fact("progressed", hours(7.5), note="已送电")])
    assert [type(event) for event in later] == [events.ProgressReported, events.ResultReported, events.ResultFedBack]


def test_fact_told_twice_counts_once() -> None:
    assert len(declare(made.given(made.GIVEN["opened"]), [FULL[0], FULL[0], FULL[5], FULL[5]])) == 2


def test_late_row_reaches_concluded_case() -> None:
    """The close-out may be heard of before the row's facts: which topic is read first must not matter."""
    case = made.given((*made.GIVEN["opened"], made.CONCLUDED))
    declared = declare(case, FULL)
    assert len(declared) == 8
    assert made.given((*made.GIVEN["opened"], made.CONCLUDED, *declared)).state == "concluded"
