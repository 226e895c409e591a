"""Everything that can have happened to a case, in the order of its life.

`at` is when it happened, as the office says; `by` is who acted: a token's subject, or "ledger" (an imported record)
or "rule" (the programme's rules). A unit or a letter is None only where a ledger did not record it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Jurisdiction = Literal["own", "passed_on"]
Outcome = Literal["solved", "explained", "long_term"]
TooFarOn = Literal["concluded", "result_reported"]
Obstacle = Literal["unknown_unit", "wrong_kind_of_unit", "lead_supports_itself"]


@dataclass(frozen=True, slots=True)
class Milestone:
    """One line of a dated plan: done by the end of `due_on`."""

    name: str
    due_on: date


@dataclass(frozen=True, slots=True)
class CaseOpened:
    """An issue has reached routing; `kind` is what the reporter called it, not yet a classification."""

    case: str
    programme: str
    programme_version: int
    agency: str
    enterprise: str
    title: str
    text: str | None
    kind: str | None
    jurisdiction: Jurisdiction | None
    batch: str | None
    due_at: datetime | None
    synthetic: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseClassified:
    """The case is of a kind; `rule` and `rules_version` tell which rule found it, if one did."""

    case: str
    kind: str
    rule: str | None
    rules_version: int | None
    by: str
    at: datetime
    backdating_reason: str | None = None


@dataclass(frozen=True, slots=True)
class CaseAssigned:
    """A lead unit and its supporters have the case, by letter 交办函; `meeting` names the assignment meeting 交办会."""

    case: str
    lead: str
    supporting: tuple[str, ...]
    letter: str | None
    meeting: str | None
    rule: str | None
    round: int
    by: str
    at: datetime
    backdating_reason: str | None = None


@dataclass(frozen=True, slots=True)
class AssignmentFailed:
    """A rule decided who leads, but `unit` cannot have the case any more: it is the office's to assign."""

    case: str
    rule: str
    rules_version: int
    unit: str
    problem: Obstacle
    round: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LetterReceived:
    """The lead unit has the letter in hand: the day from which it counts."""

    case: str
    unit: str | None
    by: str
    at: datetime
    backdating_reason: str | None = None


@dataclass(frozen=True, slots=True)
class CaseAccepted:
    """The lead unit has taken the case on."""

    case: str
    unit: str | None
    by: str
    at: datetime
    backdating_reason: str | None = None


@dataclass(frozen=True, slots=True)
class EnterpriseContacted:
    """The lead unit has spoken with the enterprise 对接."""

    case: str
    unit: str | None
    note: str | None
    by: str
    at: datetime
    backdating_reason: str | None = None


@dataclass(frozen=True, slots=True)
class CasePlanned:
    """The work has a day-exact timetable 打表."""

    case: str
    unit: str | None
    milestones: tuple[Milestone, ...]
    by: str
    at: datetime
    backdating_reason: str | None = None


@dataclass(frozen=True, slots=True)
class ProgressReported:
    """A unit tells how far it is; naming a milestone means that this one is reached."""

    case: str
    unit: str | None
    note: str | None
    milestone: str | None
    by: str
    at: datetime
    backdating_reason: str | None = None


@dataclass(frozen=True, slots=True)
class ResultReported:
    """The lead unit's result; "explained" rests on a `policy`."""

    case: str
    unit: str | None
    outcome: Outcome
    policy: str | None
    note: str | None
    by: str
    at: datetime
    backdating_reason: str | None = None


@dataclass(frozen=True, slots=True)
class ResultFedBack:
    """The enterprise has been told the result 反馈, the office too if `copied_to_office`."""

    case: str
    unit: str | None
    copied_to_office: bool
    by: str
    at: datetime
    backdating_reason: str | None = None


@dataclass(frozen=True, slots=True)
class CaseReturned:
    """The lead unit gave the case back 退单; `round` is the one that begins, `transfers` counts other units so far."""

    case: str
    unit: str
    reason: str
    note: str | None
    round: int
    transfers: int
    by: str
    at: datetime
    backdating_reason: str | None = None


@dataclass(frozen=True, slots=True)
class ReturnLimitSet:
    """Until when the lead unit may return the case in this round: a clock of supervision's, of which routing heard."""

    case: str
    round: int
    unit: str | None
    due_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseTransferred:
    """The office gives the case to another lead unit 转办; its assignment in `round` follows."""

    case: str
    unit: str | None
    to: str
    transfers: int
    round: int
    note: str | None
    by: str
    at: datetime
    backdating_reason: str | None = None


@dataclass(frozen=True, slots=True)
class CaseArbitrated:
    """The office has decided finally who leads 裁定; the assignment in `round` follows."""

    case: str
    lead: str
    note: str | None
    round: int
    by: str
    at: datetime
    backdating_reason: str | None = None


@dataclass(frozen=True, slots=True)
class SupportReported:
    """A supporting unit 配合单位 has told the lead what it has to say."""

    case: str
    unit: str
    note: str | None
    by: str
    at: datetime
    backdating_reason: str | None = None


@dataclass(frozen=True, slots=True)
class CaseGraded:
    """The case is of a grade, such as ordinary, complex, key and hard 重点难点."""

    case: str
    grade: str
    rule: str | None
    by: str
    at: datetime
    backdating_reason: str | None = None


@dataclass(frozen=True, slots=True)
class CasePassedOn:
    """The issue lies outside the agency's responsibility and went to a body outside 转办; the office tracks it."""

    case: str
    body: str
    note: str | None
    by: str
    at: datetime
    backdating_reason: str | None = None


@dataclass(frozen=True, slots=True)
class OwnerNamed:
    """The unit that was asked first 首问 answers until another accepts."""

    case: str
    unit: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CauseNamed:
    """What lies behind the issue."""

    case: str
    cause: str
    note: str | None
    by: str
    at: datetime
    backdating_reason: str | None = None


@dataclass(frozen=True, slots=True)
class CaseAmended:
    """Title and text as they now stand at intake."""

    case: str
    title: str
    text: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseMerged:
    """The case is the same as another one."""

    case: str
    into: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MergerRefused:
    """The case is too far on to be merged."""

    case: str
    into: str
    reason: TooFarOn
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseUnmerged:
    """It was not the same: the case goes on where it stood."""

    case: str
    into: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseWithdrawn:
    """The enterprise does not pursue the issue."""

    case: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WithdrawalRefused:
    """The case is too far on to be withdrawn."""

    case: str
    reason: TooFarOn
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseReopened:
    """The enterprise was not satisfied; the workflow starts again as `round`."""

    case: str
    round: int
    reason: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseConcluded:
    """Supervision has closed the case out 销号; nothing more may be done with it."""

    case: str
    round: int
    at: datetime


Event = (
    CaseOpened
    | CaseClassified
    | CaseAssigned
    | AssignmentFailed
    | LetterReceived
    | CaseAccepted
    | EnterpriseContacted
    | CasePlanned
    | ProgressReported
    | ResultReported
    | ResultFedBack
    | CaseReturned
    | ReturnLimitSet
    | CaseTransferred
    | CaseArbitrated
    | SupportReported
    | CaseGraded
    | CasePassedOn
    | OwnerNamed
    | CauseNamed
    | CaseAmended
    | CaseMerged
    | MergerRefused
    | CaseUnmerged
    | CaseWithdrawn
    | WithdrawalRefused
    | CaseReopened
    | CaseConcluded
)
