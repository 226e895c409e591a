"""A made-up ledger on a running system: every row goes in, and what happened and the rates are those of its rows."""

from __future__ import annotations

import csv
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from bugle.cli import app
from bugle.importing.command import run_import
from bugle.importing.history import ROUNDS
from bugle.importing.target import Target
from bugle.quiet import wait_quiet
from bugle.stack import System
from bugle.stack.databases import plain
from tests.support.programmes import copied

pytestmark = pytest.mark.timeout(180)
COUNT = 250


ROUNDED = range(1, ROUNDS + 1)
TURNS = {
    "bugle.routing.case_returned.v1": "returned_at",
    "bugle.routing.case_reopened.v1": "reopened_at",
    "bugle.supervision.reopening_ordered.v1": "reopened_at",
    "bugle.supervision.extension_decided.v1": "extended_at",
}


def column(name: str, round: int) -> str:
    return name if round == 1 else f"{name}_{round}"


def filled(row: dict[str, str], name: str) -> list[int]:
    return [round for round in ROUNDED if row.get(column(name, round))]


def current(row: dict[str, str]) -> int:
    return max(0, *filled(row, "returned_at"), *filled(row, "reopened_at")) + 1


def turns_told(system: System, programme: str) -> dict[str, int]:
    """How often reporting has each kind of turn."""
    asked = (
        "SELECT t.type, count(*) FROM timeline t JOIN ledger l USING (case_id)"
        " WHERE l.programme = %s AND t.type = ANY(%s) GROUP BY t.type"
    )
    with psycopg.connect(plain(system.database("reporting").url)) as reporting:
        return dict(reporting.execute(asked, [programme, list(TURNS)]).fetchall())


def rates_of(rows: list[dict[str, str]]) -> dict[str, tuple[int, int]]:
    """Numerator and denominator, by docs/projections.md: the outcome of the current round, the last answer."""
    outcomes = [row[column("outcome", current(row))] for row in rows]
    counted = [outcome for outcome in outcomes if outcome != "long_term"]
    told = [[row[column("satisfaction", round)] for round in ROUNDED] for row in rows]
    answers = [[answer for answer in of if answer][-1] for of in told if any(of)]
    return {
        "resolution": (sum(outcome in ("solved", "explained") for outcome in counted), len(counted)),
        "satisfaction": (sum(answer != "unsatisfied" for answer in answers), len(answers)),
    }


def test_generated_ledger_counts_as_written(system: System, tmp_path: Path) -> None:
    folder = copied("jinxian", tmp_path, "jinxian-made")
    for file in folder.glob("*.csv"):
        file.unlink()
    out = tmp_path / "made"
    arguments = [
        "generate",
        "--issues",
        str(COUNT),
        "--seed",
        "4",
        "--days",
        "120",
        "--programme",
        str(folder),
        "--out",
        str(out),
    ]
    assert CliRunner().invoke(app, arguments, catch_exceptions=False).exit_code == 0
    enterprises, ledger = out / "enterprises.csv", out / "generated-4-01.csv"

    assert run_import(system, [enterprises, ledger], str(folder), grace=2)
    wait_quiet(system)

    before = wait_quiet(system)
    assert run_import(system, [ledger], str(folder), grace=2)
    assert wait_quiet(system) == before
    with ledger.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == COUNT
    wanted = {type: sum(len(filled(row, name)) for row in rows) for type, name in TURNS.items()}
    assert min(wanted.values()) > 0
    assert turns_told(system, "jinxian-made") == wanted
    assert sum(len(filled(row, "contacted_evidence_at")) for row in rows) > 0
    target = Target.of(system)
    with target.client(target.reporting, "jinxian-made") as client:
        told = client.get("/v1/rates", params={"programme": "jinxian-made"}).json()["rates"]
    assert {n: (told[n]["numerator"], told[n]["denominator"]) for n in ("resolution", "satisfaction")} == rates_of(rows)
    assert {"unsatisfied", "long_term", "solved"} <= {row["satisfaction"] for row in rows} | {
        row["outcome"] for row in rows
    }
