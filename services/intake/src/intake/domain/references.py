"""What the parts of a programme document name of each other, beyond ladder, rules and clocks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from intake.domain.directory import Directory
from intake.domain.text import Text

Fault = tuple[str, Text]
Document = Mapping[str, Any]

_KIND, _GRADE, _RULE = Text("kind"), Text("grade"), Text("rule")


def references(document: Document, directory: Directory) -> Iterator[Fault]:
    """Every name that is not defined, by its place."""
    yield from _grades(document)
    yield from _limits(document)
    yield from _kinds(document)
    yield from _roles(document)
    yield from _ranks(document)
    yield from _units(document, directory)
    yield from _returns(document)
    yield from _notify(document)


def _grades(document: Document) -> Iterator[Fault]:
    ladder = {rung["role"] for rung in document.get("ladder", ())}
    for index, grade in enumerate(document.get("grades", ())):
        if grade.get("report_to") not in (None, *ladder):
            yield f"grades/{index}/report_to", Text("The ladder has no role {role}", role=grade["report_to"])
    grades = _ids(document, "grades")
    named = [(f"rules/{index}/grade", rule.get("grade")) for index, rule in enumerate(document.get("rules", ()))]
    named.append(("recurrence/grade", document.get("recurrence", {}).get("grade")))
    yield from _unknown(named, grades, _GRADE)


def _limits(document: Document) -> Iterator[Fault]:
    known = {_KIND: _ids(document, "kinds"), _GRADE: _ids(document, "grades"), _RULE: _ids(document, "rules")}
    for number, clock in enumerate(document.get("clocks", ())):
        for index, limit in enumerate(clock.get("limits", ())):
            for what, names in known.items():
                yield from _unknown([(f"clocks/{number}/limits/{index}/{what}", limit.get(what))], names, what)


def _kinds(document: Document) -> Iterator[Fault]:
    kinds = document.get("first_asked", {}).get("kinds", ())
    named = [(f"first_asked/kinds/{index}", kind) for index, kind in enumerate(kinds)]
    yield from _unknown(named, _ids(document, "kinds"), _KIND)


def _roles(document: Document) -> Iterator[Fault]:
    named: list[tuple[str, str | None]] = []
    for index, duty in enumerate(document.get("duties", ())):
        named.append((f"duties/{index}/role", duty.get("role")))
        named += ((f"duties/{index}/needs/{n}/role", need.get("role")) for n, need in enumerate(duty["needs"]))
    roles = document.get("service_card", {}).get("roles", ())
    named += ((f"service_card/roles/{index}", role) for index, role in enumerate(roles))
    for tier, pattern in document.get("teams", {}).items():
        named += ((f"teams/{tier}/members/{n}/role", place["role"]) for n, place in enumerate(pattern["members"]))
    yield from _unknown(named, _ids(document, "roles"), Text("role"))


def _ranks(document: Document) -> Iterator[Fault]:
    named: list[tuple[str, str | None]] = []
    for tier, pattern in document.get("teams", {}).items():
        for number, place in enumerate(pattern["members"]):
            at = f"teams/{tier}/members/{number}"
            named.append((f"{at}/min_rank", place.get("min_rank")))
            named += ((f"{at}/ages/{index}/rank", age["rank"]) for index, age in enumerate(place.get("ages", ())))
    yield from _unknown(named, _ids(document, "ranks"), Text("rank"))


def _units(document: Document, directory: Directory) -> Iterator[Fault]:
    for part in ("authorities", "townships"):
        for index, entry in enumerate(document.get(part, ())):
            if entry["unit"] not in directory.units:
                yield f"{part}/{index}/unit", Text("The directory has no unit {unit}", unit=entry["unit"])
    kinds: Collection[str] | None = document.get("unit_kinds")
    for index, rule in enumerate(document.get("rules", ())):
        unit = directory.units.get(rule["lead"])
        if kinds is not None and unit is not None and unit.kind not in kinds:
            yield (
                f"rules/{index}/lead",
                Text("{unit} is of the kind {kind}, which may not lead", unit=unit.id, kind=unit.kind),
            )


def _returns(document: Document) -> Iterator[Fault]:
    clock = document.get("returns", {}).get("clock")
    yield from _unknown([("returns/clock", clock)], _ids(document, "clocks"), Text("clock"))


def _notify(document: Document) -> Iterator[Fault]:
    named: list[tuple[str, str | None]] = []
    for index, notice in enumerate(document.get("notify", ())):
        roles = ((n, to.removeprefix("role:")) for n, to in enumerate(notice["to"]) if to.startswith("role:"))
        named += ((f"notify/{index}/to/{n}", role) for n, role in roles)
    yield from _unknown(named, _ids(document, "roles"), Text("role"))


def _unknown(named: Collection[tuple[str, str | None]], known: Collection[str], what: Text) -> Iterator[Fault]:
    for where, name in named:
        if name is not None and name not in known:
            yield where, Text("The programme has no {what} {name}", what=what, name=name)


def _ids(document: Document, part: str) -> set[str]:
    return {entry["id"] for entry in document.get(part, ())}
