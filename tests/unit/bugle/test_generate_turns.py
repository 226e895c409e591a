"""Turns of made-up courses in the columns of their round, and rows that intake takes as they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bugle.generating import ledgers
from bugle.generating.courses import Course
from bugle.generating.courses import courses as drawn
from bugle.generating.world import World, world_of
from bugle.importing.folder import Folder, read_folder
from bugle.importing.ledgers import read_ledger
from bugle.importing.rounds import ROUNDS, mark
from bugle.stack.home import ROOT
from eventkit.caller import Caller
from eventkit.http.desk import Answer
from tests.unit.life import making
from tests.unit.life.services import Service, Topics

FOLDER = read_folder(ROOT / "programmes" / "jinxian")
RETURNS = {
    "returns": {"clock": "contact", "max_transfers": 1, "reasons": [{"id": "not_ours", "zh": "不归口", "en": "no"}]}
}
EXTENSION = {"extension": {"max": "1d", "times": 1, "decides": "office"}}
COUNT = 400
TURNS = ("returned_at", "reopened_at", "extended_at", "contacted_evidence_at")
Cells = dict[str, str]


def world(folder: Folder) -> World:
    return world_of(folder, COUNT, 200)


def rows(folder: Folder = FOLDER, **document: Any) -> list[Cells]:
    changed = replace(folder, programme={**folder.programme, **document})
    return [dict(zip(ledgers.ISSUES, row, strict=True)) for row in ledgers.issues(changed, world(changed), COUNT, 7)]


def told(rows: list[Cells], name: str) -> list[tuple[Cells, int]]:
    """Each row that has the column filled, with its round."""
    return [(row, round) for row in rows for round in range(1, ROUNDS + 1) if row[mark(name, round)]]


def courses() -> list[Course]:
    return list(drawn(world(FOLDER), COUNT, 7))


def test_every_turn_has_its_columns() -> None:
    made, held = rows(), [held for course in courses() for held in course.rounds]
    assert len(told(made, "returned_at")) == sum(one.returned_at is not None for one in held) > 0
    assert len(told(made, "reopened_at")) == sum(one.satisfaction == "unsatisfied" for one in held) > 0
    assert len(told(made, "assigned_at")) == len(held)
    for row, round in told(made, "returned_at") + told(made, "reopened_at"):
        assert not row[mark("closed_at", round)]
    for row, round in told(made, "contacted_evidence_at"):
        assert row[mark("contacted_evidence_at", round)] > row[mark("contacted_at", round)]
        assert not row[mark("assigned_at", round + 1)], "of the last round"


def test_extended_row_tells_its_first_due_date() -> None:
    extended = told(rows(), "extended_at")
    assert extended
    due = {f"G7-{course.number}": (course.first_due_at, course.due_at) for course in courses()}
    for row, round in extended:
        first, last = due[row["no"]]
        assert first is not None and last is not None
        assert (row["due_at"], row[mark("extended_to", round)]) == (f"{first:%Y-%m-%d %H:%M}", f"{last:%Y-%m-%d}")
        assert row[mark("extension_asked_at", round)] < row[mark("extended_at", round)] < row["due_at"]


def test_nothing_to_extend_leaves_the_last_due_date() -> None:
    made, last = rows(clocks=[]), {f"G7-{course.number}": course.due_at for course in courses() if course.due_at}
    assert told(made, "extended_at") == []
    assert {row["no"]: row["due_at"] for row in made if row["due_at"]} == {
        no: f"{at:%Y-%m-%d %H:%M}" for no, at in last.items()
    }


def intake(folder: Folder) -> tuple[Service, Caller]:
    """Intake in memory, with the programme and the enterprises of the ledger."""
    service = making.intake(Topics(), lambda: datetime(2026, 1, 1, tzinfo=UTC))
    caller = Caller("import", folder.agency, None, None, frozenset({"office"}))
    units = [
        {name: unit[name] for name in ("id", "name", "kind") if name in unit} for unit in folder.directory["units"]
    ]
    told = [
        ("publish_directory", {"agency": folder.agency, "units": units}),
        (
            "publish_programme",
            {"programme": folder.id, "version": folder.programme["version"], "document": folder.programme},
        ),
        *(
            ("register_enterprise", {"agency": folder.agency, "name": name})
            for _, name, *_ in ledgers.enterprises(world(folder), 7)
        ),
    ]
    for number, (type, data) in enumerate(told):
        assert isinstance(service.take(type, data, caller, str(number), None), Answer)
    return service, caller


@pytest.mark.parametrize(
    ("programme", "document"),
    [("jinxian", {}), ("jinxian", RETURNS), ("jinxian", EXTENSION), ("daan", {}), ("rongchang", {})],
    ids=["jinxian", "reasons to return", "a rule to extend", "daan", "rongchang"],
)
def test_intake_takes_every_row(programme: str, document: dict[str, Any], tmp_path: Path) -> None:
    folder = read_folder(ROOT / "programmes" / programme)
    folder = replace(folder, programme={**folder.programme, **document})
    made = rows(folder)
    assert all(told(made, name) for name in TURNS[:2])
    with (tmp_path / "issues.csv").open("w", encoding="utf-8") as file:
        ledgers.print_rows(file, ledgers.ISSUES, (tuple(row.values()) for row in made))
    ledger = read_ledger(tmp_path / "issues.csv", folder)
    assert (len(ledger.commands), ledger.faults) == (COUNT, ())
    service, caller = intake(folder)
    for command in ledger.commands:
        for one in filter(None, (command.first, command)):
            answer = service.take("report_issue", one.data, caller, one.event("x")["id"], one.time)
            assert isinstance(answer, Answer), (one.data, answer)
