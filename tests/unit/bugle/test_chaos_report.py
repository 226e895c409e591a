"""The report of a fault run: kept line by line, gone on from, and never taken for another's."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from bugle.chaos.report import Report, begin
from bugle.chaos.table import Row
from bugle.stack import StackError

NAMES = ["kafka is killed", "postgres is killed", "the disk is full"]


def entry(name: str, **changes: Any) -> dict[str, Any]:
    return Row(name, {}, 1.5).json() | {"seconds": 10.0} | changes


def tried(report: Report, count: int) -> list[str]:
    """Try so many faults, all well."""
    done = []
    for name in islice(report.order(NAMES), count):
        report.add(entry(name))
        done.append(name)
    return done


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "report.jsonl"


def test_seed_repeats_the_order() -> None:
    first, second = (tried(begin(None, "7", ""), 20) for _ in range(2))
    assert first == second
    assert set(first) == set(NAMES)
    assert tried(begin(None, "8", ""), 20) != first


def test_broken_off_run_goes_on(file: Path) -> None:
    whole = tried(begin(None, "7", ""), 12)
    begun = tried(begin(file, "7", ""), 5)
    with file.open("ab") as torn:
        torn.write(b'{"fault": "kaf')
    resumed = begin(file, None, "")
    assert (resumed.seed, resumed.seconds) == ("7", 50)
    assert begun + tried(resumed, 7) == whole
    assert [row.fault for row in begin(file, "7", "").table.rows] == whole


@pytest.mark.parametrize(("seed", "only"), [("8", ""), (None, "kafka")])
def test_report_of_another_run_is_refused(file: Path, seed: str | None, only: str) -> None:
    begin(file, "7", "")
    with pytest.raises(StackError, match="is the report of --seed 7"):
        begin(file, seed, only)


def test_report_of_other_faults_is_refused(file: Path) -> None:
    tried(begin(file, "7", ""), 3)
    with pytest.raises(StackError, match="other faults"):
        next(begin(file, "7", "").order(["clocks are an hour ahead"]))


@pytest.mark.parametrize("content", ["", "nonsense\n", '{"fault": "x"}\n'])
def test_other_file_is_no_report(file: Path, content: str) -> None:
    file.write_text(content)
    with pytest.raises(StackError, match="no report"):
        begin(file, None, "")


def test_impossible_fault_is_drawn_once() -> None:
    report = begin(None, "7", "")
    for name in islice(report.order(NAMES), 12):
        report.add({"fault": name, "missing": "no disk", "seconds": 1.0} if "disk" in name else entry(name))
    assert [row.missing for row in report.table.rows if row.fault == "the disk is full"] == ["no disk"]
    assert report.table.ok
    only = begin(None, "7", "")
    for name in only.order(["the disk is full"]):
        only.add({"fault": name, "missing": "no disk", "seconds": 1.0})
    assert len(only.entries) == 1


def test_fault_without_verdict_is_no_success() -> None:
    report = begin(None, "7", "")
    report.add(entry(NAMES[0]))
    assert report.table.ok
    report.add(Row(NAMES[1], {}, None, "not quiet after 120 s").json() | {"seconds": 130.0})
    assert not report.table.ok
    assert "postgres is killed: not quiet after 120 s" in list(report.table.lines())
    assert not Report("7", [entry(NAMES[0], faults={"I1": ["lost"]})]).table.ok
