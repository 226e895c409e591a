"""Whether candidate rules could be those of a programme: every name they use is one of it or of the directory."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from routing.domain.programme import Directory, Programme
from routing.domain.rules import Rule, Rules
from routing.domain.text import Text

_KIND = Text("the programme has no kind {name}")
_GRADE = Text("the programme has no grade {name}")
_TOWNSHIP = Text("the programme has no township {name}")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a rule: a path such as "rules/0/lead", a sentence, and what to do."""

    field: str
    problem: Text
    mend: Text


def faults(rules: Rules, programme: Programme, directory: Directory) -> list[Fault]:
    """Everything that is wrong, in the order of the rules; their shape has been checked before."""
    ids = [rule.id for rule in rules.ordered]
    return [
        fault for place, rule in enumerate(rules.ordered) for fault in _rule(place, rule, ids, programme, directory)
    ]


def _rule(place: int, rule: Rule, ids: list[str], programme: Programme, directory: Directory) -> Iterator[Fault]:
    at = f"rules/{place}"
    if rule.id in ids[:place]:
        twice = Text("{rule} stands twice among the rules", rule=rule.id)
        yield Fault(f"{at}/id", twice, Text("give each rule an id of its own"))
    yield from _known(f"{at}/kind", _KIND, rule.kind, programme.kinds)
    yield from _known(f"{at}/grade", _GRADE, rule.grade, programme.grades or frozenset())
    if programme.townships is not None:
        for township in sorted(rule.place):
            yield from _known(f"{at}/place", _TOWNSHIP, township, programme.townships)
    yield from _units(at, rule, programme, directory)


def _known(field: str, unknown: Text, name: str | None, known: Collection[str]) -> Iterator[Fault]:
    if name is not None and name not in known:
        mend = Text("choose one of: {choices}", choices=sorted(known)) if known else Text("leave it out")
        yield Fault(field, unknown.filled(name=name), mend)


def _units(at: str, rule: Rule, programme: Programme, directory: Directory) -> Iterator[Fault]:
    named = [(f"{at}/lead", rule.lead), *((f"{at}/supporting/{n}", unit) for n, unit in enumerate(rule.supporting))]
    for field, unit in named:
        if unit not in directory.units:
            unknown = Text("the directory of {agency} has no unit {unit}", agency=directory.agency, unit=unit)
            mend = Text("take the id of a unit from the directory, or publish a new version of the directory")
            yield Fault(field, unknown, mend)
        elif not directory.fits(unit, programme.unit_kinds):
            told = Text("{unit} is of the kind {kind}", unit=unit, kind=directory.units[unit])
            yield Fault(field, told, Text("choose one of: {choices}", choices=sorted(programme.unit_kinds or ())))
    if rule.lead in rule.supporting:
        told = Text("the lead {unit} stands among those that support it", unit=rule.lead)
        yield Fault(f"{at}/supporting", told, Text("name it once only"))
