"""Late evidence in two steps: the rows without it, a wait for what that leads to, the whole rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import httpx
import orjson

from bugle.importing.folder import read_folder
from bugle.importing.ledgers import read_ledger
from bugle.importing.run import Job, Result, bring_in
from bugle.importing.target import Target
from bugle.stack.home import ROOT

FOLDER = read_folder(ROOT / "programmes" / "jinxian")
HEAD = "no,enterprise,title,reported_at,lead,assigned_at,contacted_at,contacted_evidence_at,result_at,outcome\n"
PLAIN = "1,e,t,2021-03-01,dept-01,2021-03-02,2021-03-04,,,\n"
YOUNG = "2,e,t,2021-03-01,dept-01,2021-03-02,2021-03-04,2021-03-15,,\n"
LATE = "2,e,t,2021-03-01,dept-01,2021-03-02,2021-03-04,2021-03-15,2021-03-20,solved\n"


class Intake:
    """Answers an event it knows as before, amends a row it knows by what is new in it, refuses one that tells less."""

    intake = "http://intake"

    def __init__(self) -> None:
        self.rows: dict[str, set[str]] = {}
        self.answers: dict[str, dict[str, Any]] = {}
        self.heard: list[Any] = []

    def client(self, base: str, agency: str | None) -> httpx.Client:
        return httpx.Client(base_url=base, transport=httpx.MockTransport(self.answer))

    def answer(self, request: httpx.Request) -> httpx.Response:
        events = orjson.loads(request.content)
        self.heard.append([(event["data"]["ledger"]["row"], len(event["data"]["history"])) for event in events])
        return httpx.Response(200, json=[{"id": event["id"], **self.taken(**event)} for event in events])

    def taken(self, id: str, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if id in self.answers:
            return {**self.answers[id], "replayed": True}
        row, facts = data["ledger"]["row"], {fact["fact"] for fact in data["history"]}
        known = self.rows.get(row)
        if not (known or set()) <= facts:
            return {"status": 409, "problem": {"title": "row changed"}}
        self.rows[row] = facts
        self.answers[id] = {"status": 200, "body": {"outcome": "created" if known is None else "amended"}}
        return self.answers[id]

    def settle(self) -> None:
        self.heard.append("settled")


def brought_in(intake: Intake, tmp_path: Path, rows: Sequence[str]) -> Result:
    file = tmp_path / "issues.csv"
    file.write_text(HEAD + "".join(rows), "utf-8")
    job = Job(FOLDER, (read_ledger(file, FOLDER),))
    [result] = bring_in(cast(Target, intake), job, lambda *_: None, intake.settle)
    return result


def counts(result: Result) -> tuple[int, int, int, int]:
    return result.new, result.amended, result.unchanged, len(result.faults)


def test_late_rows_are_sent_twice(tmp_path: Path) -> None:
    intake = Intake()
    assert counts(brought_in(intake, tmp_path, [PLAIN, LATE])) == (2, 0, 0, 0)
    assert intake.heard == [[("2", 2)], "settled", [("1", 2), ("2", 3)]]


def test_late_rows_again_add_nothing(tmp_path: Path) -> None:
    intake = Intake()
    brought_in(intake, tmp_path, [LATE])
    assert counts(brought_in(intake, tmp_path, [LATE])) == (0, 0, 1, 0)


def test_late_row_that_grew_is_amended(tmp_path: Path) -> None:
    """Its first part tells less than is known, which is refused; the whole row counts alone."""
    intake = Intake()
    brought_in(intake, tmp_path, [YOUNG])
    assert counts(brought_in(intake, tmp_path, [LATE])) == (0, 1, 0, 0)


def test_rows_without_evidence_wait_for_nothing(tmp_path: Path) -> None:
    intake = Intake()
    assert counts(brought_in(intake, tmp_path, [PLAIN])) == (1, 0, 0, 0)
    assert intake.heard == [[("1", 2)]]


def test_refused_row_is_one_fault(tmp_path: Path) -> None:
    intake = Intake()
    intake.rows["2"] = {"closed_out"}
    assert counts(brought_in(intake, tmp_path, [LATE])) == (0, 0, 0, 1)
