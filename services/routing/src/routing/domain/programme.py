"""What routing needs of a programme version and of an agency's directory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from routing.domain.errors import UnknownKind, UnknownUnit
from routing.domain.rules import Rule, Rules

LETTER = "{programme}-交办〔{year}〕{number}号"
"""Letter numbers of a programme that says nothing about their form."""


@dataclass(frozen=True, slots=True)
class Programme:
    """One version of a programme. `automatic`: cases are assigned by the rules without the office."""

    id: str
    version: int
    zone: ZoneInfo
    automatic: bool
    backdating_days: int
    kinds: frozenset[str]
    rules: Rules
    letter: str

    @classmethod
    def of(cls, id: str, version: int, document: Mapping[str, Any]) -> Programme:
        """Read a published document; parts that routing does not know are passed over."""
        return cls(
            id=id,
            version=version,
            zone=ZoneInfo(document["zone"]),
            automatic=document.get("assignment") == "automatic",
            backdating_days=document.get("backdating_days", 0),
            kinds=frozenset(kind["id"] for kind in document.get("kinds", ())),
            rules=Rules(version, tuple(map(_rule, document.get("rules", ())))),
            letter=_template(document.get("letter") or LETTER),
        )

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
            raise UnknownKind(mend=f"Choose one of: {', '.join(sorted(self.kinds))}.")


@dataclass(frozen=True, slots=True)
class Directory:
    """The units of an agency."""

    agency: str
    units: frozenset[str]

    def require(self, unit: str, field: str) -> None:
        """UnknownUnit unless the directory has the unit; `field` is where the request names it."""
        if unit not in self.units:
            raise UnknownUnit(f"The directory of {self.agency} has no unit {unit}.", field=field)


def _rule(rule: Mapping[str, Any]) -> Rule:
    return Rule(
        id=rule["id"],
        lead=rule["lead"],
        kind=rule.get("kind"),
        keywords=tuple(rule.get("keywords", ())),
        supporting=tuple(rule.get("supporting", ())),
    )


def _template(letter: str) -> str:
    """The template, with a place for the number: two letters must never have one name."""
    return letter if "{number}" in letter and "{year}" in letter else f"{letter}{{year}}-{{number}}"
