"""Services rendered (a policy connected, a lecture, a contract reviewed), counted and summed: recorded once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from intake.domain.commands import RecordService
from intake.domain.directory import Directory
from intake.domain.errors import AlreadyRegistered
from intake.domain.events import ServiceRecorded
from intake.domain.programme import Programme
from intake.domain.text import Text
from intake.domain.timing import backdating_reason


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """`recorded` is None before the record exists."""

    recorded: ServiceRecorded | None = None


def apply(state: ServiceRecord, event: ServiceRecorded) -> ServiceRecord:
    """The record after an event."""
    return ServiceRecord(event)


def record(
    state: ServiceRecord, command: RecordService, programme: Programme, directory: Directory
) -> list[ServiceRecorded]:
    """Nothing when the same import reference recorded the same before.

    Raises UnknownUnit, UnknownPerson, UnknownService, AmountMissing, FutureDate, BackDated, or AlreadyRegistered when
    the content differs.
    """
    directory.require_unit(command.unit, "unit")
    directory.require_person(command.person, "person")
    programme.require_service(command.kind, command.amount)
    event = ServiceRecorded(
        command.record,
        programme.id,
        programme.agency,
        command.enterprise,
        command.unit,
        command.person,
        command.kind,
        command.count,
        command.amount,
        command.batch,
        command.note,
        backdating_reason(command.timing, programme.backdating_days),
        command.synthetic,
        command.timing.at,
    )
    if state.recorded is None:
        return [event]
    at = event.at if command.timing.given else state.recorded.at
    if replace(event, at=at) != state.recorded:
        raise AlreadyRegistered(
            Text("This service is recorded with other content."),
            field="ref",
            mend=Text("repeat its first content, or record a further service under another ref"),
        )
    return []
