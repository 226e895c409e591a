"""Whether candidate rules could be those of a programme: every name they use is one of it or of the directory."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from routing.domain.programme import Directory, Programme
from routing.domain.rules import Rule, Rules


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a rule: a path such as "rules/0/lead", a sentence, and what to do."""

    field: str
    problem: str
    mend: str


def faults(rules: Rules, programme: Programme, directory: Directory) -> list[Fault]:
    """Everything that is wrong, in the order of the rules; their shape has been checked before."""
    ids = [rule.id for rule in rules.ordered]
    return [
        fault for place, rule in enumerate(rules.ordered) for fault in _rule(place, rule, ids, programme, directory)
    ]


def _rule(place: int, rule: Rule, ids: list[str], programme: Programme, directory: Directory) -> Iterator[Fault]:
    at = f"rules/{place}"
    if rule.id in ids[:place]:
        yield Fault(f"{at}/id", f"{rule.id} stands twice among the rules", "give each rule an id of its own")
    yield from _known(f"{at}/kind", "kind", rule.kind, programme.kinds)
    yield from _known(f"{at}/grade", "grade", rule.grade, programme.grades or frozenset())
    if programme.townships is not None:
        for township in sorted(rule.place):
            yield from _known(f"{at}/place", "township", township, programme.townships)
    yield from _units(at, rule, programme, directory)


def _known(field: str, what: str, name: str | None, known: Collection[str]) -> Iterator[Fault]:
    if name is not None and name not in known:
        mend = f"choose one of: {', '.join(sorted(known))}" if known else "leave it out"
        yield Fault(field, f"the programme has no {what} {name}", mend)


def _units(at: str, rule: Rule, programme: Programme, directory: Directory) -> Iterator[Fault]:
    named = [(f"{at}/lead", rule.lead), *((f"{at}/supporting/{n}", unit) for n, unit in enumerate(rule.supporting))]
    for field, unit in named:
        if unit not in directory.units:
            mend = "take the id of a unit from the directory, or publish a new version of the directory"
            yield Fault(field, f"the directory of {directory.agency} has no unit {unit}", mend)
        elif not directory.fits(unit, programme.unit_kinds):
            wanted = ", ".join(sorted(programme.unit_kinds or ()))
            yield Fault(field, f"{unit} is of the kind {directory.units[unit]}", f"choose one of: {wanted}")
    if rule.lead in rule.supporting:
        yield Fault(f"{at}/supporting", f"the lead {rule.lead} stands among those that support it", "name it once only")
