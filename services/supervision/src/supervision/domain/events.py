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
Ground = Literal[
    "closed_out", "reopened", "recomputed", "returned", "merged", "withdrawn", "paused", "extended", "policy"
]
Decision = Literal["granted", "changed", "refused"]
PartGround = Literal["closed_out", "merged", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Part:
    """What of a fact has a clock of its own: a line of a plan, done by the end of `due_on`, or a supporting unit."""

    name: str
    unit: str | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant to a later one."""

    from_at: datetime
    to_at: datetime


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
    """A step of the case became known that clocks or the close-out go by; `source` is the event that told it.

    `about`: the milestone, supporting unit or outside body it concerns; `rule`: the routing rule that assigned.
    """

    case: str
    round: int
    fact: str
    unit: str | None
    about: str | None
    parts: tuple[Part, ...]
    kind: str | None
    grade: str | None
    rule: str | None
    outcome: str | None
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
    role: str | None = None


@dataclass(frozen=True, slots=True)
class ClockStarted:
    """A limit began to run; it was known at `known_at`. A provisional one touches a year without a notice.

    It carries all it goes by, so that it is judged by the rules of its day: what stops it, its card, the pauses and
    extensions counted, the policy and calendar version.
    """

    case: str
    clock: str
    generation: int
    round: int
    fact: str
    about: str | None
    started_at: datetime
    due_at: datetime
    stages: tuple[Stage, ...]
    policy_version: int
    calendar: str | None
    calendar_version: int | None
    provisional: bool
    unit: str | None
    limit: str
    stops: tuple[str, ...]
    card: str | None
    kind: str | None
    grade: str | None
    pauses: tuple[Span, ...]
    extensions: tuple[str, ...]
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
    """The clock has lost its object, or a further generation, counted anew, takes its place."""

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
class CasePaused:
    """Nothing is counted from `at` to `until` 暂停; it ends by itself. `pause` numbers the pauses of a case from 1."""

    case: str
    pause: int
    reason: str
    note: str | None
    until: datetime
    by: str
    backdating_reason: str | None
    learnt_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseResumed:
    """A pause ended earlier than it would have by itself."""

    case: str
    pause: int
    by: str
    backdating_reason: str | None
    learnt_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class ExtensionAsked:
    """A department asks for more time 延期; `limit` is the span it wants added to the due time."""

    case: str
    extension: int
    clock: str
    generation: int
    limit: str
    reason: str
    unit: str | None
    by: str
    backdating_reason: str | None
    learnt_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class ExtensionDecided:
    """More time was granted as asked, changed to `limit`, or refused."""

    case: str
    extension: int
    clock: str
    generation: int
    decision: Decision
    limit: str | None
    note: str | None
    by: str
    backdating_reason: str | None
    learnt_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class PolicyAdopted:
    """The case goes by a newer version of its programme from now on; what is past stays judged by the older one."""

    case: str
    programme_version: int
    learnt_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseRaised:
    """The case was reported up to a level 逐级上报: on request, or at once because of its grade 专题报告."""

    case: str
    level: int
    role: str
    ground: Literal["grade", "request"]
    grade: str | None
    note: str | None
    by: str
    learnt_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class PartsLearnt:
    """The issue was divided; the case is closed out with the last of its parts."""

    case: str
    parts: tuple[str, ...]
    learnt_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class ParentLearnt:
    """The case is a part of another."""

    case: str
    parent: str
    learnt_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class PartClosed:
    """A part of the case has come to its end, for the `turn`th time; closed out, it is solved.

    `ground` is None in one of version 1, which did not tell, and counts as solved as it did when it was recorded.
    """

    case: str
    part: str
    ground: PartGround | None
    turn: int
    learnt_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class PartReopened:
    """A part of the case that had come to its end is worked on again: its merger was undone."""

    case: str
    part: str
    turn: int
    learnt_at: datetime
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
class PolicyMatched:
    """A policy came that may help with an explained issue; the unit is to help to apply 帮助申请, which is a duty."""

    case: str
    policy: str
    title: str
    unit: str | None
    duty: UUID
    learnt_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class HelpGiven:
    """The enterprise was helped to apply for a policy that came."""

    case: str
    policy: str
    note: str | None
    by: str
    backdating_reason: str | None
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
    | CasePaused
    | CaseResumed
    | ExtensionAsked
    | ExtensionDecided
    | PolicyAdopted
    | CaseRaised
    | PartsLearnt
    | ParentLearnt
    | PartClosed
    | PartReopened
    | EnterpriseVerified
    | CaseClosedOut
    | ReopeningOrdered
    | PolicyMatched
    | HelpGiven
)
