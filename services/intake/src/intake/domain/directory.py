"""An agency's directory of units and people: published whole, version by version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain

from intake.domain.commands import PublishDirectory
from intake.domain.errors import BadDocument, UnknownPerson, UnknownUnit, VersionTaken
from intake.domain.events import DirectoryPublished, Person, Unit
from intake.domain.text import Text
from intake.domain.timing import check_moment


@dataclass(frozen=True, slots=True)
class Directory:
    """The newest version, by id; version 0 before the first."""

    version: int = 0
    units: Mapping[str, Unit] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)

    def require_unit(self, unit: str | None, where: str) -> None:
        """UnknownUnit, at the field `where`, unless `unit` is None or in the directory."""
        if unit is not None and unit not in self.units:
            raise UnknownUnit(Text("The directory has no unit {unit}.", unit=unit), field=where)

    def require_person(self, person: str | None, where: str) -> None:
        """UnknownPerson, at the field `where`, unless `person` is None or in the directory."""
        if person is not None and person not in self.people:
            raise UnknownPerson(Text("The directory has no person {person}.", person=person), field=where)


def apply(state: Directory, event: DirectoryPublished) -> Directory:
    """The directory after a publication."""
    return Directory(event.version, {u.id: u for u in event.units}, {p.id: p for p in event.people})


def publish(state: Directory, command: PublishDirectory) -> list[DirectoryPublished]:
    """Nothing when the published version has the same content.

    Raises FutureDate, BadDocument (an id twice, a person of an unknown unit), or VersionTaken unless it is higher.
    """
    same = (command.units, command.people) == (tuple(state.units.values()), tuple(state.people.values()))
    if state.version and same and command.version in (None, state.version):
        return []
    check_moment(command.timing.at, command.timing.now)
    version = state.version + 1 if command.version is None else command.version
    if version <= state.version:
        raise VersionTaken(field="version", mend=Text("publish it as version {version}", version=state.version + 1))
    for where, what in chain(_repeated(command), _homeless(command)):
        raise BadDocument(what, field=where, mend=Text("correct the directory and publish it again"))
    return [DirectoryPublished(command.agency, version, command.units, command.people, command.timing.at)]


def _repeated(command: PublishDirectory) -> Iterable[tuple[str, Text]]:
    for part, ids in (("units", [u.id for u in command.units]), ("people", [p.id for p in command.people])):
        seen: set[str] = set()
        for index, id in enumerate(ids):
            if id in seen:
                yield f"{part}/{index}/id", Text("{id} stands twice in {part}.", id=id, part=part)
            seen.add(id)


def _homeless(command: PublishDirectory) -> Iterable[tuple[str, Text]]:
    units = {unit.id for unit in command.units}
    for index, person in enumerate(command.people):
        if person.unit is not None and person.unit not in units:
            yield f"people/{index}/unit", Text("The directory has no unit {unit}.", unit=person.unit)
