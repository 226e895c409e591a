"""XLSX workbooks, untrusted: checked before they are opened, macros refused, formulas never evaluated."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from bugle.importing.faults import RowFault, Unreadable
from bugle.importing.sheets import MAX_COLUMNS, MAX_ROWS, Cells
from eventkit.text import Text

MAX_FILE = 32 << 20  # bytes
MAX_UNPACKED = 256 << 20  # bytes of all parts together
MAX_RATIO = 200  # unpacked to packed; honest worksheets stay below 50
MAX_PARTS = 2_000

_BROKEN = (zipfile.BadZipFile, ParseError, KeyError, ValueError, TypeError, IndexError, AttributeError, OSError)
"""What openpyxl raises on a workbook that is none; it has no error of its own for it."""


def rows(path: Path, sheet: str | None) -> Iterator[Cells]:
    """The rows of the named or first worksheet as text; a formula or error value is a fault in its place.

    Raises Unreadable when the file is no workbook, has macros or entities, or unpacks beyond the limits.
    """
    from openpyxl import load_workbook

    try:
        _guard(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of styles and extensions it leaves out
            book = load_workbook(path, read_only=True, data_only=False, keep_links=False)
            try:
                yield from _rows(path.name, book, sheet)
            finally:
                book.close()
    except _BROKEN as error:
        raise Unreadable(
            Text(
                "{file} is no readable .xlsx workbook ({why}); save it anew.", file=path.name, why=type(error).__name__
            )
        ) from error


def _guard(path: Path) -> None:
    if path.stat().st_size > MAX_FILE:
        raise Unreadable(
            Text("{file} is larger than {most} MB; split it or save it as CSV.", file=path.name, most=MAX_FILE >> 20)
        )
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)
        packed = sum(part.compress_size for part in parts)
        if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or (unpacked > MAX_RATIO * max(packed, 1) > 1 << 20):
            raise Unreadable(
                Text(
                    "{file} unpacks to {size} MB, more than an honest workbook does; save it as CSV.",
                    file=path.name,
                    size=unpacked >> 20,
                )
            )
        for part in parts:
            if part.filename.lower().endswith("vbaproject.bin"):
                raise Unreadable(Text("{file} contains macros; save it as .xlsx without them.", file=path.name))
            if part.filename.lower().endswith((".xml", ".rels")) and _has_doctype(archive, part):
                raise Unreadable(
                    Text("{file} declares XML entities, which no workbook needs; save it anew.", file=path.name)
                )


def _has_doctype(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    with archive.open(part) as file:
        start = file.read(4096)
    return b"<!DOCTYPE" in start or b"<!ENTITY" in start


def _rows(file: str, book: Any, name: str | None) -> Iterator[Cells]:
    if name is not None and name not in book.sheetnames:
        raise Unreadable(
            Text("{file} has no sheet {name}; it has {sheets}.", file=file, name=name, sheets=list(book.sheetnames))
        )
    sheet = book[name or book.sheetnames[0]]
    if not hasattr(sheet, "iter_rows"):
        raise Unreadable(
            Text("{file}: the first sheet is a chart; name the one to read with `sheet` in a mapping.", file=file)
        )
    sheet.reset_dimensions()  # what a file claims about its size is not believed
    for row in sheet.iter_rows(max_col=MAX_COLUMNS + 1, max_row=MAX_ROWS + 2):
        yield [_text(cell) for cell in row]


def _text(cell: Any) -> str | RowFault:
    value = cell.value
    if cell.data_type == "f":
        return RowFault(
            "", 0, "", "", Text("is a formula"), Text("paste the value instead; formulas are not evaluated")
        )
    if cell.data_type == "e":
        return RowFault("", 0, "", "", Text("holds the error {value}", value=value), Text("correct the cell"))
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime() if value.time() == time() and "h" not in (cell.number_format or "").lower():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(" ", "seconds")
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
    return str(value)
