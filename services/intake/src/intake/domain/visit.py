"""A visit, call, survey or return visit to an enterprise: recorded once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from intake.domain.commands import RecordVisit
from intake.domain.directory import Directory
from intake.domain.errors import AlreadyRegistered, TeamEnded
from intake.domain.events import VisitRecorded
from intake.domain.programme import Programme
from intake.domain.team import Team
from intake.domain.text import Text
from intake.domain.timing import backdating_reason


@dataclass(frozen=True, slots=True)
class Visit:
    """`recorded` is None before the visit exists."""

    recorded: VisitRecorded | None = None


def apply(state: Visit, event: VisitRecorded) -> Visit:
    """The visit after an event."""
    return Visit(event)


def record(
    state: Visit, command: RecordVisit, programme: Programme, directory: Directory, went: Team | None = None
) -> list[VisitRecorded]:
    """Nothing when the same import reference recorded the same visit before. `went`: the team that the command names.

    Raises WrongMode, UnknownPurpose, UnknownPerson, OutsideWindow, FutureDate, BackDated, TeamEnded, or
    AlreadyRegistered when the content differs.
    """
    programme.require_mode(command.mode)
    programme.require_purposes(command.purposes)
    for place, person in enumerate(command.people):
        directory.require_person(person, f"people/{place}")
    programme.require_window(command.timing)
    event = VisitRecorded(
        command.visit,
        programme.id,
        programme.agency,
        command.enterprise,
        command.mode,
        command.purposes,
        command.team,
        command.people,
        command.batch,
        command.note,
        backdating_reason(command.timing, programme.backdating_days),
        command.synthetic,
        command.timing.at,
    )
    if state.recorded is None:
        if went is not None and not went.stands(event.at):
            raise TeamEnded(field="team")
        return [event]
    at = event.at if command.timing.given else state.recorded.at
    if replace(event, at=at) != state.recorded:
        raise AlreadyRegistered(
            Text("This visit is recorded with other content."),
            field="ref",
            mend=Text("repeat its first content, or record a further visit under another ref"),
        )
    return []
