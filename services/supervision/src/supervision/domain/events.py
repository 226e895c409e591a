"""Everything that can have happened to the watch over a case, and to a calendar.

`at` is when it happened in the case's own time: a miss happened at its due time, however much later it was found out.
`learnt_at` is when Bugle came to know a fact (the service that was told recorded it); what fired before
that was right to fire, and is withdrawn by a further event. `unit` is None where no unit was known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

Satisfaction = Literal["satisfied", "basically_satisfied", "unsatisfied"]
StageKind = Literal["reminder", "miss", "escalation"]
FiredKind = Literal["reminder", "miss", "card", "escalation"]
Ground = Literal["closed_out", "reopened", "recomputed"]


@dataclass(frozen=True, slots=True)
class Milestone:
    """One line of a dated plan: done by the end of `due_on`."""

    name: str
    due_on: date


@dataclass(frozen=True, slots=True)
class WatchOpened:
    """A case is watched from its report on; `due_at` is a date set from outside."""

    case: str
    programme: str
    programme_version: int
    agency: str
    enterprise: str
    due_at: datetime | None
    synthetic: bool
    learnt_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class FactLearnt:
    """A step of the case became known that clocks or the close-out go by; `source` is the event that told it."""

    case: str
    round: int
    fact: str
    unit: str | None
    milestone: str | None
    milestones: tuple[Milestone, ...]
    copied_to_office: bool
    source: UUID
    learnt_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Stage:
    """One thing a clock does when it is not stopped before `due_at`; numbered 0 reminder, 1 miss, 2… escalations."""

    stage: int
    kind: StageKind
    level: int | None
    due_at: datetime


@dataclass(frozen=True, slots=True)
class ClockStarted:
    """A limit began to run; it was known at `known_at`. A provisional one touches a year without a notice."""

    case: str
    clock: str
    generation: int
    round: int
    fact: str
    milestone: str | None
    started_at: datetime
    due_at: datetime
    stages: tuple[Stage, ...]
    policy_version: int
    calendar: str | None
    calendar_version: int | None
    provisional: bool
    unit: str | None
    limit: str
    known_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class ClockStopped:
    """What the clock waited for has happened; on the due time itself is in time."""

    case: str
    clock: str
    generation: int
    fact: str
    stopped_at: datetime
    in_time: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class ClockCancelled:
    """The clock has lost its object: the case was closed out or reopened, or the calendar became known."""

    case: str
    clock: str
    generation: int
    reason: Ground
    at: datetime


@dataclass(frozen=True, slots=True)
class ClockUnobserved:
    """The programme is not observed beyond this instant: what the clock would have done after it is not known."""

    case: str
    clock: str
    generation: int
    observed_until: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class ReminderSent:
    """A limit is about to run out."""

    case: str
    clock: str
    generation: int
    stage: int
    due_at: datetime
    unit: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class DeadlineMissed:
    """A limit has run out."""

    case: str
    clock: str
    generation: int
    stage: int
    due_at: datetime
    unit: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class CardIssued:
    """The programme answers a miss of this clock with a card 黄牌, 红牌."""

    card: UUID
    case: str
    clock: str
    generation: int
    stage: int
    unit: str | None
    colour: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseEscalated:
    """The case climbed to one level of the programme's ladder."""

    case: str
    clock: str
    generation: int
    stage: int
    level: int
    role: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """An event whose ground has gone."""

    event: UUID
    kind: FiredKind
    stage: int


@dataclass(frozen=True, slots=True)
class MissesRescinded:
    """Late evidence: `fact` occurred at `evidence_at`, at or before what is withdrawn was due."""

    case: str
    clock: str
    generation: int
    fact: str
    evidence_at: datetime
    withdrawn: tuple[Withdrawn, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class EnterpriseVerified:
    """The enterprise said how satisfied it is 回访; None where a ledger has the visit but not the answer."""

    case: str
    satisfaction: Satisfaction | None
    note: str | None
    round: int
    by: str
    backdating_reason: str | None
    learnt_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseClosedOut:
    """The office struck the case off 销号."""

    case: str
    round: int
    by: str
    backdating_reason: str | None
    learnt_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class ReopeningOrdered:
    """The enterprise is not satisfied: the case goes into `round`."""

    case: str
    round: int
    reason: str | None
    by: str
    learnt_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class PublishedYear:
    """Exceptions to Monday-to-Friday: days off and make-up working days."""

    off: tuple[date, ...]
    work: tuple[date, ...]
    notice: str | None


@dataclass(frozen=True, slots=True)
class CalendarPublished:
    """A whole calendar, by year."""

    calendar: str
    version: int
    source: str
    years: Mapping[str, PublishedYear]
    at: datetime


WatchEvent = (
    WatchOpened
    | FactLearnt
    | ClockStarted
    | ClockStopped
    | ClockCancelled
    | ClockUnobserved
    | ReminderSent
    | DeadlineMissed
    | CardIssued
    | CaseEscalated
    | MissesRescinded
    | EnterpriseVerified
    | CaseClosedOut
    | ReopeningOrdered
)
