"""Files read back by other libraries: types, injected formulas, what spreadsheets cannot hold, and many rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from gettext import NullTranslations
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import openpyxl
import pyarrow as pa
import pytest
from openpyxl.utils.escape import unescape
from pyarrow import parquet

from reporting.bulletins import cells as bulletins
from reporting.exports import excel
from reporting.exports.cells import Cells, Row
from reporting.exports.columns import Kind, kind_of
from reporting.exports.excel import Excel
from reporting.exports.formats import FORMATS
from reporting.exports.separated import harmless
from reporting.exports.sheet_names import MOST, SheetNames
from reporting.queries.scope import Scope
from reporting.web.words import Words

SHANGHAI = ZoneInfo("Asia/Shanghai")
COLUMNS = ("case_id", "title", "reported_at", "due_day", "misses", "share", "synthetic", "supporting")
NOON = datetime(2021, 4, 22, 4, tzinfo=UTC)
NOON_THERE = NOON.astimezone(SHANGHAI).replace(tzinfo=None)
MIDNIGHT = datetime.fromisoformat("2021-04-27")
ROW: Row = {
    "case_id": "013800000000",
    "title": "用电困难",
    "reported_at": NOON,
    "due_day": "2021-04-27",
    "misses": -3,
    "share": 0.25,
    "synthetic": True,
    "supporting": ["bank", "power"],
    "programme": "p",
    "agency": "a",
}
NAMES = SheetNames("Deadlines", "About this file")
INJECTED = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1+1", "＋1", "－1", "＠x"]
INJECTED += ["\u00a0=1", "\u3000=1", "\u200b=1", "\ufeff=1", "\u200b \ufe66 1", "\u22121"]
INJECTED += ["\ufe0f=1", "\u034f=1", "\u3164=1", "\u2800=1", "\x01=1"]


class Nameless(Words):
    """Calls everything by its id."""

    def __init__(self) -> None:
        super().__init__(cast(Any, None), Scope(None, None), "en")

    programmes = cast(Any, {})
    _units = cast(Any, {})


def cells() -> Cells:
    texts = NullTranslations()
    return Cells(Nameless(), bulletins.Cells("en", SHANGHAI, texts, texts))


def written(
    path: Path, ending: str, rows: Sequence[Row], columns: Sequence[str] = COLUMNS, most: int = excel.ROWS
) -> Path:
    with path.open("w+b") as file:
        limited = most != excel.ROWS
        begun = (file, columns, cells(), NAMES)
        sheet = Excel(*begun, most) if limited else FORMATS[ending].begin(*begun)
        sheet.write(rows)
        sheet.close({"Programme": "=jinxian"})
    return path


def read_csv(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def test_csv_begins_with_its_mark(tmp_path: Path) -> None:
    path = written(tmp_path / "file", "csv", [ROW])
    assert path.read_bytes().startswith(b"\xef\xbb\xbfIssue id,Issue,")
    [row] = read_csv(path)
    assert list(row.values()) == [
        *("013800000000", "用电困难", "2021-04-22 12:00:00", "2021-04-27", "-3", "0.25", "yes", "bank, power"),
    ]


def test_excel_keeps_types(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(tmp_path / "file.xlsx", "xlsx", [ROW]))
    sheet = book.worksheets[0]
    head, row = sheet.iter_rows()
    assert (sheet.freeze_panes, [cell.value for cell in head][:2]) == ("A2", ["Issue id", "Issue"])
    assert [cell.value for cell in row] == [
        *("013800000000", "用电困难", NOON_THERE, MIDNIGHT, -3, 0.25, True, "bank, power"),
    ]
    assert [cell.data_type for cell in row] == ["s", "s", "d", "d", "n", "n", "b", "s"]
    assert [[cell.value for cell in row] for row in book.worksheets[1].iter_rows()] == [["Programme", "=jinxian"]]
    assert {cell.data_type for row in book.worksheets[1].iter_rows() for cell in row} == {"s"}


def test_parquet_has_a_schema(tmp_path: Path) -> None:
    table = parquet.read_table(written(tmp_path / "file", "parquet", [ROW]))
    assert [field.type for field in table.schema] == [
        *(pa.string(), pa.string(), pa.timestamp("us", tz="UTC"), pa.date32(), pa.int64(), pa.float64(), pa.bool_()),
        pa.list_(pa.string()),
    ]
    [row] = table.to_pylist()
    assert row == {**{name: ROW[name] for name in COLUMNS}, "due_day": date(2021, 4, 27)}
    assert table.schema.field("misses").metadata == {b"title": b"Misses"}
    assert parquet.read_metadata(tmp_path / "file").metadata[b"Programme"] == b"=jinxian"


@pytest.mark.parametrize("ending", FORMATS)
def test_blank_stays_a_blank(tmp_path: Path, ending: str) -> None:
    path = written(tmp_path / "file.xlsx", ending, [{"programme": "p"}])
    if ending == "csv":
        assert set(read_csv(path)[0].values()) == {""}
    elif ending == "xlsx":
        # openpyxl sees the head alone: there is nothing in the row
        assert openpyxl.load_workbook(path).worksheets[0].max_row == 1
    else:
        assert set(parquet.read_table(path).to_pylist()[0].values()) == {None}


@pytest.mark.parametrize("text", INJECTED)
def test_text_is_no_formula(tmp_path: Path, text: str) -> None:
    rows = [{"case_id": text, "supporting": [text]}]
    columns = ("case_id", "supporting")
    [row] = read_csv(written(tmp_path / "file.csv", "csv", rows, columns))
    assert list(row.values()) == [f"'{text}"] * 2
    book = openpyxl.load_workbook(written(tmp_path / "file.xlsx", "xlsx", rows, columns))
    found = [cell for row in book.worksheets[0].iter_rows(min_row=2) for cell in row]
    assert [(cell.data_type, cell.quotePrefix) for cell in found] == [("s", True)] * 2
    assert {unescape(cell.value) for cell in found} == {text}


def test_harmless_text_stays_as_it_is() -> None:
    assert [harmless(text) for text in ("用电", "a=1", "", "1-2")] == ["用电", "a=1", "", "1-2"]


@pytest.mark.parametrize("text", ["<r><t>x</t></r>", "<b>&amp;", "\x01\x1f", "a_x0041_", "]]>", "x" * 40_000])
def test_excel_holds_any_text(tmp_path: Path, text: str) -> None:
    book = openpyxl.load_workbook(written(tmp_path / "file.xlsx", "xlsx", [{"case_id": text}], ["case_id"]))
    told = book.worksheets[0]["A2"].value
    shortened = f"{text[: excel.TEXT - 1]}…" if len(text) > excel.TEXT else text
    assert unescape(told).rstrip(" ") == shortened


def test_excel_writes_what_it_would_round_as_text(tmp_path: Path) -> None:
    row = {"misses": 10**17 + 1, "reported_at": datetime(1899, 1, 1, tzinfo=UTC), "due_day": date(1800, 1, 2)}
    sheet = openpyxl.load_workbook(written(tmp_path / "file.xlsx", "xlsx", [row], list(row))).worksheets[0]
    assert [cell.value for cell in sheet[2]] == ["100000000000000001", "1899-01-01 08:05:43", "1800-01-02"]


def test_long_list_goes_on_on_a_next_sheet(tmp_path: Path) -> None:
    rows = [{"case_id": str(n)} for n in range(5)]
    book = openpyxl.load_workbook(written(tmp_path / "file.xlsx", "xlsx", rows, ["case_id"], most=2))
    found = [[cell.value for cell in sheet["A"]] for sheet in book.worksheets[:-1]]
    assert found == [["Issue id", "0", "1"], ["Issue id", "2", "3"], ["Issue id", "4"]]
    assert book.sheetnames == ["Deadlines", "Deadlines (2)", "Deadlines (3)", "About this file"]


@pytest.mark.parametrize(
    ("title", "first", "second"),
    [
        ("办理时限", "办理时限", "办理时限 (2)"),
        ("a/b\\c[d]:e*f?", "a b c d e f", "a b c d e f (2)"),
        ("'quoted'", "quoted", "quoted (2)"),
        ("x" * 40, "x" * 31, f"{'x' * 27} (2)"),
        ("𠮷" * 20, "𠮷" * 15, f"{'𠮷' * 13} (2)"),
        ("two\nlines", "two lines", "two lines (2)"),
        ("History", "History (1)", "History (2)"),
        ("???", "(1)", "(2)"),
    ],
)
def test_sheet_bears_a_name_that_excel_takes(tmp_path: Path, title: str, first: str, second: str) -> None:
    names = SheetNames(title, "About this file")
    assert (names.of_rows(1), names.of_rows(2)) == (first, second)
    assert all(len(name.encode("utf-16-le")) <= 2 * MOST for name in (first, second))
    with (tmp_path / "file.xlsx").open("w+b") as file:
        sheet = Excel(file, ["case_id"], cells(), names, 1)
        sheet.write([{"case_id": "1"}, {"case_id": "2"}])
        sheet.close({})
    assert openpyxl.load_workbook(tmp_path / "file.xlsx").sheetnames == [first, second, "About this file"]


def test_last_sheet_is_none_of_the_lists() -> None:
    assert SheetNames("about THIS file", "About this file").of_last() == "About this file (0)"


def test_names_say_kinds() -> None:
    assert [kind_of(name) for name in ("closed_at", "due_on", "cards", "has", "share", "synthetic", "letter")] == [
        *(Kind.INSTANT, Kind.DAY, Kind.NUMBER, Kind.TEXTS, Kind.SHARE, Kind.TRUTH, Kind.TEXT),
    ]
