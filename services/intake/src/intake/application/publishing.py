"""Programmes and directories: published whole, version by version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from contracts import DOCUMENTS, EVENTS, NOTIFIABLE
from eventkit.commands import Command, Done
from eventkit.session import Session
from eventkit.wording import of_schema
from intake.application.context import Context, Wanted, record, timing
from intake.domain import directory, programme
from intake.domain.commands import PublishDirectory, PublishProgramme
from intake.domain.errors import ForeignAgency
from intake.domain.events import Person, Unit
from intake.domain.publication import refuse

DOCUMENT = "bugle.documents.programme.v3"
"""Every document of versions 1 and 2 is one of version 3."""
TOLD = frozenset(contract.name for contract in EVENTS.values())
"""The short names of all events: what a document may score by, or look for in a case."""


class Publishing(Context):
    """Handlers of publish_programme and publish_directory."""

    def programme_streams(self, command: Command) -> Iterable[Wanted]:
        """The programme, and the directory that its rules refer to."""
        streams, agency = self.streams, str(command.data["document"].get("agency", ""))
        return (streams.programme, command.data["programme"]), (streams.directory, agency)

    def publish_programme(self, session: Session, command: Command) -> Done:
        """Raises ForeignAgency, BadDocument, VersionTaken or FutureDate."""
        data = command.data
        refuse([(f.pointer.removeprefix("/"), of_schema(f)) for f in DOCUMENTS[DOCUMENT].validate(data["document"])])
        refuse(list(_untold(data["document"])))
        agency = data["document"]["agency"]
        if not command.caller.acts_for(agency):
            raise ForeignAgency(field="document/agency")
        id = data["programme"]
        decided = programme.publish(
            session.get(self.streams.programme, id),
            PublishProgramme(id, data["version"], data["document"], timing(command)),
            self.directory(session, agency),
            TOLD,
        )
        return record(session, command, (self.streams.programme, id), decided, path="programmes")

    def directory_streams(self, command: Command) -> Iterable[Wanted]:
        """The directory."""
        return [(self.streams.directory, command.data["agency"])]

    def publish_directory(self, session: Session, command: Command) -> Done:
        """Raises ForeignAgency, BadDocument, VersionTaken or FutureDate."""
        data, agency = command.data, command.data["agency"]
        if not command.caller.acts_for(agency):
            raise ForeignAgency(field="agency")
        decided = directory.publish(
            session.get(self.streams.directory, agency),
            PublishDirectory(
                agency,
                data.get("version"),
                tuple(Unit(**unit) for unit in data["units"]),
                tuple(Person(**person) for person in data.get("people", ())),
                timing(command),
            ),
        )
        return record(session, command, (self.streams.directory, agency), decided, path="directories")


def _untold(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Events that nobody can be told of, by their place."""
    for index, notice in enumerate(document.get("notify", ())):
        if notice["on"] not in NOTIFIABLE:
            yield f"notify/{index}/on", f"Nobody can be told of {notice['on']}: see NOTIFIABLE of the contracts"
