"""A duty as it stands: the fold of its events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from supervision.domain.duty.events import (
    DutyBroken,
    DutyCardIssued,
    DutyEnded,
    DutyFulfilled,
    DutyMissed,
    DutyOpened,
    DutyRecounted,
    DutyReminded,
    DutyRescinded,
    Event,
    broken_id,
    card_id,
    missed_id,
)
from supervision.domain.duty.terms import Term

Status = Literal["open", "fulfilled", "late", "missed", "broken", "ended"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the duty in one period. `excused`: a miss was withdrawn, and is not told again."""

    period: str
    fulfilled_at: datetime | None = None
    in_time: bool = False
    reminded: bool = False
    missed: bool = False
    excused: bool = False
    broken: bool = False
    card: bool = False


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty as it stands; `opened` is None before it exists."""

    opened: DutyOpened | None = None
    outcomes: tuple[Outcome, ...] = ()
    ended: DutyEnded | None = None

    def outcome(self, period: str) -> Outcome:
        """That of a period, which may have none yet."""
        return next((o for o in self.outcomes if o.period == period), Outcome(period))

    def gone(self, term: Term) -> datetime | None:
        """Since when it is not owed for a period, if so; a period that ran when it was changed is owed to its end."""
        if self.ended is None or (self.ended.ground == "changed" and term.from_at <= self.ended.at):
            return None
        return self.ended.at


def apply(duty: Duty, event: Event) -> Duty:
    """The duty after an event."""
    match event:
        case DutyOpened():
            return Duty(event)
        case DutyFulfilled():
            return _noted(duty, event.period, fulfilled_at=event.at, in_time=event.in_time)
        case DutyReminded():
            return _noted(duty, event.period, reminded=True)
        case DutyMissed():
            return _noted(duty, event.period, missed=True, in_time=False)
        case DutyCardIssued():
            return _noted(duty, event.period, card=True)
        case DutyBroken():
            return _noted(duty, event.period, broken=True)
        case DutyRescinded():
            return _withdrawn(duty, event)
        case DutyEnded():
            return replace(duty, ended=event)
        case DutyRecounted() if duty.opened is not None:
            about = replace(duty.opened, due_at=event.due_at, remind_at=event.remind_at, broken_at=event.broken_at)
            return replace(duty, opened=about)
    return duty


def _noted(duty: Duty, period: str, **changes: object) -> Duty:
    changed = replace(duty.outcome(period), **changes)  # type: ignore[arg-type]
    others = [o for o in duty.outcomes if o.period != period]
    return replace(duty, outcomes=tuple(sorted([*others, changed], key=lambda o: o.period)))


def _withdrawn(duty: Duty, event: DutyRescinded) -> Duty:
    outcome, gone = duty.outcome(event.period), set(event.withdrawn)
    excused = missed_id(event.duty, event.period) in gone
    missed = outcome.missed and not excused
    card = outcome.card and card_id(event.duty, event.period) not in gone
    broken = outcome.broken and broken_id(event.duty, event.period) not in gone
    return _noted(duty, event.period, missed=missed, excused=excused or outcome.excused, card=card, broken=broken)


def status(duty: Duty, period: str) -> Status:
    """How a period stands."""
    outcome = duty.outcome(period)
    if outcome.fulfilled_at is not None:
        return "fulfilled" if outcome.in_time else ("broken" if outcome.broken else "late")
    if outcome.broken:
        return "broken"
    if outcome.missed:
        return "missed"
    return "open" if duty.ended is None else "ended"
