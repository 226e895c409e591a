"""Rows with rounds: the facts they become, what was known before late evidence, and cells that are refused."""

from __future__ import annotations

from pathlib import Path

from bugle.importing.folder import read_folder
from bugle.importing.ledgers import Ledger, read_ledger
from bugle.importing.rows import Command
from bugle.stack.home import ROOT

FOLDER = read_folder(ROOT / "programmes" / "jinxian")
BASE = {"no": "1", "enterprise": "e", "title": "t", "reported_at": "2021-03-01", "lead": "dept-01"}


def read(tmp_path: Path, **cells: str) -> Ledger:
    row = {**BASE, **cells}
    file = tmp_path / "issues.csv"
    file.write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n", "utf-8")
    return read_ledger(file, FOLDER)


def test_rounds_become_facts_in_order(tmp_path: Path) -> None:
    dates = {"assigned_at": "2021-03-02", "returned_at": "2021-03-03", "assigned_at_2": "2021-03-04"}
    dates |= {"result_at_2": "2021-03-08", "reopened_at_2": "2021-03-09"}
    words = {"return_reason": "不归口", "lead_2": "dept-02", "outcome_2": "solved", "reopening_reason_2": "仍未解决"}
    [command] = read(tmp_path, **dates, **words).commands
    told = [(fact["fact"], fact.get("round"), fact.get("unit")) for fact in command.data["history"]]
    first = [("assigned", None, "dept-01"), ("returned", None, "dept-01")]
    assert told == [*first, ("assigned", 2, "dept-02"), ("result", 2, "dept-02"), ("reopened", 2, None)]
    assert command.type == "bugle.intake.report_issue.v3"
    assert command.data["history"][1]["note"] == "不归口"
    assert command.column("/history/3/at") == "result_at_2"
    assert command.column("/history/1/reason") == "return_reason"


def test_plain_row_keeps_its_identity(tmp_path: Path) -> None:
    [command] = read(tmp_path, assigned_at="2021-03-02").commands
    assert (command.type, command.first) == ("bugle.intake.report_issue.v1", None)


def facts(command: Command | None) -> list[str]:
    return [] if command is None else [fact["fact"] for fact in command.data["history"]]


def test_late_evidence_is_told_second(tmp_path: Path) -> None:
    """What came after the evidence is no later than ever: it is told at once, or its deadlines would be missed too."""
    dates = {"assigned_at": "2021-03-02", "contacted_at": "2021-03-04", "result_at": "2021-03-20", "outcome": "solved"}
    [command] = read(tmp_path, **dates, contacted_evidence_at="2021-03-15").commands
    assert (facts(command.first), facts(command)) == (["assigned", "result"], ["assigned", "contacted", "result"])
    assert command.first is not None and command.first.event("s")["id"] != command.event("s")["id"]


def test_round_of_late_evidence_stays_open(tmp_path: Path) -> None:
    """Intake takes nothing new of a round that is over."""
    dates = {"assigned_at": "2021-03-02", "returned_at": "2021-03-03", "assigned_at_2": "2021-03-04"}
    dates |= {"contacted_at_2": "2021-03-05", "contacted_evidence_at_2": "2021-03-09", "result_at_2": "2021-03-10"}
    dates |= {"reopened_at_2": "2021-03-11", "assigned_at_3": "2021-03-12"}
    [command] = read(tmp_path, **dates, return_reason="r", outcome_2="solved", lead_2="dept-02").commands
    assert facts(command.first) == ["assigned", "returned", "assigned", "result"]
    assert facts(command)[-2:] == ["reopened", "assigned"]


def test_notes_go_to_dates_the_row_has(tmp_path: Path) -> None:
    """A note that begins like a date of a round was part of the text while there was no such column."""
    cells = {"assigned_at": "2021-03-02", "returned_at": "2021-03-03", "return_reason": "不归口"}
    [command] = read(tmp_path, **cells, note="returned_at: 当面; assigned_at_2: 无; contacted: 无").commands
    assert command.data["history"][1]["note"] == "不归口; 当面"
    assert command.data["text"] == "[assigned_at_2: 无]"


def test_cells_without_date_are_named(tmp_path: Path) -> None:
    ledger = read(tmp_path, assigned_at="2021-03-02", extended_to="2021-04-02", return_reason_2="r")
    assert [(fault.row, fault.column) for fault in ledger.faults] == [(2, "extended_to"), (2, "return_reason_2")]
    assert not ledger.commands


def test_evidence_after_its_round_is_refused(tmp_path: Path) -> None:
    dates = {"result_at": "2021-03-02", "outcome": "solved", "result_evidence_at": "2021-03-10"}
    ledger = read(tmp_path, **dates, reopened_at="2021-03-05")
    assert [fault.column for fault in ledger.faults] == ["result_evidence_at"]
