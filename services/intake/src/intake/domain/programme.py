"""A programme: published whole, version by version; a published version never changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from intake.domain.commands import PublishProgramme
from intake.domain.directory import Directory
from intake.domain.errors import UnknownKind, VersionTaken
from intake.domain.events import ProgrammePublished
from intake.domain.publication import check_document
from intake.domain.timing import check_moment


@dataclass(frozen=True, slots=True)
class Programme:
    """The newest version; version 0 before the first."""

    id: str = ""
    version: int = 0
    agency: str = ""
    document: Mapping[str, Any] = field(default_factory=dict)

    @property
    def backdating_days(self) -> int:
        """How far back a live command may date an event."""
        return int(self.document.get("backdating_days", 0))

    def require_kind(self, kind: str | None) -> None:
        """UnknownKind unless `kind` is None or one of the programme's."""
        kinds = {entry["id"] for entry in self.document.get("kinds", ())}
        if kind is not None and kind not in kinds:
            raise UnknownKind(f"The programme {self.id} has no kind {kind}.", field="kind")


def apply(state: Programme, event: ProgrammePublished) -> Programme:
    """The programme after a publication."""
    return Programme(event.programme, event.version, event.agency, event.document)


def publish(state: Programme, command: PublishProgramme, directory: Directory) -> list[ProgrammePublished]:
    """Nothing when the same version is published with the same content.

    Raises FutureDate, BadDocument, or VersionTaken unless the version is higher than the published one.
    """
    document, agency = command.document, str(command.document.get("agency", ""))
    if (command.version, document) == (state.version, state.document):
        return []
    check_moment(command.timing.at, command.timing.now)
    if command.version <= state.version:
        raise VersionTaken(field="version", mend=f"publish it as version {state.version + 1}")
    if state.version and agency != state.agency:
        raise VersionTaken(
            "A programme stays with its agency.", field="document/agency", mend=f"publish it for {state.agency}"
        )
    check_document(command.programme, command.version, document, directory)
    return [ProgrammePublished(command.programme, command.version, agency, document, command.timing.at)]
