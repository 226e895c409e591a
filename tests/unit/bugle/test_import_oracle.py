"""Ours against theirs."""

from __future__ import annotations

from bugle.importing.oracle import Disagreement, Oracle, compare

ORACLE = Oracle("on_time", {"met": ("ONTIME",), "late": ("OVERDUE",), "missed": ("OVERDUE",), "none": ("ONTIME",)})


def clock(row: str, status: str) -> dict[str, str]:
    return {"ledger_row": row, "status": status}


def test_every_row_is_compared() -> None:
    theirs = {"1": "ONTIME", "2": "OVERDUE", "3": "OVERDUE", "4": "ONTIME"}
    found = compare(theirs, [clock("1", "met"), clock("2", "late"), clock("3", "missed")], ORACLE)
    assert found.disagreements == ()
    assert found.table == {
        ("met", "ONTIME"): 1,
        ("late", "OVERDUE"): 1,
        ("missed", "OVERDUE"): 1,
        ("none", "ONTIME"): 1,
    }


def test_disagreements_are_listed() -> None:
    theirs = {"1": "OVERDUE", "2": "OVERDUE", "3": "ONTIME"}
    found = compare(theirs, [clock("1", "met"), clock("3", "running")], ORACLE)
    assert found.disagreements == (
        Disagreement("1", "met", "OVERDUE"),
        Disagreement("2", "none", "OVERDUE"),
        Disagreement("3", "running", "ONTIME"),
    )
    assert len(found.json()["disagreements"]) == 3


def test_cancelled_clock_counts_as_none() -> None:
    assert compare({"1": "ONTIME"}, [clock("1", "cancelled")], ORACLE).disagreements == ()
