"""What a restatement changes: figure by figure, from what to what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from reporting.bulletins.labels import COLUMNS, RATES, SECTIONS, TALLIES

Told = Mapping[str, Any]
_SCORED = ("assigned", "closed", "score", "rank")
_GATHERED = ("issues", "open", "unsatisfied")
_OWED = ("fulfilled", "late", "missed", "open")


class Figure(NamedTuple):
    """Where a figure stands: section, line and column, each as documents name it in English or as it is called."""

    section: str
    item: str
    column: str


def changes(before: Told, after: Told) -> list[dict[str, Any]]:
    """Each figure that differs: `section`, `item`, `column`, `from`, `to`. None: it did not stand there.

    Where the figures agree and the documents do not, one entry says that the text differs.
    """
    old, new = dict(figures(before)), dict(figures(after))
    found = [
        {**place._asdict(), "from": old.get(place), "to": new.get(place)}
        for place in dict.fromkeys([*old, *new])
        if old.get(place) != new.get(place)
    ]
    text = {**Figure(SECTIONS["text"], SECTIONS["text"], SECTIONS["text"])._asdict(), "from": None, "to": None}
    return found or [text]


def figures(told: Told) -> Iterator[tuple[Figure, Any]]:
    """All figures of a document's content, as JSON has it."""
    for name, read in _READ.items():
        for item, column, value in read(told[name], told) if name in told else ():
            yield Figure(SECTIONS[name], item, COLUMNS[column]), value


_Read = Iterator[tuple[str, str, Any]]


def _tallies(rows: Any, told: Told) -> _Read:
    for one in rows:
        for column in ("period", "cumulative"):
            yield TALLIES[one["measure"]], column, one[column]


def _rates(rows: Any, told: Told) -> _Read:
    for one in rows:
        for column in ("period", "cumulative"):
            part = one[column]
            fraction = f"{part['numerator']} / {part['denominator']}"
            yield RATES[one["rate"]], column, part["value"] if part["denominator"] is None else fraction


def _league(rows: Any, told: Told) -> _Read:
    for one in rows:
        yield from ((one["name"], column, one[column]) for column in _SCORED)
        yield one["name"], "kept", f"{one['kept']} / {one['due']}"


def _services(rows: Any, told: Told) -> _Read:
    for one in rows:
        yield from ((one["zh"], column, one["count"][column]) for column in ("period", "cumulative"))
        if one["amount"]:
            yield one["zh"], "amount", one["amount"]["cumulative"]


def _listed(held: Any, told: Told) -> _Read:
    yield "", "total", held["total"]
    for one in held["items"]:
        name = " ".join(filter(None, (one["enterprise_name"], one["title"])))
        yield name, "listed", len(one.get("events", ())) or 1


def _gathering(rows: Any, told: Told) -> _Read:
    for one in rows:
        unit = told["units"].get(one["department"], one["department"])
        kind = told["kinds"].get(one["kind"], {}).get("zh", one["kind"])
        yield from ((f"{kind or ''} {unit or ''}".strip(), column, one[column]) for column in _GATHERED)


def _owed(rows: Any, told: Told) -> _Read:
    for one in rows:
        yield from ((one["title"], column, one[column]) for column in _OWED)


_READ = {
    "tallies": _tallies,
    "rates": _rates,
    "league": _league,
    "services": _services,
    "supervised": _listed,
    "long_term": _listed,
    "gathering": _gathering,
    "owed": _owed,
}
