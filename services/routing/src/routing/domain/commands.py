"""What the office and the departments may want done with a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from routing.domain.events import Milestone, Outcome


@dataclass(frozen=True, slots=True)
class Act:
    """Who says so and when it happened; the reason stands where it is recorded late."""

    by: str
    at: datetime
    backdating_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Classify:
    """Say of which kind the case is."""

    kind: str
    act: Act


@dataclass(frozen=True, slots=True)
class Assign:
    """Give the case to a lead unit by a numbered letter; `rule` names the rule that chose the lead, if one did."""

    lead: str
    supporting: tuple[str, ...]
    letter: str | None
    meeting: str | None
    rule: str | None
    act: Act


@dataclass(frozen=True, slots=True)
class Return:
    """Give the case back, for a reason of the programme."""

    unit: str
    reason: str
    note: str | None
    act: Act


@dataclass(frozen=True, slots=True)
class Reassign:
    """Give an assigned case to another lead unit: a transfer, or the office's final word."""

    lead: str
    supporting: tuple[str, ...]
    letter: str
    note: str | None
    act: Act


@dataclass(frozen=True, slots=True)
class ReportSupport:
    """Tell the lead what a supporting unit has to say."""

    unit: str
    note: str | None
    act: Act


@dataclass(frozen=True, slots=True)
class Grade:
    """Say of which grade the case is."""

    grade: str
    act: Act


@dataclass(frozen=True, slots=True)
class PassOn:
    """Pass the issue on to a body outside."""

    body: str
    note: str | None
    act: Act


@dataclass(frozen=True, slots=True)
class NameCause:
    """Say what lies behind the issue."""

    cause: str
    note: str | None
    act: Act


@dataclass(frozen=True, slots=True)
class Receive:
    """Record that the letter has arrived."""

    unit: str
    act: Act


@dataclass(frozen=True, slots=True)
class Accept:
    """Take the case on."""

    unit: str
    act: Act


@dataclass(frozen=True, slots=True)
class Contact:
    """Record the first contact with the enterprise."""

    unit: str
    note: str | None
    act: Act


@dataclass(frozen=True, slots=True)
class Plan:
    """Lay down the timetable."""

    unit: str
    milestones: tuple[Milestone, ...]
    act: Act


@dataclass(frozen=True, slots=True)
class ReportProgress:
    """Tell how far the work is; a named milestone is reached."""

    unit: str
    note: str | None
    milestone: str | None
    act: Act


@dataclass(frozen=True, slots=True)
class ReportResult:
    """Tell how the work ended; `unit` is None where a body outside did it."""

    unit: str | None
    outcome: Outcome
    policy: str | None
    note: str | None
    act: Act


@dataclass(frozen=True, slots=True)
class FeedBack:
    """Record that the enterprise, and the office if so, has the result; `unit` as for the result."""

    unit: str | None
    copied_to_office: bool
    act: Act
