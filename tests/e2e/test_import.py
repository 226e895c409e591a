"""`bugle import` against running services: bad rows, repetition, changed rows, workbooks."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner, Result

from bugle.cli import app
from bugle.importing.folder import read_folder
from bugle.quiet import Observer, Restless, wait_quiet
from bugle.stack import System
from tests.support.programmes import copied

pytestmark = pytest.mark.timeout(120)

COLUMNS = ("no", "enterprise", "title", "kind", "reported_at", "assigned_at", "lead", "received_at", "contacted_at")
Row = tuple[str, ...]
Run = Callable[..., Result]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A programme of its own with the enterprises of Jinxian and no other ledger."""
    copy = copied("jinxian", tmp_path_factory.mktemp("import"), "jinxian-import")
    for name in ("teams", "visits", "issues"):
        (copy / f"{name}.csv").unlink()
    return copy


@pytest.fixture
def run(system: System, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line on the test's system; the programme is there."""
    monkeypatch.setattr("bugle.importing.command.running_place", lambda against: system)

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(app, ["import", "--lang", "en", *map(str, arguments)])

    assert run(folder).exit_code == 0
    return run


def row(n: int, **cells: str) -> Row:
    """A good row but for the given cells."""
    day = f"2021-03-{n % 20 + 1:02d}"
    good = dict(zip(COLUMNS, (f"A{n}", "企业001", f"问题{n}", "power", day, day, "部门01", day, day), strict=True))
    return tuple((good | cells).values())


def write(path: Path, rows: list[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    return path


def faults(result: Result) -> list[tuple[int, str]]:
    """Row and column of each."""
    return [(fault["row"], fault["column"]) for fault in told(result)["files"][0]["faults"]]


def told(result: Result) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(result.stdout)
    return parsed


def test_three_bad_rows_of_a_hundred(run: Run, folder: Path, tmp_path: Path, system: System) -> None:
    rows = [row(n) for n in range(1, 101)]
    rows[9] = row(10, enterprise="查无此企业")
    rows[49] = row(50, contacted_at="2021-02-01")
    rows[89] = row(90, reported_at="someday")
    path = write(tmp_path / "hundred.csv", rows)
    first = run(path, "--programme", folder, "--json")
    assert first.exit_code == 1
    assert faults(first) == [(11, "enterprise"), (51, "contacted_at"), (91, "reported_at")]
    assert (told(first)["files"][0]["new"], told(first)["files"][0]["unchanged"]) == (97, 0)
    with Observer(system) as observer:
        assert observer.in_earnest("play-")
        recorded = observer.heads()["intake"].events
    again = run(path, "--programme", folder, "--json")
    assert again.exit_code == 1
    assert (told(again)["files"][0]["new"], told(again)["files"][0]["unchanged"]) == (0, 97)
    with Observer(system) as observer:
        assert observer.heads()["intake"].events == recorded


def test_bad_rows_are_printed_with_their_mend(run: Run, folder: Path, tmp_path: Path) -> None:
    ended = run(write(tmp_path / "printed.csv", [row(1, lead="某局"), row(2)]), "--programme", folder)
    assert ended.exit_code == 1
    assert "printed.csv: 2 rows: 1 new, 0 unchanged, 1 refused" in ended.stdout
    known = ", ".join([*(unit["name"] for unit in read_folder(folder).directory["units"][:30]), "…"])
    mend = f"use one of {known}, or add it to the directory"
    assert f"row 2 (A1), column lead: there is no unit 某局; {mend}" in ended.stdout


def test_future_dates_are_refused_by_intake(run: Run, folder: Path, tmp_path: Path) -> None:
    future = [
        row(1, contacted_at="2121-01-01"),
        row(2, **{name: "2121-01-01" for name in COLUMNS if name.endswith("_at")}),
    ]
    ended = run(write(tmp_path / "future.csv", future), "--programme", folder, "--json")
    assert faults(ended) == [(2, "contacted_at"), (3, "reported_at")]


def test_changed_row_is_an_amendment(run: Run, folder: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "amended.csv", [row(1), row(2, contacted_at="")])
    assert run(path, "--programme", folder).exit_code == 0
    write(path, [row(1, title="另一个标题"), row(2)])
    ended = run(path, "--programme", folder, "--json")
    assert (ended.exit_code, told(ended)["files"][0]["amended"]) == (0, 2)


def test_changed_date_of_a_fact_is_refused(run: Run, folder: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "moved.csv", [row(1)])
    assert run(path, "--programme", folder).exit_code == 0
    write(path, [row(1, contacted_at="2021-03-28")])
    ended = run(path, "--programme", folder, "--json")
    assert (ended.exit_code, faults(ended)) == (1, [(2, "contacted_at")])


def test_workbook_goes_in_like_csv(run: Run, folder: Path, tmp_path: Path) -> None:
    book = Workbook()
    for cells in (COLUMNS, row(1), row(2, title="=1+1"), row(3)):
        book.active.append(cells)
    path = tmp_path / "book.xlsx"
    book.save(path)
    ended = run(path, "--programme", folder, "--json")
    assert (ended.exit_code, faults(ended), told(ended)["files"][0]["new"]) == (1, [(3, "title")], 2)


def test_file_without_key_is_refused_as_a_whole(run: Run, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "keyless.csv"
    path.write_text("enterprise,title,reported_at\n企业001,x,2021-03-01\n", "utf-8")
    ended = run(path, "--programme", folder)
    assert ended.exit_code == 1
    assert "no key column no" in str(ended.exception)


def test_unrest_names_what_lags(run: Run, folder: Path, tmp_path: Path, system: System) -> None:
    system.stop(["reporting-worker"])
    try:
        assert run(write(tmp_path / "unread.csv", [row(1)]), "--programme", folder).exit_code == 0
        with pytest.raises(Restless, match="reporting-worker is behind intake"):
            wait_quiet(system, seconds=2)
    finally:
        system.start(["reporting-worker"])
    wait_quiet(system)


def test_published_programme_keeps_its_grace(run: Run, folder: Path) -> None:
    assert run(folder, "--grace", "7").exit_code == 0
