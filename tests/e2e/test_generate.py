"""A made-up ledger on a running system: every row goes in, and the rates are those of its rows."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bugle.cli import app
from bugle.importing.command import run_import
from bugle.importing.target import Target
from bugle.quiet import wait_quiet
from bugle.stack import System
from tests.support.programmes import copied

pytestmark = pytest.mark.timeout(180)
COUNT = 400


def rates_of(rows: list[dict[str, str]]) -> dict[str, tuple[int, int]]:
    """Numerator and denominator, by the rules of docs/projections.md; a ledger's answer reopens nothing."""
    counted = [row["outcome"] for row in rows if row["outcome"] != "long_term"]
    answers = [row["satisfaction"] for row in rows if row["satisfaction"]]
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
        "60",
        "--programme",
        str(folder),
        "--out",
        str(out),
    ]
    assert CliRunner().invoke(app, arguments, catch_exceptions=False).exit_code == 0
    enterprises, ledger = out / "enterprises.csv", out / "generated-4-01.csv"

    assert run_import(system, [enterprises, ledger], str(folder), grace=2)
    wait_quiet(system)

    with ledger.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == COUNT
    target = Target.of(system)
    with target.client(target.reporting, "jinxian-made") as client:
        told = client.get("/v1/rates", params={"programme": "jinxian-made"}).json()["rates"]
    assert {n: (told[n]["numerator"], told[n]["denominator"]) for n in ("resolution", "satisfaction")} == rates_of(rows)
    assert {"unsatisfied", "long_term", "solved"} <= {row["satisfaction"] for row in rows} | {
        row["outcome"] for row in rows
    }
