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
    | LetterReceived
    | CaseAccepted
    | EnterpriseContacted
    | CasePlanned
    | ProgressReported
    | ResultReported
    | ResultFedBack
    | CaseReopened
    | CaseConcluded
)
