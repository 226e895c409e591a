"""What `bugle import` prints: progress on standard error, results and comparisons on standard output."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import orjson
import typer

from bugle.importing.oracle import NONE, Comparison
from bugle.importing.run import Result


def progress(file: str, done: int, total: int) -> None:
    """Say how far a file is, in place on a terminal."""
    if sys.stderr.isatty():
        typer.echo(f"\r{file}: {done:,} of {total:,}", err=True, nl=done == total)
    elif done < total and done % 1_000 == 0:
        typer.echo(f"{file}: {done:,} of {total:,}", err=True)


def print_result(result: Result) -> None:
    """One file's counts, and each fault with its mend."""
    counts = [f"{result.new:,} new", f"{result.unchanged:,} unchanged"]
    counts += [f"{result.amended:,} amended"] if result.amended else []
    counts += [f"{len({fault.row for fault in result.faults}):,} refused"] if result.faults else []
    typer.echo(f"  {result.file}: {result.rows:,} rows: {', '.join(counts)}")
    for fault in result.faults:
        where = f"row {fault.row} ({fault.key or 'no key'}), column {fault.column}"
        typer.echo(f"    {where}: {fault.problem}; {fault.mend}")


def print_comparison(comparison: Comparison) -> None:
    """The table ours × theirs, and every row on which the two differ."""
    theirs = sorted({theirs for _, theirs in comparison.table})
    typer.echo("ours \\ theirs  " + "".join(f"{name:>12}" for name in theirs))
    for ours in sorted({ours for ours, _ in comparison.table}):
        counts = (comparison.table.get((ours, name), 0) for name in theirs)
        typer.echo(f"{'no due date' if ours == NONE else ours:<15}" + "".join(f"{count:>12,}" for count in counts))
    for one in comparison.disagreements:
        typer.echo(f"  {one.key}: ours {one.ours}, theirs {one.theirs}")
    typer.echo(f"{sum(comparison.table.values()):,} rows compared, {len(comparison.disagreements):,} disagreements")


def print_rate(events: int, seconds: float) -> None:
    """How many events all services recorded meanwhile."""
    typer.echo(f"{events:,} events in {seconds:.1f} s: {events / seconds:,.0f} events/s")


def print_json(
    results: Sequence[Result], comparisons: Sequence[Comparison], events: int, seconds: float, *, ok: bool
) -> None:
    """Everything as one JSON object."""
    told: dict[str, Any] = {
        "ok": ok,
        "files": [result.json() for result in results],
        "comparisons": [comparison.json() for comparison in comparisons],
        "events": events,
        "seconds": round(seconds, 3),
        "events_per_second": round(events / seconds, 1),
    }
    typer.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
