"""A joint session 企业吹哨部门报到: departments are summoned to an enterprise, report in, and agree what to do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from routing.domain import errors
from routing.domain.commands import Act
from routing.domain.programme import Directory, Programme
from routing.domain.text import Text
from routing.domain.times import HORIZON

State = Literal["", "called", "held", "cancelled"]


@dataclass(frozen=True, slots=True)
class SessionCalled:
    """Units are summoned to an enterprise at one time, about some of its cases."""

    session: str
    programme: str
    programme_version: int
    agency: str
    enterprise: str
    cases: tuple[str, ...]
    units: tuple[str, ...]
    starts_at: datetime
    place: str | None
    by: str
    at: datetime
    backdating_reason: str | None = None


@dataclass(frozen=True, slots=True)
class UnitReportedIn:
    """A summoned unit is there."""

    session: str
    unit: str
    by: str
    at: datetime
    backdating_reason: str | None = None


@dataclass(frozen=True, slots=True)
class SessionHeld:
    """It took place, with minutes; whoever was summoned and did not report in was absent."""

    session: str
    minutes: str
    present: tuple[str, ...]
    absent: tuple[str, ...]
    by: str
    at: datetime
    backdating_reason: str | None = None


@dataclass(frozen=True, slots=True)
class SessionCancelled:
    """It does not take place."""

    session: str
    reason: str
    by: str
    at: datetime


Event = SessionCalled | UnitReportedIn | SessionHeld | SessionCancelled


@dataclass(frozen=True, slots=True)
class JointSession:
    """A session as it stands; `called` is None before it exists."""

    called: SessionCalled | None = None
    reported: tuple[UnitReportedIn, ...] = ()
    held: SessionHeld | None = None
    cancelled: bool = False

    @property
    def state(self) -> State:
        """Where it stands."""
        if self.called is None:
            return ""
        if self.cancelled:
            return "cancelled"
        return "called" if self.held is None else "held"

    @property
    def present(self) -> tuple[str, ...]:
        """Who has reported in; once it was held, by then."""
        return tuple(one.unit for one in self.reported if self.held is None or one.at <= self.held.at)

    @property
    def absent(self) -> tuple[str, ...]:
        """Who was summoned and has not reported in."""
        summoned = () if self.called is None else self.called.units
        return tuple(unit for unit in summoned if unit not in self.present)


def apply(session: JointSession, event: Event) -> JointSession:
    """The session after an event."""
    match event:
        case SessionCalled():
            return JointSession(event)
        case UnitReportedIn():
            return replace(session, reported=(*session.reported, event))
        case SessionHeld():
            return replace(session, held=event)
        case SessionCancelled():
            return replace(session, cancelled=True)


def call(session: JointSession, called: SessionCalled, programme: Programme, directory: Directory) -> list[Event]:
    """Where the programme has joint sessions, of units in the directory, not before it is called nor 20 years after."""
    if not programme.joint_sessions:
        raise errors.NotInProgramme.of("joint_sessions")
    for place, unit in enumerate(called.units):
        directory.require(unit, f"units/{place}")
    if called.starts_at < called.at:
        raise errors.SessionInThePast
    if called.starts_at > called.at + HORIZON:
        raise errors.SessionTooFar
    return [called]


def report_in(session: JointSession, unit: str, act: Act, zone: ZoneInfo) -> list[Event]:
    """Once, by a unit that was summoned, on the day of the session or later, until the minutes are written."""
    called = _open(session)
    if unit in session.present:
        raise errors.ReportedInAlready
    if unit not in called.units:
        raise errors.UnknownSession
    opens_at = max(called.at, _day_of(called.starts_at, zone))
    if act.at < opens_at:
        raise errors.SessionNotOpen(Text("Units report in from {at} on.", at=opens_at.isoformat()))
    return [UnitReportedIn(called.session, unit, act.by, act.at, act.backdating_reason)]


def hold(session: JointSession, minutes: str, act: Act) -> list[Event]:
    """Once, not before it begins; a unit that reported in after it was absent."""
    called = _open(session)
    if act.at < called.starts_at:
        raise errors.SessionNotBegun(Text("It begins at {at}.", at=called.starts_at.isoformat()))
    present = tuple(one.unit for one in session.reported if one.at <= act.at)
    absent = tuple(unit for unit in called.units if unit not in present)
    return [SessionHeld(called.session, minutes, present, absent, act.by, act.at, act.backdating_reason)]


def cancel(session: JointSession, reason: str, act: Act) -> list[Event]:
    """Until it was held."""
    return [SessionCancelled(_open(session).session, reason, act.by, act.at)]


def _day_of(at: datetime, zone: ZoneInfo) -> datetime:
    """The beginning of the local day: departments meet at the enterprise on one day, and some come early."""
    return at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def _open(session: JointSession) -> SessionCalled:
    if session.called is None:
        raise errors.UnknownSession
    if session.held is not None:
        raise errors.SessionHeldAlready
    if session.cancelled:
        raise errors.SessionIsCancelled
    return session.called
