"""What intake and supervision tell, as far as routing listens; an issue is read as the domain's `Report`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from routing.domain.history import Fact


@dataclass(frozen=True, slots=True)
class ProgrammePublished:
    """A version of a programme; `document` is read by `Programme.of`."""

    programme: str
    version: int
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of a directory."""

    id: str
    kind: str


@dataclass(frozen=True, slots=True)
class DirectoryPublished:
    """A version of an agency's directory."""

    agency: str
    version: int
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class HistoryDeclared:
    """The dated facts of an issue's ledger row, of which routing's own are recorded."""

    issue: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class EnterpriseRegistered:
    """An enterprise of an agency's library, and where it lies."""

    enterprise: str
    agency: str
    township: str | None


@dataclass(frozen=True, slots=True)
class IssueAmended:
    """New values of some of the issue's fields."""

    issue: str
    changes: Mapping[str, str | None]
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FirstAskedNamed:
    """Which unit the enterprise asked first."""

    issue: str
    unit: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MergerRequested:
    """An issue is held to be the same as another."""

    issue: str
    into: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MergerUndone:
    """It was not the same."""

    issue: str
    into: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WithdrawalRequested:
    """The enterprise does not pursue the issue."""

    issue: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ClockStarted:
    """supervision: a clock of the case began to run."""

    case: str
    clock: str
    round: int
    unit: str | None
    due_at: datetime
    known_at: datetime


@dataclass(frozen=True, slots=True)
class ReopeningOrdered:
    """The enterprise was not satisfied: the case goes into `round`."""

    case: str
    round: int
    reason: str | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseClosedOut:
    """The case has been closed out 销号 in `round`."""

    case: str
    at: datetime
    round: int = 1
