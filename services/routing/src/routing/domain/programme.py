"""What routing needs of a programme version and of an agency's directory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from routing.domain.errors import UnknownKind, UnknownUnit, WrongKindOfUnit
from routing.domain.limits import Limits
from routing.domain.rules import Rules
from routing.domain.text import Text

LETTER = "{programme}-交办〔{year}〕{number}号"
"""Letter numbers of a programme that says nothing about their form."""


@dataclass(frozen=True, slots=True)
class Returns:
    """When a department may give a case back: until `clock` is due, for these reasons, `max_transfers` times in all."""

    clock: str
    max_transfers: int
    reasons: frozenset[str]


@dataclass(frozen=True, slots=True)
class Programme:
    """One version of a programme. `automatic`: cases are assigned by the rules without the office.

    None where the programme says nothing: of units then any kind may lead, the others are not used at all.
    """

    id: str
    version: int
    agency: str
    zone: ZoneInfo
    automatic: bool
    backdating_days: int
    kinds: frozenset[str]
    rules: Rules
    letter: str
    unit_kinds: frozenset[str] | None
    grades: frozenset[str] | None
    causes: frozenset[str] | None
    bodies: frozenset[str] | None
    first_asked: frozenset[str]
    returns: Returns | None
    joint_sessions: bool
    townships: frozenset[str] | None
    clocks: tuple[Limits, ...]
    long_term: bool = False

    @classmethod
    def of(cls, id: str, version: int, document: Mapping[str, Any]) -> Programme:
        """Read a published document; parts that routing does not know are passed over."""
        return cls(
            id=id,
            version=version,
            agency=document.get("agency", ""),
            zone=_zone(document["zone"]),
            automatic=document.get("assignment") == "automatic",
            backdating_days=document.get("backdating_days", 0),
            kinds=frozenset(kind["id"] for kind in document.get("kinds", ())),
            rules=Rules.of(version, document.get("rules", ())),
            letter=_template(document.get("letter") or LETTER),
            unit_kinds=frozenset(document["unit_kinds"]) if "unit_kinds" in document else None,
            grades=_ids(document.get("grades")),
            causes=_ids(document.get("causes")),
            bodies=_ids(document.get("passing_on", {}).get("bodies")),
            first_asked=frozenset(document.get("first_asked", {}).get("kinds", ())),
            returns=_returns(document.get("returns")),
            joint_sessions="joint_sessions" in document,
            townships=_ids(document.get("townships"), "township"),
            clocks=tuple(map(Limits.of, document.get("clocks", ()))),
            long_term="long_term" in document,
        )

    @property
    def series(self) -> str:
        """Whose letters are counted together: two letters of an agency and year must never have one number.

        Programmes whose letters do not name them share a series with those of the agency that write theirs alike.
        """
        return self.id if "{programme}" in self.letter else f"{self.agency} {self.letter}"

    def year(self, moment: datetime) -> int:
        """The year whose letters are counted, by the programme's own clock."""
        return moment.astimezone(self.zone).year

    def numbered(self, year: int, number: int) -> str:
        """The letter number. Plain replacement: a template is data from outside and must not reach into objects."""
        parts = {"{programme}": self.id, "{year}": str(year), "{number}": str(number)}
        letter = self.letter
        for place, value in parts.items():
            letter = letter.replace(place, value)
        return letter

    def require_kind(self, kind: str) -> None:
        """UnknownKind unless the programme has the kind."""
        if kind not in self.kinds:
            raise UnknownKind(mend=Text("Choose one of: {choices}.", choices=sorted(self.kinds)))


@dataclass(frozen=True, slots=True)
class Directory:
    """The units of an agency, each with its kind; None where an older copy did not keep it."""

    agency: str
    units: Mapping[str, str | None]

    @classmethod
    def of(cls, agency: str, units: Iterable[Mapping[str, Any] | str]) -> Directory:
        """From a copy: units with their kind, or bare ids as they were kept before."""
        kinds = (unit if isinstance(unit, Mapping) else {"id": unit} for unit in units)
        return cls(agency, {unit["id"]: unit.get("kind") for unit in kinds})

    def fits(self, unit: str, kinds: frozenset[str] | None) -> bool:
        """Whether a unit of the directory is of one of these kinds (None: of any), as far as its kind is known."""
        return kinds is None or self.units[unit] in (None, *kinds)

    def require(self, unit: str, field: str, kinds: frozenset[str] | None = None) -> None:
        """UnknownUnit or WrongKindOfUnit unless the directory has the unit; `field` is where the request names it."""
        if unit not in self.units:
            raise UnknownUnit(
                Text("The directory of {agency} has no unit {unit}.", agency=self.agency, unit=unit), field=field
            )
        if not self.fits(unit, kinds):
            mend = Text("Choose one of: {choices}.", choices=sorted(kinds or ()))
            told = Text("{unit} is of the kind {kind}.", unit=unit, kind=self.units[unit])
            raise WrongKindOfUnit(told, field=field, mend=mend)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(name: str) -> ZoneInfo:
    """UTC for a name that is no zone: intake refuses it, but not when the oldest documents were published."""
    return ZoneInfo(name if name in _zones() else "UTC")


def _ids(entries: Iterable[Mapping[str, Any]] | None, name: str = "id") -> frozenset[str] | None:
    return None if entries is None else frozenset(entry[name] for entry in entries)


def _returns(told: Mapping[str, Any] | None) -> Returns | None:
    if told is None:
        return None
    return Returns(told["clock"], told["max_transfers"], frozenset(reason["id"] for reason in told["reasons"]))


def _template(letter: str) -> str:
    """The template, with a place for the number: two letters must never have one name."""
    return letter if "{number}" in letter and "{year}" in letter else f"{letter}{{year}}-{{number}}"
