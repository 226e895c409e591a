"""Work put off for long: fed back as what it is, reported on, and in the end given a result of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routing.domain import decisions, errors, following, handing_over, remarks
from routing.domain.case import Case, apply
from routing.domain.commands import (
    Contact,
    FeedBack,
    Grade,
    Plan,
    Reassign,
    ReportProgress,
    ReportResult,
    ReportSupport,
)
from routing.domain.events import (
    CaseMerged,
    CaseWithdrawn,
    MergerRefused,
    ResultFedBack,
    ResultReported,
    WithdrawalRefused,
)
from routing.domain.moves import Mover, possible
from routing.domain.programme import Programme
from tests.unit.routing import made

TRACKING = Programme.of("jinxian", 3, {**made.DOCUMENT, "long_term": {"every": "month"}})
PUT_OFF = ResultReported(made.CASE, made.LEAD, "long_term", None, None, "officer", made.hours(8))
SOLVED = ResultReported(made.CASE, made.LEAD, "solved", None, None, "officer", made.hours(30))
FED_BACK_AGAIN = ResultFedBack(made.CASE, made.LEAD, True, "officer", made.hours(31))
TOLD = made.given((*made.GIVEN["in_progress"], PUT_OFF, made.FED_BACK))
"""The enterprise has heard that its case takes long."""


EARLY = made.given((*made.GIVEN["accepted"], PUT_OFF))
"""Put off at once: nobody has spoken with the enterprise or made a plan."""
ENDED = made.given((*made.GIVEN["in_progress"], PUT_OFF, made.FED_BACK, SOLVED, FED_BACK_AGAIN))


def contact(case: Case, hour: float = 20) -> object:
    return decisions.contact(case, Contact(made.LEAD, None, made.act(made.hours(hour))))


def plan(case: Case, hour: float = 20) -> object:
    return decisions.plan(case, Plan(made.LEAD, (made.MILESTONE,), made.act(made.hours(hour))), TRACKING)


def transfer(case: Case, hour: float = 20) -> made.Events:
    moved = Reassign(made.OTHER, (), "letter 2", None, made.act(made.hours(hour)))
    return handing_over.transfer(case, moved, TRACKING, made.DIRECTORY)


def grade(case: Case, hour: float = 20) -> object:
    return remarks.grade(case, Grade("complex", made.act(made.hours(hour))), TRACKING)


def progress(case: Case, hour: float = 20) -> object:
    return decisions.report_progress(case, ReportProgress(made.LEAD, "选址", None, made.act(made.hours(hour))))


def result(case: Case, outcome: str = "solved", hour: float = 30) -> object:
    told = ReportResult(made.LEAD, outcome, None, None, made.act(made.hours(hour)))  # type: ignore[arg-type]
    return decisions.report_result(case, told, TRACKING)


def feed_back(case: Case, hour: float = 31) -> object:
    return decisions.feed_back(case, FeedBack(made.LEAD, True, made.act(made.hours(hour))))


def offered(case: Case, hour: float = 40) -> set[str]:
    mover = Mover(made.LEAD, TRACKING, made.hours(hour))
    return {
        name
        for name in ("report_progress", "report_result", "feed_back", "transfer", "plan")
        if possible(name, case, mover)
    }


def test_work_goes_on_after_feedback() -> None:
    assert TOLD.state == "fed_back"
    assert progress(TOLD) and result(TOLD) == [SOLVED]
    assert result(TOLD, "long_term")
    assert offered(TOLD) == {"report_progress", "report_result", "transfer"}


def test_new_result_is_fed_back_again() -> None:
    solved = apply(TOLD, SOLVED)
    assert (solved.state, solved.outcome, solved.copied) == ("result_reported", "solved", False)
    assert feed_back(solved) == [FED_BACK_AGAIN]
    assert offered(solved) == {"feed_back"}
    with pytest.raises(errors.BackInTime):
        feed_back(solved, 29)


def test_final_result_ends_the_work() -> None:
    ended = apply(apply(TOLD, SOLVED), FED_BACK_AGAIN)
    assert ended.state == "fed_back" and offered(ended) == set()
    for move in (progress, result):
        with pytest.raises(errors.ResultAlreadyReported):
            move(ended, 40)  # type: ignore[operator]
    with pytest.raises(errors.AlreadyFedBack):
        feed_back(ended, 40)


def test_result_is_not_before_the_feedback() -> None:
    with pytest.raises(errors.BackInTime):
        result(TOLD, hour=8.5)


def test_supporters_go_on_too() -> None:
    said = ReportSupport(made.SUPPORT, None, made.act(made.hours(20)))
    assert remarks.report_support(TOLD, said)
    with pytest.raises(errors.AlreadyFedBack):
        remarks.report_support(made.given(made.GIVEN["fed_back"]), said)


def test_what_takes_long_is_contacted_and_planned() -> None:
    assert contact(EARLY) and plan(EARLY)
    planned = made.given((*made.GIVEN["planned"], PUT_OFF, made.FED_BACK))
    for move, refusal in ((contact, errors.AlreadyContacted), (plan, errors.AlreadyPlanned)):
        with pytest.raises(refusal):
            move(planned)
    assert planned.state == "fed_back", "what is done beside the answer does not take it back"


def test_what_takes_long_may_go_to_another_unit() -> None:
    """Offices are reorganised within years: the other unit has a letter, a round and a result of its own."""
    after = made.given((*made.GIVEN["in_progress"], PUT_OFF, made.FED_BACK, *transfer(TOLD)))
    assert (after.state, after.lead, after.round, after.outcome) == ("assigned", made.OTHER, 2, None)
    with pytest.raises(errors.BackInTime):
        transfer(TOLD, 7.5)


def test_transfer_follows_the_later_answer() -> None:
    """The result is of hour 8, its feedback of hour 9; a ledger may date them the other way round."""
    assert transfer(TOLD, 9) and transfer(EARLY, 8)
    late = made.given((*made.GIVEN["in_progress"], made.FED_BACK, replace(PUT_OFF, at=made.hours(10))))
    for case, before in ((TOLD, 8.5), (late, 9.5), (EARLY, 7.5)):
        with pytest.raises(errors.BackInTime):
            transfer(case, before)


def test_dispute_about_what_takes_long_is_decided() -> None:
    past = (*made.GIVEN["assigned"], made.RETURNED, made.ASSIGNED, made.RECEIVED, made.ACCEPTED, PUT_OFF)
    decided = Reassign(made.OTHER, (), "letter 2", None, made.act(made.hours(20)))
    assert handing_over.arbitrate(made.given(past), decided, TRACKING, made.DIRECTORY)


def test_what_takes_long_is_graded() -> None:
    assert grade(TOLD)


def test_what_takes_long_may_be_merged_or_withdrawn() -> None:
    at = made.hours(20)
    assert following.merge(TOLD, made.OTHER_CASE, at) == [CaseMerged(made.CASE, made.OTHER_CASE, at)]
    assert following.withdraw(TOLD, "no longer wanted", at) == [CaseWithdrawn(made.CASE, "no longer wanted", at)]
    merged = apply(TOLD, CaseMerged(made.CASE, made.OTHER_CASE, at))
    [undone] = following.unmerge(merged, made.OTHER_CASE, at)
    assert apply(merged, undone).state == "fed_back"


def test_final_result_lets_none_of_that_happen() -> None:
    for move in (contact, plan, transfer, grade):
        with pytest.raises(errors.ResultAlreadyReported):
            move(ENDED, 40)  # type: ignore[operator]  # of different types
    at = made.hours(40)
    assert isinstance(following.merge(ENDED, made.OTHER_CASE, at)[0], MergerRefused)
    assert isinstance(following.withdraw(ENDED, "late", at)[0], WithdrawalRefused)


def test_ledgers_single_result_stays_fed_back() -> None:
    """A ledger may date the feedback before the result: no feedback is asked for a second time."""
    assert made.given((*made.GIVEN["in_progress"], made.FED_BACK, made.RESULTED)).state == "fed_back"
