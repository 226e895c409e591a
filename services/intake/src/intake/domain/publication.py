"""Whether a programme document holds together: every name it uses is defined, in it or in the agency's directory, and
every value is one that all services can go by.

Its shape (fields, types, ranges) has been checked against the published JSON Schema before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from intake.domain.directory import Directory
from intake.domain.errors import BadDocument
from intake.domain.references import references
from intake.domain.text import Text
from intake.domain.values import values

SUPERVISED = {"verified", "closed_out"}
"""The facts that supervision records itself; routing records the others that may stop a clock."""

LISTS = (
    *("roles", "kinds", "rules", "clocks", "purposes", "services", "ranks", "causes", "grades", "duties"),
    *("completeness", "accountability", "reports", "lists"),
)
"""Parts of a document whose entries have ids of their own."""

Fault = tuple[str, Text]
Document = Mapping[str, Any]


def check_document(
    programme: str, version: int, document: Document, directory: Directory, events: Collection[str]
) -> None:
    """BadDocument when something it names is not defined. `events`: the short names of all events that are told."""
    refuse([*_faults(programme, version, document, directory), *values(document, events)])


def refuse(faults: Sequence[tuple[str, str]]) -> None:
    """BadDocument with the first of the faults (where in the document, what), saying how many more there are."""
    if faults:
        where, what = faults[0]
        first = Text("{what}.", what=what)
        if len(faults) > 1:
            first = Text("{what} ({more} more).", what=what, more=len(faults) - 1)
        mend = Text("correct the document and publish it again")
        raise BadDocument(first, field=f"document/{where}", mend=mend)


def _faults(programme: str, version: int, document: Document, directory: Directory) -> Iterator[Fault]:
    if document.get("id") != programme:
        yield "id", Text("The document is of another programme than {programme}", programme=programme)
    if document.get("version") != version:
        yield "version", Text("The document is of another version than {version}", version=version)
    if not directory.version:
        yield "agency", Text("The agency {agency} has published no directory yet", agency=document.get("agency"))
    for part in LISTS:
        yield from _repeated(part, [entry["id"] for entry in document.get(part, ())])
    yield from _ladder(document)
    yield from _rules(document, directory)
    yield from _clocks(document)
    yield from references(document, directory)


def _repeated(part: str, ids: Sequence[str]) -> Iterator[Fault]:
    for index, id in enumerate(ids):
        if id in ids[:index]:
            yield f"{part}/{index}/id", Text("{id} stands twice in {part}", id=id, part=part)


def _ladder(document: Document) -> Iterator[Fault]:
    roles = _ids(document, "roles")
    for index, rung in enumerate(document.get("ladder", ())):
        if rung["role"] not in roles:
            yield f"ladder/{index}/role", Text("The programme has no role {role}", role=rung["role"])
        if rung["level"] != index + 1:
            yield f"ladder/{index}/level", Text("The levels of the ladder count 1, 2, 3 and so on")


def _rules(document: Document, directory: Directory) -> Iterator[Fault]:
    kinds = _ids(document, "kinds")
    for index, rule in enumerate(document.get("rules", ())):
        if rule.get("kind") is not None and rule["kind"] not in kinds:
            yield f"rules/{index}/kind", Text("The programme has no kind {kind}", kind=rule["kind"])
        if rule["lead"] not in directory.units:
            yield f"rules/{index}/lead", Text("The directory has no unit {unit}", unit=rule["lead"])
        for number, unit in enumerate(rule.get("supporting") or ()):
            if unit not in directory.units:
                yield f"rules/{index}/supporting/{number}", Text("The directory has no unit {unit}", unit=unit)


def _clocks(document: Document) -> Iterator[Fault]:
    levels = {rung["level"] for rung in document.get("ladder", ())}
    for index, clock in enumerate(document.get("clocks", ())):
        for where, what in _clock(clock, levels):
            yield f"clocks/{index}/{where}", what


def _clock(clock: Document, levels: set[int]) -> Iterator[Fault]:
    if len({fact in SUPERVISED for fact in clock["stops"]}) != 1:
        yield "stops", Text("The facts that stop a clock must come from one service")
    steps = clock.get("escalate") or ()
    for number, step in enumerate(steps):
        if step["level"] not in levels:
            yield f"escalate/{number}/level", Text("The ladder has no level {level}", level=step["level"])
        elif step["level"] != number + 1:
            yield f"escalate/{number}/level", Text("Cases climb level by level: {level} is next", level=number + 1)
    for number, (below, step) in enumerate(pairwise(steps), start=1):
        if _sooner(step["after"], below["after"]):
            yield f"escalate/{number}/after", Text("Level {level} comes before the one below it", level=step["level"])


def _sooner(one: str, other: str) -> bool:
    """Whether a span is shorter than another of the same unit; of different units a calendar decides."""
    (count, unit), (most, of) = ((span.rstrip("wdh"), span.lstrip("0123456789")) for span in (one, other))
    return unit == of and int(count) < int(most)


def _ids(document: Document, part: str) -> set[str]:
    return {entry["id"] for entry in document.get(part, ())}
