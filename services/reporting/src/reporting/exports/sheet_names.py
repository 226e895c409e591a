"""What the sheets of a workbook are called: by what they hold, as far as Excel takes that for a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MOST: Final = 31
"""UTF-16 units of a sheet's name."""
_REFUSED: Final = re.compile(r"[\[\]:*?/\\\s\x00-\x1f]+")
_RESERVED: Final = ("", "history")
"""Excel refuses a sheet without a name, and keeps one for itself."""


@dataclass(frozen=True, slots=True)
class SheetNames:
    """`rows`: what the list is called; `beside`: what the last sheet is called, which tells of the others."""

    rows: str
    beside: str

    def of_rows(self, number: int) -> str:
        """The name of the list's sheet of this number, from 1."""
        return _name(self.rows, "" if number == 1 else f" ({number})")

    def of_last(self) -> str:
        """The name of the last sheet, which is none of the list's, whatever that is called."""
        name = _name(self.beside, "")
        return name if name.casefold() != self.of_rows(1).casefold() else _name(self.beside, " (0)")


def _name(title: str, suffix: str) -> str:
    bare = _cut(_REFUSED.sub(" ", title).strip(" '"), MOST - len(suffix)).rstrip(" '")
    told = suffix if suffix or bare.casefold() not in _RESERVED else " (1)"
    return f"{bare}{told}".lstrip()


def _cut(text: str, units: int) -> str:
    """The first characters of a text that are not more than so many UTF-16 units."""
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore")
