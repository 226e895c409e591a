"""Spreadsheets as text: CSV and XLSX files become a sheet of named columns and numbered lines."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bugle.importing.faults import RowFault, Unreadable
from eventkit.text import Text

MAX_CSV = 64 << 20  # bytes
MAX_ROWS = 200_000
MAX_COLUMNS = 300
MAX_CELL = 32_767  # characters, as in Excel

Cells = list[str | RowFault]


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number as a spreadsheet shows it (the header is 1) and its cells by column, stripped."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's first table. Lines with a fault of their own (a formula, too many cells) are left out of `lines`."""

    file: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    faults: tuple[RowFault, ...]


def read_sheet(path: Path, *, encoding: str = "utf-8-sig", delimiter: str = ",", sheet: str | None = None) -> Sheet:
    """Raises Unreadable for a file that is missing, too large, of another type, or without a proper header."""
    if not path.is_file():
        raise Unreadable(Text("There is no file {path}.", path=path))
    match path.suffix.lower():
        case ".csv":
            return _sheet(path.name, _csv_rows(path, encoding, delimiter))
        case ".xlsx":
            from bugle.importing.workbook import rows

            return _sheet(path.name, rows(path, sheet))
        case other:
            named = other or Text("a file without a suffix")
            raise Unreadable(
                Text("{file}: {suffix} is not read; save it as .xlsx or .csv.", file=path.name, suffix=named)
            )


def _csv_rows(path: Path, encoding: str, delimiter: str) -> Iterator[Cells]:
    if path.stat().st_size > MAX_CSV:
        raise Unreadable(Text("{file} is larger than {most} MB; split it.", file=path.name, most=MAX_CSV >> 20))
    number = 0
    try:
        with path.open(encoding=encoding, newline="") as file:
            for row in csv.reader(file, delimiter=delimiter, strict=True):
                number += 1
                yield list(row)
    except UnicodeDecodeError as error:
        raise Unreadable(
            Text(
                "{file} is no {encoding} text: row {row} or one below cannot be read. Save it as “CSV UTF-8”, "
                "or name its encoding in a mapping: "
                'what Excel saves as plain CSV on a Chinese system is `encoding = "gb18030"`.',
                file=path.name,
                encoding=encoding.removesuffix("-sig").upper(),
                row=number + 1,
            )
        ) from error
    except (csv.Error, LookupError, TypeError, ValueError) as error:
        raise Unreadable(Text("{file}, after row {row}: {error}.", file=path.name, row=number, error=error)) from error


def _sheet(file: str, rows: Iterable[Cells]) -> Sheet:
    numbered = enumerate(rows, 1)
    columns = _header(file, next(numbered, (1, []))[1])
    lines, faults = [], []
    for number, cells in numbered:
        if number > MAX_ROWS + 1:
            raise Unreadable(Text("{file} has more than {most:,} rows; split it.", file=file, most=MAX_ROWS))
        if all(cell == "" for cell in cells):
            continue
        wrong = list(_wrong(file, number, columns, cells))
        if wrong:
            faults += wrong
        else:
            # a row may end early: spreadsheets leave empty cells at its end out of a file
            padded = [*cells, *[""] * (len(columns) - len(cells))]
            lines.append(Line(number, {name: str(cell).strip() for name, cell in zip(columns, padded, strict=False)}))
    return Sheet(file, columns, tuple(lines), tuple(faults))


def _header(file: str, cells: Cells) -> tuple[str, ...]:
    names = [cell.strip() if isinstance(cell, str) else "" for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise Unreadable(Text("{file} is empty; its first row must name the columns.", file=file))
    if len(names) > MAX_COLUMNS:
        raise Unreadable(
            Text("{file} has {count} columns, more than {most}.", file=file, count=len(names), most=MAX_COLUMNS)
        )
    for place, name in enumerate(names):
        if not name:
            raise Unreadable(Text("{file}: column {place} has no name in the first row.", file=file, place=place + 1))
        if name in names[:place]:
            raise Unreadable(Text("{file}: the column {name} stands twice in the first row.", file=file, name=name))
    return tuple(names)


def _wrong(file: str, number: int, columns: tuple[str, ...], cells: Cells) -> Iterator[RowFault]:
    for place, cell in enumerate(cells):
        column = columns[place] if place < len(columns) else f"number {place + 1}"
        if isinstance(cell, RowFault):
            yield RowFault(file, number, "", column, cell.problem, cell.mend)
        elif place >= len(columns) and cell.strip():
            yield RowFault(
                file,
                number,
                "",
                column,
                Text("the row has more cells than the header"),
                Text("quote cells that hold the separator"),
            )
        elif len(cell) > MAX_CELL:
            problem = Text("longer than {most:,} characters", most=MAX_CELL)
            yield RowFault(file, number, "", column, problem, Text("shorten it"))
        elif "\x00" in cell:
            yield RowFault(file, number, "", column, Text("holds a NUL character"), Text("remove it"))
