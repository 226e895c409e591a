"""The command `bugle chaos`."""

from __future__ import annotations

import json
import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bugle.chaos.arena import Arena, Unavailable, arena
from bugle.chaos.faults import FAULTS
from bugle.chaos.grounds import grounds
from bugle.stack import StackError
from bugle.stack.commands import terminable


def chaos(
    minutes: Annotated[float, typer.Option(help="How long faults are begun; each is healed and judged.", min=0)] = 10,
    seed: Annotated[str | None, typer.Option(help="Repeats the order of faults of another run.")] = None,
    only: Annotated[str, typer.Option(help="Only faults whose name has this in it.")] = "",
    keep: Annotated[bool, typer.Option("--keep", help="Keep data, logs and ledger for a look at them.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Try random faults on an embedded system of its own while a client writes; then say which invariants held.

    Exit status 0 when every invariant held after every fault, 1 when one did not.
    """
    names = [name for name in FAULTS if only in name]
    if not names:
        raise StackError(f"No fault has {only!r} in its name. There are: {'; '.join(FAULTS)}.")
    seed = seed or os.urandom(4).hex()
    typer.echo(f"seed {seed}", err=True)
    with terminable(), _folder(keep) as folder, grounds(folder) as place, arena(place, "chaos", folder, seed) as ring:
        _storm(ring, names, random.Random(seed), time.monotonic() + 60 * minutes)
    if as_json:
        told = {"ok": ring.table.ok, "seed": seed, "rows": [row.json() for row in ring.table.rows]}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        typer.echo("\n".join([f"seed {seed}", *ring.table.lines()]))
    raise typer.Exit(0 if ring.table.ok else 1)


def _storm(ring: Arena, names: list[str], dice: random.Random, end: float) -> None:
    """Faults until the time is up, at least one; a fault that does not take effect is an error, not a success."""
    while names and (not ring.table.rows or time.monotonic() < end):
        name = dice.choice(names)
        typer.echo(f"{datetime.now(UTC):%H:%M:%S} {name}", err=True)
        try:
            with ring.trial(name, FAULTS[name].waived):
                FAULTS[name].inflict(ring)
        except Unavailable as missing:
            typer.echo(f"not here: {missing}", err=True)
            names.remove(name)


@contextmanager
def _folder(keep: bool) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="bugle-chaos-"))
    try:
        yield folder
    finally:
        if keep:
            typer.echo(f"kept: {folder}", err=True)
        else:
            shutil.rmtree(folder)
