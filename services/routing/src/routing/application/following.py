"""What routing does about amendments, first-asked units, mergers, withdrawals, and the clock that limits returning."""

from __future__ import annotations

from collections.abc import Callable

from eventkit.envelope import Envelope
from eventkit.errors import NotYet
from eventkit.session import Session
from routing.application.handlers import known_programme
from routing.application.incoming import (
    ClockStarted,
    FirstAskedNamed,
    IssueAmended,
    MergerRequested,
    MergerUndone,
    WithdrawalRequested,
)
from routing.application.ports import Desk
from routing.domain import following
from routing.domain.case import Case
from routing.domain.events import Event


def amend_case(desk: Desk, session: Session, event: Envelope, told: IssueAmended) -> None:
    """Take over title, text and, while nobody has the case, the kind."""
    _follow(desk, session, event, told.issue, lambda case: following.amend(case, told.changes, told.by, told.at))


def name_owner(desk: Desk, session: Session, event: Envelope, told: FirstAskedNamed) -> None:
    """The first-asked unit answers for the kinds that the programme names."""
    case = opened(desk, session, told.issue)
    programme = known_programme(desk, session, case.programme, case.programme_version)
    _follow(desk, session, event, told.issue, lambda case: following.name_owner(case, told.unit, programme, told.at))


def merge_case(desk: Desk, session: Session, event: Envelope, told: MergerRequested) -> None:
    """Confirm or refuse."""
    _follow(desk, session, event, told.issue, lambda case: following.merge(case, told.into, told.at))


def unmerge_case(desk: Desk, session: Session, event: Envelope, told: MergerUndone) -> None:
    """The case goes on."""
    _follow(desk, session, event, told.issue, lambda case: following.unmerge(case, told.into, told.at))


def withdraw_case(desk: Desk, session: Session, event: Envelope, told: WithdrawalRequested) -> None:
    """Confirm or refuse."""
    _follow(desk, session, event, told.issue, lambda case: following.withdraw(case, told.reason, told.at))


def limit_returning(desk: Desk, session: Session, event: Envelope, told: ClockStarted) -> None:
    """Note until when the lead may return the case, if that is what the clock is for."""
    case = opened(desk, session, told.case)
    programme = known_programme(desk, session, case.programme, case.programme_version)
    if programme.returns is not None and told.clock == programme.returns.clock:
        about = (told.clock, told.round, told.unit, told.due_at, programme, told.known_at)
        _follow(desk, session, event, told.case, lambda case: following.limit_returning(case, *about))


def opened(desk: Desk, session: Session, id: str) -> Case:
    """The case; NotYet until its issue has arrived."""
    case = session.get(desk.cases, id)
    if not case.opened:
        raise NotYet(f"case:{id}")
    return case


def _follow(desk: Desk, session: Session, event: Envelope, case: str, decide: Callable[[Case], list[Event]]) -> None:
    decided = decide(opened(desk, session, case))
    session.record(desk.cases, case, decided, key=case, cause=event.id, traceparent=event.traceparent)
