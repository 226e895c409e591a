"""Courses as rows of our own columns (docs/importing.md). A ledger knows one course of an issue: its last round."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from bugle.generating.courses import Course, courses
from bugle.generating.world import World
from bugle.importing.folder import Folder
from bugle.importing.issues import FACTS

PER_FILE = 100_000
"""Rows of one file: `bugle import` reads at most 64 MB and 200,000 rows of one."""
ISSUES = (
    "no", "enterprise", "title", "kind", "channel", "reported_at", "due_at", *(f"{fact}_at" for fact in FACTS), "lead",
    "supporting", "letter", "outcome", "copied_to_office", "satisfaction", "synthetic", "note",
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
    letter = folder.programme.get("letter", "〔{year}〕{number}号")
    return (_issue(course, seed, titles[course.kind], letter) for course in courses(world, count, seed))


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


def _issue(course: Course, seed: int, kind: str, letter: str) -> Row:
    last = course.rounds[-1] if course.rounds and course.rounds[-1].returned_at is None else None
    told: dict[str, Any] = {
        "no": f"G{seed}-{course.number}",
        "enterprise": name(course.enterprise),
        "title": f"{kind}问题（生成示例）",
        "kind": course.kind,
        "channel": "ledger",
        "reported_at": _wall(course.reported_at),
        "due_at": course.due_at and _wall(course.due_at),
        "synthetic": "true",
        "note": "; ".join(_notes(course)),
    }
    if last is not None:
        told |= {f"{fact}_at": _wall(at) for fact, at in last.facts.items()}
        told |= {"lead": last.lead, "supporting": ";".join(last.supporting), "outcome": last.outcome}
        told |= {"satisfaction": last.satisfaction, "copied_to_office": "true" if "fed_back" in last.facts else None}
        told["letter"] = letter.format(year=last.facts["assigned"].year, number=course.number)
    return tuple(told.get(column) or "" for column in ISSUES)


def _notes(course: Course) -> Iterator[str]:
    """What the columns have no place for."""
    if course.rounds and course.rounds[0].returned_at is not None:
        yield f"{course.rounds[0].lead}退回后改派"
    if sum(held.returned_at is None for held in course.rounds) > 1:
        yield "企业不满意，重新办理"
    if course.extended:
        yield "已延期"
    if course.late_evidence and course.rounds and "contacted" in course.rounds[-1].facts:
        yield "contacted_at: 事后补录"
    if course.merged:
        yield "与上一件合并办理"
    if course.withdrawn:
        yield "企业撤回"


def _wall(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
