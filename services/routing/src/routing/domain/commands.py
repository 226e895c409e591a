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
    """Tell how the work ended."""

    unit: str
    outcome: Outcome
    policy: str | None
    note: str | None
    act: Act


@dataclass(frozen=True, slots=True)
class FeedBack:
    """Record that the enterprise, and the office if so, has the result."""

    unit: str
    copied_to_office: bool
    act: Act
