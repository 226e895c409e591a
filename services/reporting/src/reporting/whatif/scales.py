"""Other points and weights in a programme's document: what may be asked, and the document as it would be."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text

Document = Mapping[str, Any]
MOST_POINTS, MOST_WEIGHT = 100_000, 100
"""As the programme's schema has it."""


@dataclass(frozen=True, slots=True)
class Scales:
    """Points by the appraisal's items, and weights in percent by the rates, that would differ."""

    points: Mapping[str, int] = field(default_factory=dict)
    weights: Mapping[str, int] = field(default_factory=dict)

    def altered(self, document: Document) -> Document:
        """The document as it would be."""
        appraisal = dict(document.get("appraisal", {}))
        if "department" in appraisal:
            items = [{**item, "points": self.points.get(item["id"], item["points"])} for item in items_of(document)]
            appraisal["department"] = {**appraisal["department"], "items": items}
        if "rates" in appraisal:
            appraisal["rates"] = [
                {**rate, "weight": self.weights.get(rate["id"], rate["weight"])} for rate in rates_of(document)
            ]
        return {**document, "appraisal": appraisal}


def items_of(document: Document) -> list[Mapping[str, Any]]:
    """What the programme's appraisal of departments gives or takes points for; none where it has no appraisal."""
    return list(document.get("appraisal", {}).get("department", {}).get("items", ()))


def rates_of(document: Document) -> list[Mapping[str, Any]]:
    """The rates that the programme weighs, with their weights; none where it weighs nothing."""
    return list(document.get("appraisal", {}).get("rates", ()))


def scales(document: Document, points: Mapping[str, str], weights: Mapping[str, str]) -> Scales:
    """What is asked, by the texts of its numbers; Faulty names each that cannot be, as `points.<id>`, `weights.<id>`.

    Where any weight is asked, the rates must weigh something together.
    """
    faults: list[FieldProblem] = []
    items, rates = ([one["id"] for one in of(document)] for of in (items_of, rates_of))
    told = Scales(
        _numbers("points", points, items, range(-MOST_POINTS, MOST_POINTS + 1), faults),
        _numbers("weights", weights, rates, range(MOST_WEIGHT + 1), faults),
    )
    if told.weights and not any(one["weight"] for one in rates_of(told.altered(document))):
        problem = Text("the rates weigh nothing together")
        faults.append(FieldProblem(f"weights.{next(iter(told.weights))}", problem, Text("give one of them a weight")))
    if faults:
        raise Faulty(faults)
    return told


def pairs(given: str, field: str) -> dict[str, str]:
    """The numbers of `miss:-4,card:-2` by name; Faulty for anything else."""
    told = [one.partition(":") for one in given.split(",")] if given else []
    if any(not (name and colon and number) for name, colon, number in told):
        problem = Text("{given!r} cannot be read", given=given)
        raise Faulty([FieldProblem(field, problem, Text("write name:number, several with commas between"))])
    return {name: number for name, _, number in told}


def _numbers(
    section: str, given: Mapping[str, str], known: Collection[str], allowed: range, faults: list[FieldProblem]
) -> dict[str, int]:
    found = {}
    for name, text in given.items():
        number = _number(text)
        if name not in known:
            problem = Text("the programme has no {name!r} here", name=name)
            mend = Text("use some of {known}", known=sorted(known)) if known else Text("leave it out")
            faults.append(FieldProblem(f"{section}.{name}", problem, mend))
        elif number is None or number not in allowed:
            mend = Text("write a whole number from {least} to {most}", least=allowed[0], most=allowed[-1])
            faults.append(FieldProblem(f"{section}.{name}", Text("{text!r} is no such number", text=text), mend))
        else:
            found[name] = number
    return found


def _number(text: str) -> int | None:
    bare = text.strip().removeprefix("+").replace("−", "-")
    return int(bare) if len(bare) < 10 and bare.removeprefix("-").isdecimal() else None
