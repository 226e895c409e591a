"""Text that came from outside, as Markdown shows it: never as markup, never as a second row of a table."""

from __future__ import annotations

import re
from collections.abc import Iterable

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&])")
_BREAKS = re.compile(r"\s*[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]\s*")
_ITEM = re.compile(r"^(\d*)([-+.)=])")
ABSENT = "–"
_RULES = {"l": "---", "r": "---:"}


class Markdown(str):
    """Text that is Markdown already."""


def escaped(value: object) -> Markdown:
    """The value as one line of plain text; None as a dash."""
    if isinstance(value, Markdown):
        return value
    if value is None:
        return Markdown(ABSENT)
    return Markdown(_MARKUP.sub(r"\\\1", _BREAKS.sub(" ", str(value))))


def paragraph(text: str) -> Markdown:
    """A line as a paragraph of its own, never as an item of a list or a rule."""
    return Markdown(_ITEM.sub(r"\1\\\2", escaped(text.strip())))


def row(cells: Iterable[object]) -> Markdown:
    """A row of a table."""
    return Markdown("| " + " | ".join(map(escaped, cells)) + " |")


def head(cells: Iterable[object], alignment: str) -> Markdown:
    """The head of a table; `alignment` has an l or r for each column."""
    rule = "|".join(_RULES[letter] for letter in alignment)
    return Markdown(f"{row(cells)}\n|{rule}|")
