"""Other services' events, as far as supervision reads them. Fields that are not named here are passed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter

from eventkit.codec import message
from eventkit.envelope import Envelope
from supervision.domain.events import Satisfaction


@dataclass(frozen=True, slots=True)
class ProgrammePublished:
    """intake: a programme version."""

    programme: str
    version: int
    document: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class IssueReported:
    """intake: an issue, which is the case to watch."""

    issue: str
    programme: str
    programme_version: int
    agency: str
    enterprise: str
    due_at: datetime | None
    synthetic: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Declared:
    """A dated fact of a ledger row."""

    fact: str
    at: datetime
    satisfaction: Satisfaction | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryDeclared:
    """intake: what a ledger has of an issue's past."""

    issue: str
    facts: tuple[Declared, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Milestone:
    """A line of a plan."""

    name: str
    due_on: date


@dataclass(frozen=True, slots=True)
class CaseMoved:
    """routing: any step of a case; what a step does not have is None."""

    case: str
    at: datetime
    lead: str | None = None
    unit: str | None = None
    supporting: tuple[str, ...] = ()
    round: int | None = None
    milestone: str | None = None
    milestones: tuple[Milestone, ...] = ()
    body: str | None = None
    kind: str | None = None
    grade: str | None = None
    rule: str | None = None
    outcome: str | None = None
    copied_to_office: bool = False


@dataclass(frozen=True, slots=True)
class IssueDivided:
    """intake: an issue and the parts it was divided into."""

    issue: str
    parts: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class IssueLinked:
    """intake: how an issue belongs to another."""

    issue: str
    relation: str
    to: str
    at: datetime


COURSE: Mapping[str, str] = {
    "bugle.routing.case_assigned.v1": "assigned",
    "bugle.routing.letter_received.v1": "received",
    "bugle.routing.case_accepted.v1": "accepted",
    "bugle.routing.enterprise_contacted.v1": "contacted",
    "bugle.routing.case_planned.v1": "planned",
    "bugle.routing.result_reported.v1": "result",
    "bugle.routing.result_fed_back.v1": "fed_back",
    "bugle.routing.case_reopened.v1": "reopened",
    "bugle.routing.case_returned.v1": "returned",
    "bugle.routing.case_transferred.v1": "transferred",
    "bugle.routing.case_arbitrated.v1": "transferred",
    "bugle.routing.case_merged.v1": "merged",
    "bugle.routing.case_unmerged.v1": "unmerged",
    "bugle.routing.case_withdrawn.v1": "withdrawn",
}
"""Steps of every case by the event that tells them."""

BESIDES: Mapping[str, str] = {
    "bugle.routing.progress_reported.v1": "progress",
    "bugle.routing.case_classified.v1": "classified",
    "bugle.routing.case_graded.v1": "graded",
    "bugle.routing.support_reported.v1": "supported",
    "bugle.routing.case_passed_on.v1": "passed_on",
    "bugle.routing.owner_named.v1": "first_asked",
}
"""Steps that are learnt only where the programme goes by them; progress that names a milestone always is."""

STEPS = {**COURSE, **BESIDES}

PROGRAMME_PUBLISHED = "bugle.intake.programme_published.v1"
ISSUE_REPORTED = "bugle.intake.issue_reported.v1"
HISTORY_DECLARED = "bugle.intake.history_declared.v1"
ISSUE_DIVIDED = "bugle.intake.issue_divided.v1"
ISSUE_LINKED = "bugle.intake.issue_linked.v1"

_ADAPTERS: Mapping[str, TypeAdapter[Any]] = {
    PROGRAMME_PUBLISHED: TypeAdapter(ProgrammePublished),
    ISSUE_REPORTED: TypeAdapter(IssueReported),
    HISTORY_DECLARED: TypeAdapter(HistoryDeclared),
    ISSUE_DIVIDED: TypeAdapter(IssueDivided),
    ISSUE_LINKED: TypeAdapter(IssueLinked),
    **dict.fromkeys(STEPS, TypeAdapter(CaseMoved)),
}


def read(event: Envelope) -> Any:
    """The event as one of the classes above; ValidationError when it is not what its contract says."""
    return message(_ADAPTERS[event.type], event)
