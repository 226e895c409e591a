"""Copies of programme folders under another id, with rows changed, for tests that import them beside the originals."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from bugle.stack.home import ROOT

Rows = list[dict[str, str]]
Change = Callable[[Rows], Rows]


def copied(programme: str, folder: Path, id: str) -> Path:
    """A copy of a programme's folder whose programme and agency have another id."""
    copy = folder / id
    shutil.copytree(ROOT / "programmes" / programme, copy)
    for name in ("programme.toml", "directory.toml"):
        text = (copy / name).read_text("utf-8")
        (copy / name).write_text(re.sub(rf'^(id|agency) = "{programme}"', rf'\1 = "{id}"', text, flags=re.M), "utf-8")
    calendars = folder / "calendars"
    if not calendars.exists():
        shutil.copytree(ROOT / "programmes" / "calendars", calendars)
    return copy


def changed(path: Path, change: Change) -> Path:
    """Rewrite a CSV file with its rows changed."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        columns, rows = list(reader.fieldnames or ()), list(reader)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(change(rows))
    return path


def removed(**where: str) -> Change:
    """Without the last row that has these values."""
    return lambda rows: [row for row in rows if row is not _last(rows, where)]


def duplicated(**where: str) -> Change:
    """With the last row that has these values once more, under a key of its own."""
    return lambda rows: [*rows, {**_last(rows, where), "no": "Z999"}]


def redated(**where: str) -> Change:
    """With every date of the last row that has these values a year and more later."""

    def change(rows: Rows) -> Rows:
        row = _last(rows, where)
        late = {name: _later(cell) for name, cell in row.items() if name.endswith("_at")}
        return [{**one, **late} if one is row else one for one in rows]

    return change


def _last(rows: Rows, where: dict[str, str]) -> dict[str, str]:
    return [row for row in rows if where.items() <= row.items()][-1]


def _later(cell: str) -> str:
    return (date.fromisoformat(cell) + timedelta(400)).isoformat() if cell else ""
