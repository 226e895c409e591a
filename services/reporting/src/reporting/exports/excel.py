"""Excel workbooks: a frozen head, dates as dates, numbers as numbers, and text that stays text when it is edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import IO, Any, Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reporting.exports.cells import Cells, Row
from reporting.exports.columns import Kind, kind_of
from reporting.exports.sheet_names import SheetNames

ROWS: Final = 1_048_575
"""Of a sheet below its head; further ones stand on a next sheet."""
TEXT: Final = 32_767
"""Characters of a cell."""
EXACT: Final = 10**15
"""From here on Excel rounds numbers; larger ones are written as text."""
FIRST_YEAR: Final = 1900
"""Excel knows no earlier day."""
_STYLES: Final[Mapping[Kind, Mapping[str, Any]]] = {
    Kind.INSTANT: {"num_format": "yyyy-mm-dd hh:mm:ss"},
    Kind.DAY: {"num_format": "yyyy-mm-dd"},
    Kind.NUMBER: {"num_format": "0"},
    Kind.SHARE: {"num_format": "0.00%"},
    Kind.DECIMAL: {"num_format": "0.0"},
}
_WIDTHS: Final[Mapping[Kind, int]] = {Kind.TEXT: 24, Kind.TEXTS: 24, Kind.INSTANT: 19, Kind.DAY: 11}


class Excel:
    """A workbook that keeps one row in memory, and the others in temporary files beside its own."""

    def __init__(
        self, file: IO[bytes], columns: Sequence[str], cells: Cells, names: SheetNames, rows: int = ROWS
    ) -> None:
        self._book = Workbook(file, {"constant_memory": True, "tmpdir": str(Path(file.name).parent)})
        self._columns = columns
        self._cells = cells
        self._names = names
        self._most = rows
        self._bold = self._book.add_format({"bold": True, "bottom": 1})
        self._text = self._book.add_format({"num_format": "@", "quote_prefix": True})
        self._styles = {kind: self._book.add_format(dict(style)) for kind, style in _STYLES.items()}
        self._row = 0
        self._sheet = self._begun()

    def _begun(self) -> Worksheet:
        sheet = self._book.add_worksheet(self._names.of_rows(len(self._book.worksheets()) + 1))
        sheet.freeze_panes(1, 0)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        for place, name in enumerate(self._columns):
            sheet.set_column(place, place, _WIDTHS.get(kind_of(name), 12))
            sheet.write_string(0, place, self._cells.head(name), self._bold)
        self._row = 0
        return sheet

    def write(self, rows: Sequence[Row]) -> None:
        """Further rows."""
        for row in rows:
            if self._row == self._most:
                self._end()
                self._sheet = self._begun()
            self._row += 1
            for place, name in enumerate(self._columns):
                self._write(place, kind_of(name), self._cells.said(row, name))

    def _write(self, place: int, kind: Kind, value: Any) -> None:
        sheet, style = self._sheet, self._styles.get(kind)
        if value is None:
            return
        if kind is Kind.TRUTH:
            sheet.write_boolean(self._row, place, value)
        elif kind in (Kind.NUMBER, Kind.SHARE, Kind.DECIMAL) and abs(value) < EXACT:
            sheet.write_number(self._row, place, value, style)
        elif isinstance(value, date) and value.year >= FIRST_YEAR:
            sheet.write_datetime(self._row, place, value, style)
        else:
            self._write_text(sheet, place, str(value), self._text)

    def _write_text(self, sheet: Worksheet, place: int, text: str, style: Format) -> None:
        if text.startswith("<r>") and text.endswith("</r>"):
            text += " "  # XlsxWriter 3.3 would put such a text into the sheet as markup
        sheet.write_string(self._row, place, text if len(text) <= TEXT else f"{text[: TEXT - 1]}…", style)

    def _end(self) -> None:
        self._sheet.autofilter(0, 0, self._row, len(self._columns) - 1)

    def close(self, about: Mapping[str, str]) -> None:
        """A last sheet tells what the others are, and the workbook is put together."""
        self._end()
        sheet = self._book.add_worksheet(self._names.of_last())
        sheet.set_column(0, 1, 32)
        for self._row, (name, value) in enumerate(about.items()):
            self._write_text(sheet, 0, name, self._bold)
            self._write_text(sheet, 1, value, self._text)
        self._book.close()

    def abandon(self) -> None:
        """Closes the temporary files; the library has no word for that but to put the workbook together."""
        for sheet in self._book.worksheets():
            sheet.row_data_fh.close()
