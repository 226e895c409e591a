"""Other services' events, as far as supervision reads them. Fields that are not named here are passed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import TypeAdapter

from eventkit.codec import message
from eventkit.envelope import Envelope
from supervision.domain.events import Milestone, Satisfaction


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
class CaseMoved:
    """routing: any step of a case; what a step does not have is None."""

    case: str
    at: datetime
    lead: str | None = None
    unit: str | None = None
    round: int | None = None
    milestone: str | None = None
    milestones: tuple[Milestone, ...] = ()
    copied_to_office: bool = False


Step = Literal[
    "assigned", "received", "accepted", "contacted", "planned", "milestone", "result", "fed_back", "reopened"
]

STEPS: Mapping[str, Step] = {
    "bugle.routing.case_assigned.v1": "assigned",
    "bugle.routing.letter_received.v1": "received",
    "bugle.routing.case_accepted.v1": "accepted",
    "bugle.routing.enterprise_contacted.v1": "contacted",
    "bugle.routing.case_planned.v1": "planned",
    "bugle.routing.progress_reported.v1": "milestone",
    "bugle.routing.result_reported.v1": "result",
    "bugle.routing.result_fed_back.v1": "fed_back",
    "bugle.routing.case_reopened.v1": "reopened",
}
"""Steps by the event that tells them; progress counts only where it names a milestone."""

PROGRAMME_PUBLISHED = "bugle.intake.programme_published.v1"
ISSUE_REPORTED = "bugle.intake.issue_reported.v1"
HISTORY_DECLARED = "bugle.intake.history_declared.v1"

_ADAPTERS: Mapping[str, TypeAdapter[Any]] = {
    PROGRAMME_PUBLISHED: TypeAdapter(ProgrammePublished),
    ISSUE_REPORTED: TypeAdapter(IssueReported),
    HISTORY_DECLARED: TypeAdapter(HistoryDeclared),
    **dict.fromkeys(STEPS, TypeAdapter(CaseMoved)),
}


def read(event: Envelope) -> Any:
    """The event as one of the classes above; ValidationError when it is not what its contract says."""
    return message(_ADAPTERS[event.type], event)
