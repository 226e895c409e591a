"""Comma-separated values as spreadsheets read them: UTF-8 with a byte order mark, and no cell a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import IO, Final
from unicodedata import category, normalize

from reporting.exports.cells import Cells, Row
from reporting.exports.columns import Kind, kind_of

_FORMULA: Final = frozenset("=+-−@")
"""What makes a cell a formula where it comes first; full-width and small signs count as these in some spreadsheets."""
_UNSEEN: Final = frozenset({"Cc", "Cf", "Mn"})
"""Categories of signs that nobody sees."""
_BLANKS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that are drawn as nothing."""
_BREAKS: Final = frozenset("\t\r\n")
"""What some spreadsheets drop, with what stands before it."""
_WORDS: Final = frozenset({Kind.TEXT, Kind.TEXTS})


class Separated:
    """A CSV file. It has no place for what is told beside the rows."""

    def __init__(self, file: IO[bytes], columns: Sequence[str], cells: Cells) -> None:
        self._text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        self._lines = csv.writer(self._text)
        self._columns = columns
        self._cells = cells
        self._lines.writerow([cells.head(name) for name in columns])

    def write(self, rows: Sequence[Row]) -> None:
        """Further lines."""
        self._lines.writerows([self._cell(row, name) for name in self._columns] for row in rows)

    def _cell(self, row: Row, name: str) -> str:
        told = self._cells.told(row, name) or ""
        return harmless(told) if kind_of(name) in _WORDS else told

    def close(self, about: Mapping[str, str]) -> None:
        """Leaves the file open to its owner."""
        self._text.detach()

    def abandon(self) -> None:
        """Leaves the file to its owner."""
        self._text.detach()


def harmless(text: str) -> str:
    """The text, behind an apostrophe where a spreadsheet would take it for a formula."""
    return f"'{text}" if _is_formula(text) else text


def _is_formula(text: str) -> bool:
    for sign in text:
        if sign in _BREAKS:
            return True
        if not (sign.isspace() or sign in _BLANKS or category(sign) in _UNSEEN):  # what nobody sees may be dropped, too
            return normalize("NFKC", sign) in _FORMULA
    return False
