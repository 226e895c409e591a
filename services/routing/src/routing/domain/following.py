"""What follows from other services' events: an owner, an amendment, a merger, a withdrawal, a limit for returning."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from routing.domain import events
from routing.domain.case import Case, Step
from routing.domain.events import Event
from routing.domain.programme import Programme
from routing.domain.workflow import LONG_TERM

BY = "rule"


def name_owner(case: Case, unit: str, programme: Programme, at: datetime) -> list[Event]:
    """The unit that was asked first, for kinds of which the programme says so and while nobody has accepted."""
    applies = case.kind in programme.first_asked and Step.ACCEPTED not in case.done and not case.concluded
    return [events.OwnerNamed(case.id, unit, BY, at)] if applies and case.owner != unit else []


def amend(case: Case, changes: Mapping[str, str | None], by: str, at: datetime) -> list[Event]:
    """Title and text as amended; the kind too while nobody has the case, neither a unit nor a body outside."""
    title, text = changes.get("title") or case.title, changes.get("text", case.text)
    amended: list[Event] = []
    if (title, text) != (case.title, case.text):
        amended.append(events.CaseAmended(case.id, title, text, at))
    kind, had = changes.get("kind"), Step.ASSIGNED in case.done or case.passed_to is not None
    if kind is not None and kind != case.kind and not had:
        amended.append(events.CaseClassified(case.id, kind, None, None, by, at))
    return amended


def merge(case: Case, into: str, at: datetime) -> list[Event]:
    """Confirmed unless the case is too far on; a close-out wins. Nothing for a case that is gone, or into itself.

    A case that was put off for long is not too far on: it waits for its result like any other.
    """
    if case.merged_into is not None or case.withdrawn or into == case.id:
        return []
    reason = _too_far_on(case)
    return [events.CaseMerged(case.id, into, at) if reason is None else events.MergerRefused(case.id, into, reason, at)]


def unmerge(case: Case, into: str, at: datetime) -> list[Event]:
    """The case goes on, if it was merged into that one."""
    return [events.CaseUnmerged(case.id, into, at)] if case.merged_into == into else []


def withdraw(case: Case, reason: str, at: datetime) -> list[Event]:
    """Confirmed unless the case is too far on."""
    if case.withdrawn:
        return []
    why = _too_far_on(case)
    return [events.CaseWithdrawn(case.id, reason, at) if why is None else events.WithdrawalRefused(case.id, why, at)]


def limit_returning(
    case: Case, clock: str, round: int, unit: str | None, due_at: datetime, programme: Programme, at: datetime
) -> list[Event]:
    """Until when the lead may return the case, if that is what the clock is for."""
    rules = programme.returns
    if rules is None or clock != rules.clock or round != case.round or case.return_by == due_at:
        return []
    return [events.ReturnLimitSet(case.id, round, unit, due_at, at)]


def _too_far_on(case: Case) -> events.TooFarOn | None:
    if case.concluded:
        return "concluded"
    return "result_reported" if Step.RESULT_REPORTED in case.done and case.outcome != LONG_TERM else None
