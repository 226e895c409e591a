"""What a restatement changes: everything that documents print, line by line, from what to what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from reporting.bulletins.labels import COLUMNS, FORMS, SECTIONS
from reporting.issuing.printed import PARTS, Part
from reporting.issuing.reads import Told

Key = tuple[Any, ...]


class Line(NamedTuple):
    """A line of a document: of which part, what it is called, and what stands in its columns."""

    part: Part
    called: Any
    columns: dict[str, Any]


def changes(before: Told, after: Told) -> list[dict[str, Any]]:
    """What differs: `section`, `item`, `column`, `from`, `to`; None: it did not stand there. `form`: how it is written.

    Section and column are named as documents name them in English, the item as its line is called. A line is found
    again by what it is about. Where nothing differs that is printed, one entry says that the text does.
    """
    old, new = dict(lines(before)), dict(lines(after))
    found = [one for key in dict.fromkeys([*old, *new]) for one in _differing(old.get(key), new.get(key))]
    return found or [_entry("text", None, "text", None, None)]


def lines(told: Told) -> Iterator[tuple[Key, Line]]:
    """All lines of a document's content, as JSON has it; those about the same are told apart by their order."""
    seen = Counter[Key]()
    for part in PARTS:
        for row in part.rows(told):
            key = (part.section, *(row.get(name) for name in part.key))
            yield (*key, seen[key]), Line(part, part.called(row, told), _columns(part, row, told))
            seen[key] += 1


def _columns(part: Part, row: Told, told: Told) -> dict[str, Any]:
    return {name: read(row, told) for name, read in part.columns.items()}


def _differing(old: Line | None, new: Line | None) -> Iterator[dict[str, Any]]:
    line = new or old
    assert line is not None
    hidden = () if old and new else line.part.named
    for column in line.columns:
        was, now = (None if one is None else one.columns[column] for one in (old, new))
        if was != now and column not in hidden:
            yield _entry(line.part.section, line.called, column, was, now)


def _entry(section: str, item: Any, column: str, was: Any, now: Any) -> dict[str, Any]:
    about = {"section": SECTIONS[section], "item": item, "column": COLUMNS[column]}
    return {**about, "from": was, "to": now, "form": FORMS.get(column, "amount")}
