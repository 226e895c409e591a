"""Everything intake records. `at` is when it happened; all ids are strings; money is in whole yuan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class ProgrammePublished:
    """A version of a programme; `document` is its whole content as published."""

    programme: str
    version: int
    agency: str
    document: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Unit:
    """A body that may lead or support: a department, but also a bank, a park operator, a township."""

    id: str
    name: str
    kind: str = "department"
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """An official by post, as published; never a contact of an enterprise."""

    id: str
    name: str
    title: str | None = None
    unit: str | None = None
    role: str | None = None
    synthetic: bool = False
    born: int | None = None
    rank: str | None = None


@dataclass(frozen=True, slots=True)
class DirectoryPublished:
    """A version of an agency's directory, whole."""

    agency: str
    version: int
    units: tuple[Unit, ...]
    people: tuple[Person, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class EnterpriseRegistered:
    """An enterprise entered the agency's library; its name is unique there. Tier: key or ordinary."""

    enterprise: str
    agency: str
    name: str
    tier: str
    industry: str | None
    township: str | None
    synthetic: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class ContactRecorded:
    """A contact was stored outside the events; nothing personal stands here."""

    enterprise: str
    contact_ref: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ContactErased:
    """The key of a contact was destroyed, so that nobody can read the contact any more."""

    enterprise: str
    contact_ref: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """One place in a team; `person` is None when the source names nobody."""

    role: str
    person: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a pairing lacks of the programme's pattern."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class TeamFormed:
    """A team was paired with enterprises, complete or not."""

    team: str
    programme: str
    programme_version: int
    agency: str
    name: str
    tier: str
    batch: str | None
    enterprises: tuple[str, ...]
    members: tuple[Member, ...]
    findings: tuple[Finding, ...]
    synthetic: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class TeamDisbanded:
    """From `at` on the team is none: it is paired with nobody and nobody serves in it."""

    team: str
    programme: str
    agency: str
    reason: str | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class VisitRecorded:
    """Mode: visit, call, survey or return_visit. `people`: the officials who were there."""

    visit: str
    programme: str
    agency: str
    enterprise: str
    mode: str
    purposes: tuple[str, ...]
    team: str | None
    people: tuple[str, ...]
    batch: str | None
    note: str | None
    backdating_reason: str | None
    synthetic: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Ledger:
    """Identity of a ledger row within its agency."""

    name: str
    row: str


@dataclass(frozen=True, slots=True)
class IssueReported:
    """Jurisdiction: own or passed_on. `due_at`: a due date set from outside."""

    issue: str
    programme: str
    programme_version: int
    agency: str
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
    reported_by: str
    backdating_reason: str | None
    synthetic: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class IssueAmended:
    """`changes`: new values of title, text, kind, jurisdiction or batch; `ledger` when the row was changed there."""

    issue: str
    changes: Mapping[str, str | None]
    by: str
    ledger: Ledger | None
    at: datetime


@dataclass(frozen=True, slots=True)
class IssueLinked:
    """The issue belongs to another: as a part, raised again, or otherwise related; or it came up on a return visit."""

    issue: str
    relation: str
    to: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class IssueUnlinked:
    """A link was taken back."""

    issue: str
    relation: str
    to: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class IssueDivided:
    """The issue was divided 各个击破: it closes when all its parts have. `parts`: those made this time."""

    issue: str
    parts: tuple[str, ...]
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FirstAskedNamed:
    """Which unit the enterprise asked first 首问."""

    issue: str
    unit: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MergerRequested:
    """The issue is held to be the same as another; routing confirms or refuses."""

    issue: str
    into: str
    score: int | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MergerUndone:
    """It was not the same after all."""

    issue: str
    into: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MergerDeclined:
    """Routing refused the merger, and why; it may be asked for again."""

    issue: str
    into: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WithdrawalRequested:
    """The enterprise does not pursue the issue; routing confirms or refuses."""

    issue: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WithdrawalDeclined:
    """Routing refused the withdrawal, and why; it may be asked for again."""

    issue: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Milestone:
    """A dated step of a plan, due at the end of the day."""

    name: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Fact:
    """One dated fact of a ledger row, which routing or supervision will record as its own; None: the row has it not.

    `round`: None for the first. `due_on`: until when an extension goes; `evidence_at`: when a late fact became known.
    """

    fact: str
    at: datetime
    unit: str | None = None
    supporting: tuple[str, ...] = ()
    letter: str | None = None
    meeting: str | None = None
    outcome: str | None = None
    policy: str | None = None
    satisfaction: str | None = None
    milestones: tuple[Milestone, ...] = ()
    milestone: str | None = None
    copied_to_office: bool | None = None
    note: str | None = None
    round: int | None = None
    reason: str | None = None
    asked_at: datetime | None = None
    due_on: date | None = None
    evidence_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HistoryDeclared:
    """Facts taken over from a ledger row, ordered by their time."""

    issue: str
    programme: str
    ledger: Ledger
    facts: tuple[Fact, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class ServiceRecorded:
    """A service rendered to one enterprise or to several (`enterprise` None). `amount` in yuan."""

    record: str
    programme: str
    agency: str
    enterprise: str | None
    unit: str | None
    person: str | None
    kind: str
    count: int
    amount: int | None
    batch: str | None
    note: str | None
    backdating_reason: str | None
    synthetic: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class SuggestionRecorded:
    """Something is suggested to the government. `person`: the official who brought it; `by`: who recorded it."""

    suggestion: str
    programme: str
    agency: str
    enterprise: str | None
    visit: str | None
    person: str | None
    title: str
    text: str | None
    backdating_reason: str | None
    synthetic: bool
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SuggestionAnswered:
    """The answer of a unit, or of the office (`unit` None)."""

    suggestion: str
    unit: str | None
    answer: str
    backdating_reason: str | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PolicyPublished:
    """A policy of the agency's library, whole; `programmes` empty: all; valid on both days, without end if None."""

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
    at: datetime
