"""What the office and an enterprise may want done with a watched case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from supervision.domain.events import Decision, Satisfaction
from supervision.domain.limits import Limit


@dataclass(frozen=True, slots=True)
class Act:
    """Who says when it happened; `learnt_at` is when Bugle was told, `backdating_reason` why so late."""

    by: str
    at: datetime
    learnt_at: datetime
    backdating_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Verify:
    """Record how satisfied the enterprise is with the result of this round."""

    satisfaction: Satisfaction
    note: str | None
    act: Act


@dataclass(frozen=True, slots=True)
class CloseOut:
    """Strike the case off."""

    act: Act


@dataclass(frozen=True, slots=True)
class PauseCase:
    """Count nothing from now until the end of a day; None: as long as the programme allows."""

    reason: str
    note: str | None
    until: date | None
    act: Act


@dataclass(frozen=True, slots=True)
class AskExtension:
    """Ask for a clock's due time to be put off by a span; `unit`: whose department asks, None: the office."""

    clock: str
    limit: Limit
    reason: str
    unit: str | None
    act: Act


@dataclass(frozen=True, slots=True)
class DecideExtension:
    """Grant, change (to `limit`) or refuse what was asked under a number; `roles`: the access roles of who decides."""

    extension: int
    decision: Decision
    limit: Limit | None
    note: str | None
    roles: frozenset[str]
    act: Act


@dataclass(frozen=True, slots=True)
class HelpToApply:
    """Record that the enterprise was helped to apply for a policy."""

    policy: str
    note: str | None
    act: Act


@dataclass(frozen=True, slots=True)
class RaiseCase:
    """Report the case up by one level."""

    note: str | None
    act: Act
