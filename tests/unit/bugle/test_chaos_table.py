"""The table fault × invariant: what it must not hide."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner

from bugle.chaos import command
from bugle.chaos.arena import Arena, Unavailable
from bugle.chaos.lives import Writers
from bugle.chaos.report import Report
from bugle.chaos.table import Row, Table
from bugle.chaos.verdict import NAMES
from bugle.cli import app
from bugle.stack import StackError
from bugle.verify.report import NAMED, Invariant
from tests.unit.bugle.verifying import Recorder, System

MANY = NAMED + 10


def broken(*faults: str) -> Invariant:
    found = Invariant(checked=1, most=sys.maxsize)
    for fault in faults:
        found.fault(fault)
    return found


def judged(**found: Invariant) -> dict[str, Invariant]:
    """What was found of every invariant; those that are not named hold."""
    return {name: Invariant(checked=1) for name in NAMES} | found


def test_many_old_faults_hide_no_new_one() -> None:
    table, old = Table(), [f"lost {n}" for n in range(MANY)]
    table.add("first", judged(I4=broken(*old)), 1.0)
    assert table.add("second", judged(I4=broken(*old)), 1.0).ok
    assert not table.add("third", judged(I4=broken(*old, "lost as well")), 1.0).ok
    assert table.rows[-1].broken == {"I4": ["lost as well"]}


def test_unchecked_invariant_is_not_known_to_hold() -> None:
    row = Table().add("a fault", judged(I7=Invariant()), 1.0)
    assert not row.ok
    assert [name for name, cell in zip(NAMES, row.cells(), strict=True) if cell != "ok"] == ["I7"]


def test_all_faults_are_counted_by_invariant() -> None:
    table = Table()
    table.add("a fault", judged(I1=broken("gone"), I4=broken(*(f"lost {n}" for n in range(MANY)))), 1.0)
    lines = list(table.lines())[2:]
    assert lines[:2] == [f"a fault: {MANY + 1} new faults: I1 1, I4 {MANY}", "a fault: I1 gone"]
    assert lines[-1] == "a fault: I4 and 10 more"
    assert len(lines) == NAMED + 3


def test_verification_names_as_many_as_asked() -> None:
    recorder = Recorder()
    for number in range(MANY):
        recorder.report_issue(f"c{number}")
    system = System(recorder.events)
    system.topics.clear()
    assert len(system.verify(most=sys.maxsize).invariants["I4"].faults) == MANY


def test_skipped_fault_stands_with_its_reason() -> None:
    table = Table()
    table.add("done", judged(), 1.5)
    table.rows.append(Row("the disk is full", {}, None, missing="mounting takes root"))
    done, skipped = list(table.lines())[1:]
    assert done.split()[1:] == ["ok"] * 9 + ["1.5", "s"]
    assert skipped == "the disk is full  " + "-       " * 9 + "skipped: mounting takes root"
    assert table.ok
    assert [Row.of(row.json()) for row in table.rows] == table.rows


@pytest.mark.parametrize("skipped", [0, 1, 2])
def test_run_without_verdict_is_no_success(skipped: int) -> None:
    table = Table([Row("the disk is full", {}, None, missing="mounting takes root")] * skipped)
    assert not table.ok
    assert list(table.lines())[-1] == "Nothing was judged."
    table.add("done", judged(), 1.5)
    assert table.ok
    assert "Nothing was judged." not in list(table.lines())


@pytest.mark.parametrize(
    ("faults", "missing", "status"), [([], None, 0), (["lost"], None, 1), ([], "mounting takes root", 2)]
)
def test_command_ends_by_its_verdict(
    faults: list[str], missing: str | None, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def storm(done: Report, names: list[str], seconds: float, keep: bool) -> None:
        row = Row(names[0], {"I1": faults} if faults else {}, 1.0, missing=missing)
        done.add(row.json() | {"seconds": 1.0})

    monkeypatch.setattr(command, "_storm", storm)
    answer = CliRunner().invoke(app, ["chaos", "--only", "disk", "--json"])
    assert answer.exit_code == status, answer.output
    assert json.loads(answer.stdout)["ok"] is (status == 0)


@pytest.mark.parametrize(
    ("error", "missing", "told"),
    [
        (Unavailable("no disk"), "no disk", None),
        (StackError("not quiet"), None, "not quiet"),
        (KeyError("id"), None, "it broke: KeyError: 'id'"),
    ],
    ids=str,
)
def test_trial_without_verdict_has_a_row(
    error: Exception, missing: str | None, told: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def trial(arena: Arena, fault: str) -> Iterator[Writers | None]:
        yield None

    monkeypatch.setattr(Arena, "_trial", trial)
    ring = Arena.__new__(Arena)
    ring.table = Table()
    with pytest.raises(type(error)), ring.trial("a fault"):
        raise error
    row = ring.last
    assert (row.fault, row.missing, row.error) == ("a fault", missing, told)
    assert row.ok is (told is None)
