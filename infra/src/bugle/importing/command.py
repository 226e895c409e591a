"""The command `bugle import`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from bugle.importing import telling
from bugle.importing.faults import Unreadable
from bugle.importing.oracle import Comparison, compare, read_clocks
from bugle.importing.run import Imported, Job, Result, bring_in, publish, read_job
from bugle.importing.target import Target
from bugle.language import Lang, spoken
from bugle.machine import AsJson, tell
from bugle.quiet import Observer, wait_quiet
from bugle.stack.place import EMBEDDED, Against, Place, running_place
from eventkit.voice import Voice


def import_(
    paths: Annotated[list[Path], typer.Argument(help="Programme folders, or single CSV or XLSX files.")],
    programme: Annotated[str | None, typer.Option(help="Whose ledger a single file is: an id, or a folder.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="How the columns of a single file are to be read.")] = None,
    grace: Annotated[int | None, typer.Option(min=0, help="Grace of clocks in seconds, not the programme's.")] = None,
    against: Against = EMBEDDED,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Bring programmes and ledgers into a running system; again adds nothing. Exit status 1 when a row was refused."""
    place = running_place(against)
    if not run_import(place, paths, programme, mapping, grace, language=spoken(lang), as_json=as_json):
        raise typer.Exit(1)


def run_import(
    system: Place,
    paths: Sequence[Path],
    programme: str | None = None,
    mapping: Path | None = None,
    grace: int | None = None,
    *,
    language: str = "en",
    as_json: bool = False,
) -> bool:
    """Import and print what came of it; whether every row went in and, with an oracle, every row agrees."""
    voice = Voice(language, ("bugle.importing", "eventkit"))
    came = carry_out(system, paths, programme, mapping, grace, voice=voice, quietly=as_json)
    if as_json:
        tell(came.json(voice))
    else:
        for comparison in came.comparisons:
            telling.print_comparison(comparison, voice)
        telling.print_rate(came, voice)
    return came.sound


def carry_out(
    system: Place,
    paths: Sequence[Path],
    programme: str | None = None,
    mapping: Path | None = None,
    grace: int | None = None,
    *,
    voice: Voice,
    quietly: bool,
) -> Imported:
    """Import; the counts of each file are printed as it is done, unless `quietly`."""
    began = time.monotonic()
    try:
        jobs = [read_job(path, programme, mapping) for path in paths]
    except Unreadable as error:
        raise Unreadable(voice.say(error.args[0])) from error
    results: list[Result] = []
    comparisons: list[Comparison] = []
    before = _events(system)
    for job in jobs:
        came = list(_bring(system, Target.of(system, voice.language), job, grace, None if quietly else voice))
        results += came
        comparisons += _judged(system, job, came)
    return Imported(results, comparisons, _events(system) - before, time.monotonic() - began)


def _bring(system: Place, target: Target, job: Job, grace: int | None, voice: Voice | None) -> Iterator[Result]:
    publish(target, job.folder, grace)
    if voice:
        typer.echo(f"{job.folder.id}:")
    for result in bring_in(target, job, telling.progress, lambda: _settle(system)):
        if voice:
            telling.print_result(result, voice)
        yield result


def _judged(system: Place, job: Job, results: Sequence[Result]) -> list[Comparison]:
    """With an oracle: wait until all services have done their work, then compare every row that went in."""
    if job.mapping is None or job.mapping.oracle is None:
        return []
    _settle(system)
    [ledger] = job.ledgers
    refused = {fault.row for result in results for fault in result.faults}
    theirs = {one.key: ledger.theirs[one.key] for one in ledger.commands if one.row not in refused}
    target = Target.of(system)
    with target.client(target.reporting, job.folder.agency) as client:
        return [compare(theirs, read_clocks(client, job.folder.id), job.mapping.oracle)]


def _settle(system: Place) -> None:
    wait_quiet(system, say=lambda text: typer.echo(f"waiting: {text}", err=True))


def _events(system: Place) -> int:
    with Observer(system) as observer:
        return observer.events()
