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
            f"{path.name} is no readable .xlsx workbook ({type(error).__name__}); save it anew."
        ) from error


def _guard(path: Path) -> None:
    if path.stat().st_size > MAX_FILE:
        raise Unreadable(f"{path.name} is larger than {MAX_FILE >> 20} MB; split it or save it as CSV.")
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)
        packed = sum(part.compress_size for part in parts)
        if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or (unpacked > MAX_RATIO * max(packed, 1) > 1 << 20):
            raise Unreadable(
                f"{path.name} unpacks to {unpacked >> 20} MB, more than an honest workbook does; save it as CSV."
            )
        for part in parts:
            if part.filename.lower().endswith("vbaproject.bin"):
                raise Unreadable(f"{path.name} contains macros; save it as .xlsx without them.")
            if part.filename.lower().endswith((".xml", ".rels")) and _has_doctype(archive, part):
                raise Unreadable(f"{path.name} declares XML entities, which no workbook needs; save it anew.")


def _has_doctype(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    with archive.open(part) as file:
        start = file.read(4096)
    return b"<!DOCTYPE" in start or b"<!ENTITY" in start


def _rows(file: str, book: Any, name: str | None) -> Iterator[Cells]:
    if name is not None and name not in book.sheetnames:
        raise Unreadable(f"{file} has no sheet {name}; it has {', '.join(book.sheetnames)}.")
    sheet = book[name or book.sheetnames[0]]
    if not hasattr(sheet, "iter_rows"):
        raise Unreadable(f"{file}: the first sheet is a chart; name the one to read with `sheet` in a mapping.")
    sheet.reset_dimensions()  # what a file claims about its size is not believed
    for row in sheet.iter_rows(max_col=MAX_COLUMNS + 1, max_row=MAX_ROWS + 2):
        yield [_text(cell) for cell in row]


def _text(cell: Any) -> str | RowFault:
    value = cell.value
    if cell.data_type == "f":
        return RowFault("", 0, "", "", "is a formula", "paste the value instead; formulas are not evaluated")
    if cell.data_type == "e":
        return RowFault("", 0, "", "", f"holds the error {value}", "correct the cell")
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
