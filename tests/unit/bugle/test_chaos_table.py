"""The table fault × invariant: what it must not hide."""

from __future__ import annotations

import sys

from bugle.chaos.table import Table
from bugle.verify.report import NAMED, Invariant
from tests.unit.bugle.verifying import Recorder, System

MANY = NAMED + 10


def broken(*faults: str) -> Invariant:
    found = Invariant(most=sys.maxsize)
    for fault in faults:
        found.fault(fault)
    return found


def test_many_old_faults_hide_no_new_one() -> None:
    table, old = Table(), [f"lost {n}" for n in range(MANY)]
    table.add("first", {"I4": broken(*old)}, 1.0)
    assert table.add("second", {"I4": broken(*old)}, 1.0).ok
    assert not table.add("third", {"I4": broken(*old, "lost as well")}, 1.0).ok
    assert table.rows[-1].broken == {"I4": ["lost as well"]}


def test_all_faults_are_counted_by_invariant() -> None:
    table = Table()
    table.add("a fault", {"I1": broken("gone"), "I4": broken(*(f"lost {n}" for n in range(MANY)))}, 1.0)
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
