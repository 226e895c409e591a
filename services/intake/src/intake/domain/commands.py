"""What callers ask of intake, with ids, times and the acting person already in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from intake.domain.events import Fact, Ledger, Member, Person, Unit
from intake.domain.timing import Timing


@dataclass(frozen=True, slots=True)
class PublishProgramme:
    """Publish `document` as this version."""

    programme: str
    version: int
    document: Mapping[str, Any]
    timing: Timing


@dataclass(frozen=True, slots=True)
class PublishDirectory:
    """Publish a directory; `version` None: the next one."""

    agency: str
    version: int | None
    units: tuple[Unit, ...]
    people: tuple[Person, ...]
    timing: Timing


@dataclass(frozen=True, slots=True)
class RegisterEnterprise:
    """Register an enterprise under a name that is unique in the agency."""

    enterprise: str
    agency: str
    name: str
    tier: str
    industry: str | None
    township: str | None
    synthetic: bool
    timing: Timing


@dataclass(frozen=True, slots=True)
class FormTeam:
    """Pair a team with enterprises, given by id."""

    team: str
    name: str
    tier: str
    batch: str | None
    enterprises: tuple[str, ...]
    members: tuple[Member, ...]
    synthetic: bool
    timing: Timing


@dataclass(frozen=True, slots=True)
class DisbandTeam:
    """End a team; `reason`: why, which one in the past needs."""

    reason: str | None
    by: str
    timing: Timing


@dataclass(frozen=True, slots=True)
class RecordVisit:
    """Record a contact with an enterprise."""

    visit: str
    enterprise: str
    mode: str
    purposes: tuple[str, ...]
    team: str | None
    people: tuple[str, ...]
    batch: str | None
    note: str | None
    synthetic: bool
    timing: Timing


@dataclass(frozen=True, slots=True)
class RecordService:
    """Record services rendered; `enterprise` None: to several."""

    record: str
    enterprise: str | None
    unit: str | None
    person: str | None
    kind: str
    count: int
    amount: int | None
    batch: str | None
    note: str | None
    synthetic: bool
    timing: Timing


@dataclass(frozen=True, slots=True)
class ReportIssue:
    """Register an issue, or bring in a ledger row (`ledger` set) with its dated facts, in any order."""

    issue: str
    enterprise: str
    title: str
    text: str | None
    kind: str | None
    visit: str | None
    jurisdiction: str | None
    batch: str | None
    channel: str
    due_at: datetime | None
    ledger: Ledger | None
    facts: tuple[Fact, ...]
    by: str
    synthetic: bool
    timing: Timing
    links: tuple[Link, ...] = ()
    first_asked: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """How an issue belongs to another issue, or to the return visit on which it came up."""

    relation: str
    to: str


@dataclass(frozen=True, slots=True)
class AmendIssue:
    """Give some of title, text, kind, jurisdiction and batch new values."""

    changes: Mapping[str, str | None]
    by: str
    timing: Timing


@dataclass(frozen=True, slots=True)
class RecordSuggestion:
    """Record a suggestion; `enterprise` and `visit` by id."""

    suggestion: str
    enterprise: str | None
    visit: str | None
    person: str | None
    title: str
    text: str | None
    synthetic: bool
    by: str
    timing: Timing


@dataclass(frozen=True, slots=True)
class AnswerSuggestion:
    """Answer a suggestion; `unit` None: the office does."""

    unit: str | None
    answer: str
    by: str
    timing: Timing


@dataclass(frozen=True, slots=True)
class PublishPolicy:
    """Put a policy into the library, or put it right."""

    policy: str
    agency: str
    title: str
    programmes: tuple[str, ...]
    kinds: tuple[str, ...]
    keywords: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    text: str | None
    by: str
    timing: Timing
