"""A real city's ledger: each case judged as the city judged it, and the judgement seen failing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bugle.demo.command import GRACE
from bugle.importing.command import run_import
from bugle.stack import System
from bugle.stack.home import ROOT
from tests.support.programmes import Rows, changed, copied

DATA = ROOT.parent / "shared" / "data" / "boston311_2015.csv"
MOVED = 20
EACH = 8  # for the judgement seen failing an eighth of the city is enough

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(not DATA.exists(), reason="the city's ledger does not lie beside the repository"),
]


def move_due_dates(rows: Rows) -> Rows:
    """Ten cases that were in time become late, ten late ones in time: the due date crosses the closing time."""
    in_time = _some(rows, lambda due, closed, opened: opened < closed - timedelta(hours=1) < closed <= due)
    late = _some(rows, lambda due, closed, opened: due < closed)
    for row in in_time:
        row["sla_target_dt"] = str(_moment(row["closed_dt"]) - timedelta(minutes=30))
    for row in late:
        row["sla_target_dt"] = str(_moment(row["closed_dt"]) + timedelta(minutes=30))
    return rows


def _some(rows: Rows, suits: Callable[[datetime, datetime, datetime], bool]) -> Rows:
    found = [
        row
        for row in rows
        if row["sla_target_dt"]
        and row["closed_dt"]
        and suits(*(_moment(row[name]) for name in ("sla_target_dt", "closed_dt", "open_dt")))
    ]
    return found[:: len(found) // (MOVED // 2)][: MOVED // 2]


def _moment(cell: str) -> datetime:
    return datetime.strptime(cell, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - wall times of one city


def imported(
    system: System, folder: Path, ledger: Path, capsys: pytest.CaptureFixture[str]
) -> tuple[bool, dict[str, Any]]:
    """Whether the import was sound, and what it told."""
    sound = run_import(system, [ledger], mapping=folder / "mapping.toml", grace=GRACE, as_json=True)
    return sound, json.loads(capsys.readouterr().out)


def renamed(folder: Path, id: str) -> Path:
    """A copy of the programme under another id."""
    copy = copied("boston311", folder, id)
    mapping = (copy / "mapping.toml").read_text("utf-8")
    (copy / "mapping.toml").write_text(mapping.replace('programme = "boston311"', f'programme = "{id}"'), "utf-8")
    return copy


def test_every_case_is_judged_as_the_city_did(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    sound, told = imported(system, ROOT / "programmes" / "boston311", DATA, capsys)
    [file], [comparison] = told["files"], told["comparisons"]
    assert not sound, "the three rows that were closed before they were opened"
    assert {(fault["column"], fault["key"]) for fault in file["faults"]} == {
        ("closed_dt", "101001417692"),
        ("closed_dt", "101001420924"),
        ("closed_dt", "101001572857"),
    }
    assert (file["rows"], file["new"]) == (6_221, 6_218)
    assert comparison["disagreements"] == []
    assert {(line["ours"], line["theirs"]): line["rows"] for line in comparison["table"]} == {
        ("met", "ONTIME"): 2_436,
        ("late", "OVERDUE"): 112,
        ("missed", "OVERDUE"): 502,
        ("none", "ONTIME"): 3_168,
    }


def test_moved_due_dates_are_the_only_disagreements(
    system: System, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, ledger = renamed(tmp_path, "boston311-moved"), tmp_path / "ledger.csv"
    ledger.write_bytes(DATA.read_bytes())
    before = {row.split(",")[0]: row for row in ledger.read_text("utf-8-sig").splitlines()}
    changed(ledger, lambda rows: move_due_dates(rows[::EACH]))
    moved = {key for row in ledger.read_text("utf-8").splitlines() if before[key := row.split(",")[0]] != row}
    assert len(moved) == MOVED
    sound, told = imported(system, folder, ledger, capsys)
    assert not sound
    assert {one["key"] for one in told["comparisons"][0]["disagreements"]} == moved
