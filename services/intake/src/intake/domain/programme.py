"""A programme: published whole, version by version; a published version never changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from intake.domain.commands import PublishProgramme
from intake.domain.directory import Directory
from intake.domain.errors import (
    AmountMissing,
    NotInProgramme,
    OutsideWindow,
    UnknownKind,
    UnknownPurpose,
    UnknownService,
    VersionTaken,
    WrongMode,
    ZoneKept,
)
from intake.domain.events import ProgrammePublished
from intake.domain.publication import check_document
from intake.domain.text import Text
from intake.domain.timing import Timing, check_moment
from intake.domain.values import known_zones


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

    @property
    def zone(self) -> ZoneInfo:
        """Where its days begin and end; UTC where an old document names a zone that there is not, or none."""
        name = self.document.get("zone", "UTC")
        return ZoneInfo(name if name in known_zones() else "UTC")

    def require_kind(self, kind: str | None) -> None:
        """UnknownKind unless `kind` is None or one of the programme's."""
        kinds = {entry["id"] for entry in self.document.get("kinds", ())}
        if kind is not None and kind not in kinds:
            raise UnknownKind(
                Text("The programme {programme} has no kind {kind}.", programme=self.id, kind=kind), field="kind"
            )

    def require_mode(self, mode: str) -> None:
        """WrongMode unless the programme has visits of this mode; one that does not say has all."""
        modes = self.document.get("visit_modes")
        if modes is not None and mode not in modes:
            raise WrongMode(
                Text("The programme has no visits of the mode {mode}.", mode=mode), field="mode", mend=_one_of(modes)
            )

    def require_purposes(self, purposes: Sequence[str]) -> None:
        """UnknownPurpose unless each is one of the programme's, by id or title; one that has none takes any text."""
        known = self.document.get("purposes")
        if known is None:
            return
        names = {entry[part] for entry in known for part in ("id", "zh", "en")}
        for place, purpose in enumerate(purposes):
            if purpose not in names:
                titles = _one_of([entry["zh"] for entry in known])
                raise UnknownPurpose(
                    Text("{purpose}: no such purpose.", purpose=purpose), field=f"purposes/{place}", mend=titles
                )

    def require_service(self, kind: str, amount: int | None) -> None:
        """UnknownService or AmountMissing unless the record is as the programme wants; without a list any is."""
        known = self.document.get("services")
        if known is None:
            return
        service = next((entry for entry in known if entry["id"] == kind), None)
        if service is None:
            raise UnknownService(field="kind", mend=_one_of([entry["id"] for entry in known]))
        if service.get("amount") and amount is None:
            raise AmountMissing(field="amount")

    def require_window(self, timing: Timing) -> None:
        """OutsideWindow for what is recorded live of a day before the programme begins or after it ends."""
        if timing.from_ledger or "zone" not in self.document:
            return
        day = timing.at.astimezone(self.zone).date().isoformat()
        first, last = self.document["starts_on"], self.document.get("ends_on")
        if day < first or (last is not None and day > last):
            runs = Text("The programme runs from {first}.", first=first)
            if last is not None:
                runs = Text("The programme runs from {first} to {last}.", first=first, last=last)
            raise OutsideWindow(runs, field="occurred_at")

    def section(self, key: str) -> Mapping[str, Any]:
        """A part of the document that a command needs; NotInProgramme names the key that is missing."""
        held: Mapping[str, Any] | None = self.document.get(key)
        if held is None:
            raise NotInProgramme(Text("The programme has no [{key}].", key=key), field=key)
        return held


def _one_of(names: Sequence[str]) -> Text:
    return Text("use one of: {names}", names=list(names))


def apply(state: Programme, event: ProgrammePublished) -> Programme:
    """The programme after a publication."""
    return Programme(event.programme, event.version, event.agency, event.document)


def publish(
    state: Programme, command: PublishProgramme, directory: Directory, events: Collection[str]
) -> list[ProgrammePublished]:
    """Nothing when the same version is published with the same content. `events`: short names of all that are told.

    Raises FutureDate, BadDocument, ZoneKept, or VersionTaken unless the version is higher than the published one.
    """
    document, agency = command.document, str(command.document.get("agency", ""))
    if (command.version, document) == (state.version, state.document):
        return []
    check_moment(command.timing.at, command.timing.now)
    if command.version <= state.version:
        raise VersionTaken(field="version", mend=Text("publish it as version {version}", version=state.version + 1))
    if state.version and agency != state.agency:
        raise VersionTaken(
            Text("A programme stays with its agency."),
            field="document/agency",
            mend=Text("use another id, or publish it for the agency whose it is"),
        )
    check_document(command.programme, command.version, document, directory, events)
    if (zone := state.document.get("zone")) in known_zones() and document.get("zone") != zone:
        raise ZoneKept(field="document/zone", mend=Text("write {zone}, or publish another programme", zone=zone))
    return [ProgrammePublished(command.programme, command.version, agency, document, command.timing.at)]
