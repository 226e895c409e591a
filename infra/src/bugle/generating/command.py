"""The command `bugle generate`."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from bugle.generating.ledgers import ISSUES, enterprises, issues, print_rows, write
from bugle.generating.world import World, world_of
from bugle.importing.folder import Folder, read_folder
from bugle.importing.run import find_folder
from bugle.machine import tell, tell_line
from bugle.stack.errors import BadChoice

MOST = 10_000_000
MOST_DAYS = 3_660


def generate(
    count: Annotated[int, typer.Option("--issues", min=1, max=MOST, help="How many issues.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same bytes.")],
    programme: Annotated[str, typer.Option(help="Whose kinds and units: an id, or a folder.")] = "jinxian",
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="From the programme's first day on.")] = 365,
    out: Annotated[Path | None, typer.Option(help="A new folder for the files; else the issues are printed.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object; of printed issues one a line.")] = False,
) -> None:
    """Make up a ledger of any size: seasons, slow units, moved due dates, late contacts. Every row is synthetic.

    A row tells every round of its issue, with returns, extensions, reopenings and late evidence in columns that
    bugle import makes events of. Mergers and withdrawals stand in its note as words: bugle scenarios plays those.

    With --out the enterprises of the issues are written too, and the command that imports all of it is told.

    bugle generate --issues 500 --seed 1 --out build/generated
    """
    folder = read_folder(find_folder(Path(programme), programme, None))
    _check(folder, days, out)
    world = world_of(folder, count, days)
    if out is None:
        rows = issues(folder, world, count, seed)
        if as_json:
            for row in rows:
                tell_line(dict(zip(ISSUES, row, strict=True)))
        else:
            print_rows(sys.stdout, ISSUES, rows)
    else:
        files = _write(out, folder, world, count, seed)
        if as_json:
            tell({"programme": programme, "files": files})
        else:
            typer.echo(f"bugle import {' '.join(files)} --programme {programme}")


def _check(folder: Folder, days: int, out: Path | None) -> None:
    first = date.fromisoformat(folder.programme["starts_on"])
    if first + timedelta(days=days) > datetime.now(UTC).date():
        raise BadChoice(f"--days {days}: from {first} on this leads beyond today, and no ledger tells of the future.")
    if not any(unit.get("kind") != "office" for unit in folder.directory["units"]):
        raise BadChoice(f"--programme {folder.id}: its directory has no unit that could lead; add one.")
    if out is not None and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadChoice(f"--out {out}: is there already. Name a new folder.")


def _write(out: Path, folder: Folder, world: World, count: int, seed: int) -> list[str]:
    """The files that were written."""
    files, done = [], 0
    for file, rows in write(out, seed, enterprises(world, seed), issues(folder, world, count, seed)):
        files.append(str(file))
        done += rows if len(files) > 1 else 0
        of_issues = f" ({done:,} of {count:,} issues)" if done else ""
        typer.echo(f"{file}: {rows:,} rows{of_issues}", err=True)
    return files
