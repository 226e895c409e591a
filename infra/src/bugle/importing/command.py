"""The command `bugle import`."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from bugle.importing.oracle import Comparison, compare, read_clocks
from bugle.importing.run import Job, Result, bring_in, publish, read_job
from bugle.importing.target import Target
from bugle.quiet import Observer, wait_quiet
from bugle.stack import Stack, StackError, System


def import_(
    paths: Annotated[list[Path], typer.Argument(help="Programme folders, or single CSV or XLSX files.")],
    programme: Annotated[str | None, typer.Option(help="Whose ledger a single file is: an id, or a folder.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="How the columns of a single file are to be read.")] = None,
    grace: Annotated[int | None, typer.Option(min=0, help="Grace of clocks in seconds, not the programme's.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Bring programmes and ledgers into a running system; again adds nothing. Exit status 1 when a row was refused."""
    if not run_import(running_system(), paths, programme, mapping, grace, as_json=as_json):
        raise typer.Exit(1)


def running_system() -> System:
    """The operator's system; StackError when it does not run."""
    stack = Stack()
    if not stack.running():
        raise StackError("Nothing runs. Start the stack first: bugle up")
    return stack.system


def run_import(
    system: System,
    paths: Sequence[Path],
    programme: str | None = None,
    mapping: Path | None = None,
    grace: int | None = None,
    *,
    as_json: bool = False,
) -> bool:
    """Import and print what came of it; whether every row went in and, with an oracle, every row agrees."""
    jobs = [read_job(path, programme, mapping) for path in paths]
    target = Target.of(system)
    results: list[Result] = []
    comparisons: list[Comparison] = []
    began, before = time.monotonic(), _events(system)
    for job in jobs:
        publish(target, job.folder, grace)
        for result in bring_in(target, job, _progress):
            results.append(result)
            if not as_json:
                _print(result)
        comparisons += _judged(system, target, job, results[-1:])
    recorded, seconds = _events(system) - before, time.monotonic() - began
    if as_json:
        _print_json(results, comparisons, recorded, seconds)
    else:
        for comparison in comparisons:
            print_comparison(comparison)
        typer.echo(f"{recorded:,} events in {seconds:.1f} s: {recorded / seconds:,.0f} events/s")
    return not any(result.faults for result in results) and not any(c.disagreements for c in comparisons)


def _judged(system: System, target: Target, job: Job, results: Sequence[Result]) -> list[Comparison]:
    """With an oracle: wait until all services have done their work, then compare every row that went in."""
    if job.mapping is None or job.mapping.oracle is None:
        return []
    wait_quiet(system, say=lambda text: typer.echo(f"waiting: {text}", err=True))
    refused = {fault.key for result in results for fault in result.faults}
    theirs = {key: value for key, value in (job.ledgers[0].theirs or {}).items() if key not in refused}
    with target.client(target.reporting, job.folder.agency) as client:
        return [compare(theirs, read_clocks(client, job.folder.id), job.mapping.oracle)]


def _events(system: System) -> int:
    with Observer(system) as observer:
        return observer.events()


def _progress(file: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        typer.echo(f"\r{file}: {done:,} of {total:,}", err=True, nl=done == total)
    elif done == total:
        typer.echo(f"{file}: {done:,} rows answered", err=True)


def _print(result: Result) -> None:
    amended = f", {result.amended:,} amended" if result.amended else ""
    refused = f", {len({fault.row for fault in result.faults}):,} refused" if result.faults else ""
    typer.echo(
        f"{result.file}: {result.rows:,} rows: {result.new:,} new{amended}, {result.unchanged:,} unchanged{refused}"
    )
    for fault in result.faults:
        typer.echo(f"  row {fault.row} ({fault.key or 'no key'}), column {fault.column}: {fault.problem}; {fault.mend}")


def print_comparison(comparison: Comparison) -> None:
    """The table ours × theirs, and every row on which the two differ."""
    theirs = sorted({theirs for _, theirs in comparison.table})
    typer.echo("ours \\ theirs  " + "".join(f"{name:>12}" for name in theirs))
    for ours in sorted({ours for ours, _ in comparison.table}):
        counts = (comparison.table.get((ours, name), 0) for name in theirs)
        typer.echo(f"{'no due date' if ours == 'none' else ours:<15}" + "".join(f"{count:>12,}" for count in counts))
    for one in comparison.disagreements:
        typer.echo(f"  {one.key}: ours {one.ours}, theirs {one.theirs}")
    typer.echo(f"{sum(comparison.table.values()):,} rows compared, {len(comparison.disagreements):,} disagreements")


def _print_json(results: Sequence[Result], comparisons: Sequence[Comparison], events: int, seconds: float) -> None:
    told: dict[str, Any] = {
        "ok": not any(r.faults for r in results) and not any(c.disagreements for c in comparisons),
        "files": [result.json() for result in results],
        "comparisons": [comparison.json() for comparison in comparisons],
        "events": events,
        "seconds": round(seconds, 3),
        "events_per_second": round(events / seconds, 1),
    }
    typer.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
