"""Joint sessions: called, reported in, held, cancelled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce
from zoneinfo import ZoneInfo

import pytest

from routing.domain import errors, session
from routing.domain.programme import Programme
from routing.domain.session import Event, JointSession, SessionCalled, SessionCancelled, SessionHeld, UnitReportedIn
from routing.domain.times import HORIZON
from tests.unit.routing.made import CASE, DIRECTORY, DOCUMENT, ENTERPRISE, LEAD, OTHER, SUPPORT, act, hours

ID = "6f0e8b1c-4d2a-5c7e-9b10-000000000061"
PROGRAMME = Programme.of("jinxian", 3, {**DOCUMENT, "joint_sessions": {"report_in": "same_day"}})
CALLED = SessionCalled(
    ID, "jinxian", 3, "jinxian", ENTERPRISE, (CASE,), (LEAD, SUPPORT), hours(10), None, "officer", hours(1)
)
REPORTED_IN = UnitReportedIn(ID, LEAD, "power", hours(10))
HELD = SessionHeld(ID, "agreed", (LEAD,), (SUPPORT,), "officer", hours(12))
LIFE: tuple[Event, ...] = (CALLED, REPORTED_IN, HELD)
CANCELLED = SessionCancelled(ID, "no longer needed", "officer", hours(9))


CHINA = ZoneInfo("Asia/Shanghai")


def report_in(called: SessionCalled, hour: float) -> list[Event]:
    return session.report_in(given([called]), LEAD, act(hours(hour)), CHINA)


def given(past: Iterable[Event]) -> JointSession:
    return reduce(session.apply, past, JointSession())


def test_session_is_called_where_the_programme_has_any() -> None:
    assert session.call(JointSession(), CALLED, PROGRAMME, DIRECTORY) == [CALLED]
    with pytest.raises(errors.NotInProgramme) as refusal:
        session.call(JointSession(), CALLED, Programme.of("bare", 1, DOCUMENT), DIRECTORY)
    assert refusal.value.field == "joint_sessions"


def test_session_begins_after_it_is_called() -> None:
    late = SessionCalled(ID, "jinxian", 3, "jinxian", ENTERPRISE, (), (LEAD,), hours(0), None, "officer", hours(1))
    with pytest.raises(errors.SessionInThePast):
        session.call(JointSession(), late, PROGRAMME, DIRECTORY)


def test_session_at_the_end_of_time_is_refused() -> None:
    with pytest.raises(errors.SessionTooFar):
        session.call(JointSession(), replace(CALLED, starts_at=CALLED.at + 2 * HORIZON), PROGRAMME, DIRECTORY)


def test_unknown_unit_is_not_summoned() -> None:
    stranger = SessionCalled(ID, "jinxian", 3, "jinxian", ENTERPRISE, (), ("x",), hours(9), None, "officer", hours(1))
    with pytest.raises(errors.UnknownUnit) as refusal:
        session.call(JointSession(), stranger, PROGRAMME, DIRECTORY)
    assert refusal.value.field == "units/0"


def test_who_did_not_report_in_was_absent() -> None:
    assert report_in(CALLED, 10) == [UnitReportedIn(ID, LEAD, "officer", hours(10))]
    assert session.hold(given(LIFE[:2]), "agreed", act(hours(12))) == [HELD]
    assert (given(LIFE).state, given(LIFE).absent) == ("held", (SUPPORT,))


@pytest.mark.parametrize(
    ("past", "unit", "refusal"),
    [
        ((), LEAD, errors.UnknownSession),
        ((CALLED,), OTHER, errors.UnknownSession),
        ((CALLED, REPORTED_IN), LEAD, errors.ReportedInAlready),
        (LIFE, SUPPORT, errors.SessionHeldAlready),
        ((CALLED, CANCELLED), LEAD, errors.SessionIsCancelled),
    ],
)
def test_reporting_in_is_refused(past: tuple[Event, ...], unit: str, refusal: type[errors.Refusal]) -> None:
    with pytest.raises(refusal):
        session.report_in(given(past), unit, act(hours(11)), CHINA)


NEXT_WEEK = replace(CALLED, starts_at=hours(190))
"""18 March at 08:00 in China, called on the 10th."""


@pytest.mark.parametrize("hour", [-48, 0.9, 11, 181.9])
def test_nobody_reports_in_beforehand(hour: float) -> None:
    with pytest.raises(errors.SessionNotOpen) as refused:
        report_in(NEXT_WEEK, hour)
    assert refused.value.field == "occurred_at" and refused.value.mend


def test_units_report_in_on_the_day() -> None:
    """From midnight in China on, and however late: that is for supervision to show."""
    for hour in (182, 190, 195, 240):
        assert report_in(NEXT_WEEK, hour)


def test_called_comes_before_reporting_in() -> None:
    with pytest.raises(errors.SessionNotOpen) as refused:
        report_in(replace(CALLED, at=hours(9)), 8)
    assert hours(9).isoformat() in str(refused.value)


def test_who_came_after_it_was_absent() -> None:
    after = UnitReportedIn(ID, SUPPORT, "bank", hours(13))
    [held] = session.hold(given([CALLED, REPORTED_IN, after]), "agreed", act(hours(12)))
    assert held == HELD
    assert given([CALLED, REPORTED_IN, after, held]).absent == (SUPPORT,)


def test_minutes_come_after_the_beginning() -> None:
    with pytest.raises(errors.SessionNotBegun):
        session.hold(given([CALLED]), "too early", act(hours(9)))
    with pytest.raises(errors.SessionHeldAlready):
        session.cancel(given(LIFE), "too late", act(hours(13)))
    assert given([CALLED, CANCELLED]).state == "cancelled"
