"""Courses as rows of our own columns (docs/importing.md), round by round."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from bugle.generating.courses import Course, courses
from bugle.generating.turns import COLUMNS, Turns, wall
from bugle.generating.world import World
from bugle.importing.folder import Folder
from bugle.importing.rounds import ROUNDS, mark

PER_FILE = 100_000
"""Rows of one file: `bugle import` reads at most 64 MB and 200,000 rows of one."""
ISSUES = (
    "no", "enterprise", "title", "kind", "channel", "reported_at", "due_at", *COLUMNS, "synthetic", "note",
    *(mark(column, round) for round in range(2, ROUNDS + 1) for column in COLUMNS),
)  # fmt: skip
ENTERPRISES = ("no", "name", "tier", "industry", "township", "registered_at", "synthetic")
_INDUSTRIES = ("制造业", "食品加工", "建材", "物流", "批发零售", "电子信息", "纺织服装", "医药")
_TOWNSHIPS = 12
_KEY_IN = 10
"""Of so many enterprises one is a key enterprise."""

Row = tuple[str, ...]


def issues(folder: Folder, world: World, count: int, seed: int) -> Iterator[Row]:
    """A row for each issue, in the order of the reports."""
    titles = {kind["id"]: kind["zh"] for kind in folder.programme["kinds"]}
    turns = Turns.of(folder, world)
    return (_issue(course, seed, titles[course.kind], turns) for course in courses(world, count, seed))


def enterprises(world: World, seed: int) -> Iterator[Row]:
    """A row for each enterprise, registered on the first day."""
    for number in range(1, world.enterprises + 1):
        tier = "ordinary" if number % _KEY_IN else "key"
        industry, township = _INDUSTRIES[number % len(_INDUSTRIES)], f"乡镇{number % _TOWNSHIPS + 1:02}"
        yield f"GE{seed}-{number}", name(number), tier, industry, township, f"{world.first} 00:00", "true"


def name(number: int) -> str:
    """Of a made-up enterprise."""
    return f"生成企业{number:05}"


def write(out: Path, seed: int, registered: Iterable[Row], told: Iterator[Row]) -> Iterator[tuple[Path, int]]:
    """Files of a folder, each named with its number of rows as soon as it is whole."""
    out.mkdir(parents=True, exist_ok=True)
    yield _file(out / "enterprises.csv", ENTERPRISES, registered)
    number = 0
    while block := list(islice(told, 1)):
        number += 1
        path = out / f"generated-{seed}-{number:02}.csv"
        yield _file(path, ISSUES, (row for part in (block, islice(told, PER_FILE - 1)) for row in part))


def _file(path: Path, columns: Row, rows: Iterable[Row]) -> tuple[Path, int]:
    with path.open("w", encoding="utf-8", newline="") as file:
        return path, print_rows(file, columns, rows)


def print_rows(file: TextIO, columns: Row, rows: Iterable[Row]) -> int:
    """The header and the rows, one after the other; how many rows."""
    writer, count = csv.writer(file, lineterminator="\n"), 0
    writer.writerow(columns)
    for row in rows:
        writer.writerow(row)
        count += 1
    return count


def _issue(course: Course, seed: int, kind: str, turns: Turns) -> Row:
    told: dict[str, str] = {
        "no": f"G{seed}-{course.number}",
        "enterprise": name(course.enterprise),
        "title": f"{kind}问题（生成示例）",
        "kind": course.kind,
        "channel": "ledger",
        "reported_at": wall(course.reported_at),
        "due_at": wall(turns.first_due(course)),
        "synthetic": "true",
        "note": "; ".join(_notes(course)),
    }
    for round, held in enumerate(course.rounds, start=1):
        cells = turns.cells(course, round, held)
        told |= {mark(name, round): cell for name, cell in cells.items()}
    return tuple(told.get(column, "") for column in ISSUES)


def _notes(course: Course) -> Iterator[str]:
    """What no column tells."""
    if course.merged:
        yield "与上一件合并办理"
    if course.withdrawn:
        yield "企业撤回"
