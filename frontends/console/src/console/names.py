"""What things are called: by the programme's document and the agency's directory, in the visitor's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from console.services import Away, Services

Options = list[tuple[str, str]]
"""What may be chosen: the value and what it is called."""


@dataclass(frozen=True, slots=True)
class Names:
    """Looks names up; what has none is shown as it is."""

    document: Mapping[str, Any]
    units: Mapping[str, str]
    language: str

    @property
    def zone(self) -> ZoneInfo:
        """The programme's zone."""
        return ZoneInfo(self.document.get("zone", "Asia/Shanghai"))

    @property
    def title(self) -> str:
        """The programme's title."""
        return self._said(self.document.get("title", {}))

    def unit(self, id: str | None) -> str | None:
        """A unit's name."""
        return None if id is None else self.units.get(id, id)

    def of(self, section: str, id: str | None) -> str | None:
        """What the programme calls one of its kinds, clocks and so on; a milestone's clock bears its number."""
        if id is None:
            return None
        plain, _, number = id.partition(":")
        return f"{dict(self.options(section)).get(plain, plain)} {number}".strip()

    def options(self, *sections: str) -> Options:
        """All that the programme lists in a section, or in one within another."""
        entries: Any = self.document
        for section in sections:
            entries = entries.get(section, {})
        return [(entry["id"], self._said(entry) or entry["id"]) for entry in entries or ()]

    def _said(self, told: Mapping[str, Any]) -> str:
        return str(told.get(self.language) or "")


def names_of(services: Services, programme: str, agency: str, away: list[Away]) -> Names:
    """Those of a programme; without intake ids stand for themselves, and it is added to `away`."""
    try:
        document = services.get("intake", f"/programmes/{programme}")["document"]
        return Names(document, units_of(services, agency), services.language)
    except Away as error:
        away.append(error)
        return Names({}, {}, services.language)


def units_of(services: Services, agency: str) -> dict[str, str]:
    """The agency's units by id."""
    held: Sequence[Mapping[str, Any]] = services.get("intake", f"/directories/{agency}")["units"]
    return {unit["id"]: unit["name"] for unit in held}


def programmes_of(services: Services, agency: str | None) -> list[Names]:
    """The programmes of an agency with their documents, without its units."""
    found = [row["programme"] for row in services.all("intake", "/programmes") if row["agency"] == agency]
    documents = [services.get("intake", f"/programmes/{id}")["document"] for id in found]
    return [Names(document, {}, services.language) for document in documents]
