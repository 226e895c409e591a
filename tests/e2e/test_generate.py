"""A made-up ledger on a running system: every row goes in, and what happened and the rates are those of its rows."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from bugle.cli import app
from bugle.importing.command import run_import
from bugle.importing.rounds import ROUNDS, mark
from bugle.importing.target import Target
from bugle.quiet import Observer, wait_quiet
from bugle.stack import System
from bugle.stack.databases import plain
from bugle.verify.command import verified
from bugle.verify.servers import Addresses
from tests.support.programmes import copied

pytestmark = pytest.mark.timeout(240)
PROGRAMME, COUNT, SEED, DAYS = "jinxian-made", 70, 274, 120
"""A seed with several of each turn, whose late contacts were all in time, so that each withdraws a miss."""
TOLD = {
    "case_assigned": "assigned_at",
    "case_returned": "returned_at",
    "result_reported": "result_at",
    "case_reopened": "reopened_at",
    "reopening_ordered": "reopened_at",
    "extension_asked": "extension_asked_at",
    "extension_decided": "extended_at",
    "enterprise_verified": "verified_at",
    "case_closed_out": "closed_at",
}
"""The events that a filled cell stands for."""
Cells = dict[str, str]


def cells(rows: list[Cells], name: str) -> Iterator[tuple[Cells, int]]:
    """Each row that has the column filled, with its round."""
    return ((row, round) for row in rows for round in range(1, ROUNDS + 1) if row[mark(name, round)])


def current(row: Cells) -> int:
    ends = [round for name in ("returned_at", "reopened_at") for _, round in cells([row], name)]
    return max(ends, default=0) + 1


def rates_of(rows: list[Cells]) -> dict[str, tuple[int, int]]:
    """Numerator and denominator, by docs/projections.md: the outcome of the current round, the last answer."""
    outcomes = [row.get(mark("outcome", current(row)), "") for row in rows]
    counted = [outcome for outcome in outcomes if outcome != "long_term"]
    answers = {row["no"]: row[mark("satisfaction", round)] for row, round in cells(rows, "satisfaction")}
    return {
        "resolution": (sum(outcome in ("solved", "explained") for outcome in counted), len(counted)),
        "satisfaction": (sum(answer != "unsatisfied" for answer in answers.values()), len(answers)),
    }


def timeline(system: System) -> list[tuple[str, str, dict[str, Any]]]:
    """What reporting tells of the ledger's issues: row, name of the event, data."""
    asked = (
        "SELECT l.ledger_row, split_part(t.type, '.', 3), t.data"
        " FROM live.timeline t JOIN live.ledger l USING (case_id) WHERE l.programme = %s"
    )
    with psycopg.connect(plain(system.database("reporting").url)) as reporting:
        return reporting.execute(asked, [PROGRAMME]).fetchall()


def withdrawn(events: list[tuple[str, str, dict[str, Any]]]) -> list[str]:
    """The rows of which a contact withdrew a miss."""
    found = ((row, data) for row, name, data in events if name == "misses_rescinded")
    return sorted(
        row
        for row, data in found
        if (data["clock"], data["fact"]) == ("contact", "contacted")
        and any(one["kind"] == "miss" for one in data["withdrawn"])
    )


def made(tmp_path: Path) -> tuple[Path, Path, Path, list[Cells]]:
    """A programme that is observed to this day, and its enterprises, ledger and rows."""
    folder, out = copied("jinxian", tmp_path, PROGRAMME), tmp_path / "made"
    for file in folder.glob("*.csv"):
        file.unlink()
    document = (folder / "programme.toml").read_text("utf-8")
    (folder / "programme.toml").write_text(re.sub("^observed_until.*$", "", document, flags=re.M), "utf-8")
    numbers = ["--issues", str(COUNT), "--seed", str(SEED), "--days", str(DAYS)]
    told = CliRunner().invoke(app, ["generate", *numbers, "--programme", str(folder), "--out", str(out)])
    assert told.exit_code == 0, told.output
    ledger = out / f"generated-{SEED}-01.csv"
    with ledger.open(encoding="utf-8") as written:
        return folder, out / "enterprises.csv", ledger, list(csv.DictReader(written))


def intake_events(system: System) -> int:
    with Observer(system) as observer:
        return observer.heads()["intake"].events


def test_generated_ledger_counts_as_written(system: System, tmp_path: Path) -> None:
    folder, enterprises, ledger, rows = made(tmp_path)
    assert run_import(system, [enterprises, ledger], str(folder), grace=2)
    wait_quiet(system)
    events = timeline(system)
    counted = Counter(name for _, name, _ in events)
    assert counted["issue_reported"] == len(rows) == COUNT
    wanted = {name: len(list(cells(rows, column))) for name, column in TOLD.items()}
    assert min(wanted.values()) > 0
    assert {name: counted[name] for name in TOLD} == wanted

    late = [row["no"] for row, _ in cells(rows, "contacted_evidence_at")]
    assert withdrawn(events) == sorted(late) != []

    target = Target.of(system)
    with target.client(target.reporting, PROGRAMME) as client:
        told = client.get("/v1/rates", params={"programme": PROGRAMME}).json()["rates"]
    assert {n: (told[n]["numerator"], told[n]["denominator"]) for n in ("resolution", "satisfaction")} == rates_of(rows)

    before = intake_events(system)
    assert run_import(system, [ledger], str(folder), grace=2)
    assert intake_events(system) == before, "the same rows again are known"
    report = verified(Addresses.of(system), system, 60)
    assert report.ok, report.json()
    assert report.invariants["I4"].checked > 0
