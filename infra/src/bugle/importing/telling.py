"""What `bugle import` prints: progress on standard error, results and comparisons on standard output."""

from __future__ import annotations

import sys

import typer

from bugle.importing.oracle import NONE, Comparison
from bugle.importing.run import Imported, Result
from eventkit.text import Text
from eventkit.voice import Voice


def progress(file: str, done: int, total: int) -> None:
    """Say how far a file is, in place on a terminal."""
    if sys.stderr.isatty():
        typer.echo(f"\r{file}: {done:,} of {total:,}", err=True, nl=done == total)
    elif done < total and done % 1_000 == 0:
        typer.echo(f"{file}: {done:,} of {total:,}", err=True)


def print_result(result: Result, voice: Voice) -> None:
    """One file's counts, and each fault with its mend."""
    counts = [Text("{count:,} new", count=result.new), Text("{count:,} unchanged", count=result.unchanged)]
    counts += [Text("{count:,} amended", count=result.amended)] if result.amended else []
    refused = len({fault.row for fault in result.faults})
    counts += [Text("{count:,} refused", count=refused)] if refused else []
    told = Text("{file}: {rows:,} rows: {counts}", file=result.file, rows=result.rows, counts=counts)
    typer.echo(f"  {voice.say(told)}")
    for fault in result.faults:
        typer.echo(f"    {fault.told(voice)}")


def print_comparison(comparison: Comparison, voice: Voice) -> None:
    """The table ours × theirs, and every row on which the two differ."""
    theirs = sorted({theirs for _, theirs in comparison.table})
    head, undue = voice.say(Text("ours \\ theirs")), voice.say(Text("no due date"))
    typer.echo(f"{head:<15}" + "".join(f"{name:>12}" for name in theirs))
    for ours in sorted({ours for ours, _ in comparison.table}):
        counts = (comparison.table.get((ours, name), 0) for name in theirs)
        typer.echo(f"{undue if ours == NONE else ours:<15}" + "".join(f"{count:>12,}" for count in counts))
    for one in comparison.disagreements:
        differs = Text("{key}: ours {ours}, theirs {theirs}", key=one.key, ours=one.ours, theirs=one.theirs)
        typer.echo(f"  {voice.say(differs)}")
    rows, wrong = sum(comparison.table.values()), len(comparison.disagreements)
    typer.echo(voice.say(Text("{rows:,} rows compared, {wrong:,} disagreements", rows=rows, wrong=wrong)))


def print_rate(came: Imported, voice: Voice) -> None:
    """How long it took, and how many events all services recorded meanwhile: of an import that brought something."""
    events, seconds = came.events, came.seconds
    told = Text("{seconds:.1f} s; nothing is new", seconds=seconds)
    if came.news:
        rate = events / seconds
        told = Text(
            "{events:,} events in {seconds:.1f} s: {rate:,.0f} events/s", events=events, seconds=seconds, rate=rate
        )
    typer.echo(voice.say(told))
