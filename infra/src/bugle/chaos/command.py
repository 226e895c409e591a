"""The command `bugle chaos`."""

from __future__ import annotations

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
from bugle.chaos.report import Report, begin
from bugle.machine import AsJson, tell
from bugle.stack import StackError
from bugle.stack.commands import terminable

NOTHING_JUDGED = 2


def chaos(
    minutes: Annotated[float, typer.Option(help="How long faults are begun; each is healed and judged.", min=0)] = 10,
    seed: Annotated[str | None, typer.Option(help="Repeats the order of faults of another run.")] = None,
    only: Annotated[str, typer.Option(help="Only faults whose name has this in it.")] = "",
    report: Annotated[
        Path | None, typer.Option(help="Keep a line per fault in this file; a run that was broken off goes on from it.")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep data, logs and ledger for a look at them.")] = False,
    as_json: AsJson = False,
) -> None:
    """Try random faults on an embedded system of its own while a client writes; then say which invariants held.

    Exit status 0 when every invariant held after every fault that this machine can do, 1 when one did not or could not
    be judged, 2 when this machine can do none of them.
    """
    names = [name for name in FAULTS if only in name]
    if not names:
        raise StackError(f"No fault has {only!r} in its name. There are: {'; '.join(FAULTS)}.")
    done = begin(report, seed, only)
    typer.echo(f"seed {done.seed}", err=True)
    try:
        with terminable():
            _storm(done, names, 60 * minutes, keep)
    finally:
        _print(done, as_json)
    raise typer.Exit(0 if done.table.ok else 1 if done.table.judged else NOTHING_JUDGED)


def _print(done: Report, as_json: bool) -> None:
    if as_json:
        told = {"ok": done.table.ok, "seed": done.seed, "rows": done.entries}
        tell(told)
    else:
        typer.echo("\n".join([f"seed {done.seed}", *done.table.lines()]))


def _storm(done: Report, names: list[str], seconds: float, keep: bool) -> None:
    """Faults until the time is up, at least one; nothing is started when it is up already."""
    if done.entries and done.seconds >= seconds:
        return
    with _folder(keep) as folder, grounds(folder) as place, arena(place, "chaos", folder, done.seed) as ring:
        for name in done.order(names):
            if done.entries and done.seconds >= seconds:
                return
            typer.echo(f"{datetime.now(UTC):%H:%M:%S} {name}", err=True)
            _try(name, ring, done)


def _try(name: str, ring: Arena, done: Report) -> None:
    """One fault. One that breaks, has no effect, or after which the system does not come to rest, ends the run."""
    began = time.monotonic()
    try:
        with ring.trial(name):
            FAULTS[name](ring)
    except Unavailable:
        pass  # its row says what is missing
    except Exception:
        done.add(ring.last.json() | {"seconds": time.monotonic() - began})
        raise
    done.add(ring.last.json() | {"seconds": time.monotonic() - began})


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
