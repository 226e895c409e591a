"""Other services' events, as far as supervision reads them. Fields that are not named here are passed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter

from eventkit.codec import message
from eventkit.envelope import Envelope
from supervision.application.ports import LibraryPolicy
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
    title: str = ""
    text: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class IssueAmended:
    """intake: some fields of an issue were corrected."""

    issue: str
    changes: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Declared:
    """A dated fact of a ledger row."""

    fact: str
    at: datetime
    satisfaction: Satisfaction | None = None
    note: str | None = None
    round: int | None = None
    unit: str | None = None
    reason: str | None = None
    asked_at: datetime | None = None
    due_on: date | None = None


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


@dataclass(frozen=True, slots=True)
class ListedUnit:
    """A unit of a directory."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A person of a directory."""

    id: str
    role: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class DirectoryPublished:
    """intake: an agency's directory, whole."""

    agency: str
    version: int
    units: tuple[ListedUnit, ...]
    people: tuple[Listed, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class EnterpriseRegistered:
    """intake: an enterprise."""

    enterprise: str
    agency: str
    tier: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TeamMember:
    """Who serves in a team."""

    role: str
    person: str | None = None


@dataclass(frozen=True, slots=True)
class TeamFormed:
    """intake: a team and its enterprises."""

    team: str
    programme: str
    agency: str
    tier: str
    enterprises: tuple[str, ...]
    members: tuple[TeamMember, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class TeamDisbanded:
    """intake: a team ended."""

    team: str
    programme: str
    at: datetime


@dataclass(frozen=True, slots=True)
class VisitRecorded:
    """intake: a visit, and who went if that is told."""

    visit: str
    programme: str
    agency: str
    enterprise: str
    mode: str
    team: str | None
    at: datetime
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceRecorded:
    """intake: a service to an enterprise or to all."""

    record: str
    programme: str
    agency: str
    enterprise: str | None
    unit: str | None
    kind: str
    count: int
    at: datetime
    person: str | None = None


@dataclass(frozen=True, slots=True)
class SuggestionRecorded:
    """intake: something suggested to the government."""

    suggestion: str
    programme: str
    agency: str
    enterprise: str | None
    person: str | None
    title: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SuggestionAnswered:
    """intake: its answer."""

    suggestion: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SessionCalled:
    """routing: units are summoned to an enterprise."""

    session: str
    programme: str
    programme_version: int
    enterprise: str
    units: tuple[str, ...]
    starts_at: datetime
    place: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class UnitReportedIn:
    """routing: a summoned unit is there."""

    session: str
    unit: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SessionHeld:
    """routing: the session took place; `absent`: who was summoned and was not there by then."""

    session: str
    absent: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class SessionCancelled:
    """routing: the session does not take place."""

    session: str
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

CASE_ASSIGNED = "bugle.routing.case_assigned.v1"
PROGRAMME_PUBLISHED = "bugle.intake.programme_published.v1"
ISSUE_REPORTED = "bugle.intake.issue_reported.v1"
ISSUE_AMENDED = "bugle.intake.issue_amended.v1"
HISTORY_DECLARED = ("bugle.intake.history_declared.v1", "bugle.intake.history_declared.v2")
ISSUE_DIVIDED = "bugle.intake.issue_divided.v1"
ISSUE_LINKED = "bugle.intake.issue_linked.v1"

DIRECTORY_PUBLISHED = ("bugle.intake.directory_published.v1", "bugle.intake.directory_published.v2")
ENTERPRISE_REGISTERED = "bugle.intake.enterprise_registered.v1"
TEAM_FORMED = "bugle.intake.team_formed.v1"
TEAM_DISBANDED = "bugle.intake.team_disbanded.v1"
VISIT_RECORDED = ("bugle.intake.visit_recorded.v1", "bugle.intake.visit_recorded.v2")
SERVICE_RECORDED = ("bugle.intake.service_recorded.v1", "bugle.intake.service_recorded.v2")
SUGGESTION_RECORDED = "bugle.intake.suggestion_recorded.v1"
SUGGESTION_ANSWERED = "bugle.intake.suggestion_answered.v1"
POLICY_PUBLISHED = "bugle.intake.policy_published.v1"
SESSION_CALLED = "bugle.routing.session_called.v1"
UNIT_REPORTED_IN = "bugle.routing.unit_reported_in.v1"
SESSION_HELD = "bugle.routing.session_held.v1"
SESSION_CANCELLED = "bugle.routing.session_cancelled.v1"

_ADAPTERS: Mapping[str, TypeAdapter[Any]] = {
    **dict.fromkeys(DIRECTORY_PUBLISHED, TypeAdapter(DirectoryPublished)),
    ENTERPRISE_REGISTERED: TypeAdapter(EnterpriseRegistered),
    TEAM_FORMED: TypeAdapter(TeamFormed),
    TEAM_DISBANDED: TypeAdapter(TeamDisbanded),
    **dict.fromkeys(VISIT_RECORDED, TypeAdapter(VisitRecorded)),
    **dict.fromkeys(SERVICE_RECORDED, TypeAdapter(ServiceRecorded)),
    SUGGESTION_RECORDED: TypeAdapter(SuggestionRecorded),
    SUGGESTION_ANSWERED: TypeAdapter(SuggestionAnswered),
    POLICY_PUBLISHED: TypeAdapter(LibraryPolicy),
    SESSION_CALLED: TypeAdapter(SessionCalled),
    UNIT_REPORTED_IN: TypeAdapter(UnitReportedIn),
    SESSION_HELD: TypeAdapter(SessionHeld),
    SESSION_CANCELLED: TypeAdapter(SessionCancelled),
    PROGRAMME_PUBLISHED: TypeAdapter(ProgrammePublished),
    ISSUE_REPORTED: TypeAdapter(IssueReported),
    ISSUE_AMENDED: TypeAdapter(IssueAmended),
    **dict.fromkeys(HISTORY_DECLARED, TypeAdapter(HistoryDeclared)),
    ISSUE_DIVIDED: TypeAdapter(IssueDivided),
    ISSUE_LINKED: TypeAdapter(IssueLinked),
    **dict.fromkeys(STEPS, TypeAdapter(CaseMoved)),
}


def read(event: Envelope) -> Any:
    """The event as one of the classes above; ValidationError when it is not what its contract says."""
    return message(_ADAPTERS[event.type], event)
