"""Work put off for long: fed back as what it is, reported on, and in the end given a result of its own."""

from __future__ import annotations

import pytest

from routing.domain import decisions, errors, remarks
from routing.domain.case import Case, apply
from routing.domain.commands import FeedBack, ReportProgress, ReportResult, ReportSupport
from routing.domain.events import ResultFedBack, ResultReported
from routing.domain.moves import Mover, possible
from routing.domain.programme import Programme
from tests.unit.routing import made

TRACKING = Programme.of("jinxian", 3, {**made.DOCUMENT, "long_term": {"every": "month"}})
PUT_OFF = ResultReported(made.CASE, made.LEAD, "long_term", None, None, "officer", made.hours(8))
SOLVED = ResultReported(made.CASE, made.LEAD, "solved", None, None, "officer", made.hours(30))
FED_BACK_AGAIN = ResultFedBack(made.CASE, made.LEAD, True, "officer", made.hours(31))
TOLD = made.given((*made.GIVEN["in_progress"], PUT_OFF, made.FED_BACK))
"""The enterprise has heard that its case takes long."""


def progress(case: Case, hour: float = 20) -> object:
    return decisions.report_progress(case, ReportProgress(made.LEAD, "选址", None, made.act(made.hours(hour))))


def result(case: Case, outcome: str = "solved", hour: float = 30) -> object:
    told = ReportResult(made.LEAD, outcome, None, None, made.act(made.hours(hour)))  # type: ignore[arg-type]
    return decisions.report_result(case, told, TRACKING)


def feed_back(case: Case, hour: float = 31) -> object:
    return decisions.feed_back(case, FeedBack(made.LEAD, True, made.act(made.hours(hour))))


def offered(case: Case, hour: float = 40) -> set[str]:
    mover = Mover(made.LEAD, TRACKING, made.hours(hour))
    return {name for name in ("report_progress", "report_result", "feed_back") if possible(name, case, mover)}


def test_work_goes_on_after_feedback() -> None:
    assert TOLD.state == "fed_back"
    assert progress(TOLD) and result(TOLD) == [SOLVED]
    assert result(TOLD, "long_term")
    assert offered(TOLD) == {"report_progress", "report_result"}


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


def test_ledgers_single_result_stays_fed_back() -> None:
    """A ledger may date the feedback before the result: no feedback is asked for a second time."""
    assert made.given((*made.GIVEN["in_progress"], made.FED_BACK, made.RESULTED)).state == "fed_back"
