"""What every handler does around its decision: resolve what the command names, and answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eventkit.codec import DomainEvent
from eventkit.commands import Command, Done
from eventkit.session import Aggregate, Session
from intake.application.naming import referred
from intake.application.ports import Streams
from intake.domain.directory import Directory
from intake.domain.errors import UnknownEnterprise, UnknownProgramme, UnknownReference
from intake.domain.events import VisitRecorded
from intake.domain.programme import Programme
from intake.domain.text import Text
from intake.domain.timing import Timing

Wanted = tuple[Aggregate[Any], str]


class Context:
    """References are streams like any other: they are loaded with the whole batch and need no cache.

    What another agency has is treated as unknown, so that nobody learns of it.
    """

    def __init__(self, streams: Streams) -> None:
        self.streams = streams

    def programme(self, session: Session, command: Command) -> Programme:
        """The newest version of the programme that the command names. Raises UnknownProgramme."""
        programme = session.get(self.streams.programme, command.data["programme"])
        if not programme.version or not command.caller.acts_for(programme.agency):
            raise UnknownProgramme(field="programme")
        return programme

    def directory(self, session: Session, agency: str) -> Directory:
        """The newest directory of the agency."""
        return session.get(self.streams.directory, agency)

    def enterprise(self, session: Session, agency: str, given: str, field: str = "enterprise") -> str:
        """The id of an enterprise of the agency, by id or name. Raises UnknownEnterprise at the field."""
        id = referred(agency, "enterprise", given)
        if session.get(self.streams.enterprise, id).agency != agency:
            raise UnknownEnterprise(field=field)
        return id

    def visit(self, session: Session, agency: str, given: str | None) -> VisitRecorded | None:
        """The visit of the agency, by id or ref; None for none. Raises UnknownReference."""
        if given is None:
            return None
        id = referred(agency, "visit", given)
        recorded = session.get(self.streams.visit, id).recorded
        if recorded is None or recorded.agency != agency:
            raise UnknownReference(
                Text("The agency has no such visit."), field="visit", mend=Text("record the visit first")
            )
        return recorded

    def wanted(self, command: Command, *enterprises: str) -> list[Wanted]:
        """The streams behind a command's programme, its directory and these enterprises."""
        agency = command.caller.agency or ""
        return [
            (self.streams.programme, command.data["programme"]),
            (self.streams.directory, agency),
            *((self.streams.enterprise, referred(agency, "enterprise", given)) for given in enterprises),
        ]


def timing(command: Command, *, from_ledger: bool = False) -> Timing:
    """When it happened, as the domain judges it."""
    return Timing(
        at=command.at,
        now=command.received_at,
        given=command.occurred_at is not None,
        reason=command.data.get("reason"),
        office="office" in command.caller.roles,
        from_ledger=from_ledger,
    )


def record(
    session: Session,
    command: Command,
    wanted: Wanted,
    events: Sequence[DomainEvent],
    *,
    path: str | None = None,
    **body: Any,
) -> Done:
    """Take the decided events into the stream and answer: created, amended, or unchanged when nothing was decided."""
    aggregate, id = wanted
    known = session.version(aggregate, id) > 0
    session.record(aggregate, id, events, key=id, cause=command.id, traceparent=command.traceparent)
    outcome = "unchanged" if not events else "amended" if known else "created"
    return Done(
        {"id": id, "outcome": outcome, **body},
        version=session.version(aggregate, id),
        status=200 if known else 201,
        location=f"/v1/{path}/{id}" if path else None,
    )
