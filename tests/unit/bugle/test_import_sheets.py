"""CSV and XLSX files, honest and hostile."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from bugle.importing import workbook
from bugle.importing.faults import Unreadable
from bugle.importing.sheets import read_sheet


def csv(folder: Path, content: bytes) -> Path:
    path = folder / "issues.csv"
    path.write_bytes(content)
    return path


def xlsx(folder: Path, *rows: list[Any]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    path = folder / "issues.xlsx"
    book.save(path)
    return path


def with_part(path: Path, name: str, content: bytes) -> Path:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return path


def test_rows_are_numbered_like_a_spreadsheet(tmp_path: Path) -> None:
    sheet = read_sheet(csv(tmp_path, '\ufeffno,title\nA1, 用电 \n,\nA2,"two\nlines"\n'.encode()))
    assert sheet.columns == ("no", "title")
    assert [(line.number, line.cells["title"]) for line in sheet.lines] == [(2, "用电"), (4, "two\nlines")]


def test_missing_cells_are_a_fault(tmp_path: Path) -> None:
    sheet = read_sheet(csv(tmp_path, b"no,title,text\nA1,x\n\nA2,y,\n"))
    assert [(fault.row, fault.column) for fault in sheet.faults] == [(2, "text")]
    assert "fewer cells than the header" in sheet.faults[0].told()
    assert [line.number for line in sheet.lines] == [4]


def test_workbooks_leave_empty_cells_at_the_end_out(tmp_path: Path) -> None:
    [line] = read_sheet(xlsx(tmp_path, ["no", "title", "text"], ["A1", "x"])).lines
    assert line.cells["text"] == ""


def test_surplus_cells_are_a_fault(tmp_path: Path) -> None:
    sheet = read_sheet(csv(tmp_path, b"no,title\nA1,x,y\nA2,z\n"))
    assert [(fault.row, fault.column) for fault in sheet.faults] == [(2, "number 3")]
    assert [line.number for line in sheet.lines] == [3]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"no,,title\n", "has no name"),
        (b"no,title,no\n", "stands twice"),
        ("no,标题\n".encode("gb18030"), "no UTF-8 text: row 1 or one below.*gb18030"),
        (b'no,title\nA1,"open\n', "after row"),
    ],
)
def test_broken_csv_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(Unreadable, match=message):
        read_sheet(csv(tmp_path, content))


def test_other_encodings_can_be_named(tmp_path: Path) -> None:
    sheet = read_sheet(csv(tmp_path, "no,标题\n1,用电\n".encode("gb18030")), encoding="gb18030")
    assert sheet.lines[0].cells == {"no": "1", "标题": "用电"}


def test_workbook_cells_become_text(tmp_path: Path) -> None:
    moment = datetime(2021, 4, 22, 9, 30)  # noqa: DTZ001 - a workbook knows wall times only
    path = xlsx(tmp_path, ["no", "day", "time", "sum", "flag"], [7, date(2021, 4, 22), moment, 1.5, True])
    [line] = read_sheet(path).lines
    assert list(line.cells.values()) == ["7", "2021-04-22", "2021-04-22 09:30:00", "1.5", "true"]


def test_formulas_and_error_values_are_faults(tmp_path: Path) -> None:
    sheet = read_sheet(xlsx(tmp_path, ["no", "title"], ["A1", "=1+1"], ["A2", "#REF!"], ["A3", "x"]))
    assert [(fault.row, fault.column, fault.problem) for fault in sheet.faults] == [
        (2, "title", "is a formula"),
        (3, "title", "holds the error #REF!"),
    ]
    assert [line.cells["no"] for line in sheet.lines] == ["A3"]


def test_macros_are_refused(tmp_path: Path) -> None:
    path = with_part(xlsx(tmp_path, ["no"]), "xl/vbaProject.bin", b"x")
    with pytest.raises(Unreadable, match="macros"):
        read_sheet(path)


def test_entities_are_refused(tmp_path: Path) -> None:
    path = with_part(xlsx(tmp_path, ["no"]), "xl/evil.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    with pytest.raises(Unreadable, match="entities"):
        read_sheet(path)


def test_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = with_part(xlsx(tmp_path, ["no"]), "xl/media/zeros", bytes(8 << 20))
    with pytest.raises(Unreadable, match="unpacks to 8 MB"):
        read_sheet(path)


def test_large_workbook_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_FILE", 100)
    with pytest.raises(Unreadable, match="larger than"):
        read_sheet(xlsx(tmp_path, ["no"]))


@pytest.mark.parametrize("content", [b"not a zip", b"PK\x03\x04broken"])
def test_file_that_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "issues.xlsx"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=r"no readable \.xlsx workbook"):
        read_sheet(path)


def test_zip_without_a_workbook_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "issues.xlsx", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(Unreadable, match=r"no readable \.xlsx workbook"):
        read_sheet(tmp_path / "issues.xlsx")


@pytest.mark.parametrize("name", ["issues.xls", "issues.xlsm", "issues.ods", "issues"])
def test_other_types_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(Unreadable, match=r"save it as \.xlsx or \.csv"):
        read_sheet(tmp_path / name)


def test_unknown_sheet_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="has no sheet 台账; it has Sheet"):
        read_sheet(xlsx(tmp_path, ["no"]), sheet="台账")


@pytest.mark.parametrize("given", [{"delimiter": ";;"}, {"encoding": "no-such-code"}])
def test_unusable_settings_are_told(tmp_path: Path, given: dict[str, str]) -> None:
    with pytest.raises(Unreadable, match=r"issues\.csv"):
        read_sheet(csv(tmp_path, b"no,title\nA1,x\n"), **given)
