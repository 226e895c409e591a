"""The command `bugle scenarios`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bugle.language import Lang, spoken
from bugle.machine import AsJson, tell
from bugle.quiet import Observer
from bugle.scenarios.files import Scenario, read_scenarios
from bugle.scenarios.play import PATIENCE, PLAYS, Played, play
from bugle.scenarios.stage import Stage
from bugle.stack.errors import BadChoice
from bugle.stack.home import ROOT
from bugle.stack.place import EMBEDDED, Against, Place, running_place

AT_ONCE = 4


def scenarios(
    rows: Annotated[list[str] | None, typer.Argument(help="Rows, such as R1 J3; none: all.")] = None,
    programmes: Annotated[Path | None, typer.Option(help="Where the programme folders lie.")] = None,
    without: Annotated[str | None, typer.Option(help="Play without this key of the programme; must fail.")] = None,
    patience: Annotated[float, typer.Option(help="Seconds to wait for what comes of itself.")] = PATIENCE,
    lang: Lang = None,
    yes: Annotated[bool, typer.Option("--yes", help="Play where there are issues in earnest too.")] = False,
    against: Against = EMBEDDED,
    as_json: AsJson = False,
) -> None:
    """Play every mechanism of the programmes against the running system. Exit status 1 when one does not act.

    It belongs on a system for trials: each play leaves an agency of its own, play-…, with programme, issues and events
    in the logs and in the lists of agencies, and that cannot be undone.
    """
    wanted = _chosen(read_scenarios(programmes or ROOT / "programmes"), rows or [])
    place = running_place(against)
    if not yes:
        _check_trial(place)
    played = run(place, wanted, lambda _: without, patience, quietly=as_json)
    if as_json:
        told = {"ok": all(one.passed for one in played), "scenarios": [_json(one) for one in played]}
        tell(told)
    else:
        _print(played, spoken(lang))
    if not all(one.passed for one in played):
        raise typer.Exit(1)


def run(
    system: Place,
    wanted: Sequence[Scenario],
    removed: Callable[[Scenario], str | None] = lambda _: None,
    patience: float = PATIENCE,
    *,
    at_once: int = AT_ONCE,
    quietly: bool = True,
) -> list[Played]:
    """Play scenarios, `at_once` at a time, each with a programme and an agency of its own.

    `removed`: the key without which a scenario's programme is published.
    """
    with Stage(system) as stage, ThreadPoolExecutor(at_once) as pool:

        def one(scenario: Scenario) -> Played:
            played = play(stage, scenario, removed(scenario), patience)
            if not quietly:
                typer.echo(f"{played.row}: {'pass' if played.passed else 'fail'} in {played.seconds:.1f} s", err=True)
            return played

        return list(pool.map(one, wanted))


def _check_trial(place: Place) -> None:
    with Observer(place) as observer:
        if observer.in_earnest(PLAYS):
            raise BadChoice(
                "This system holds issues in earnest, and what a play leaves in its logs cannot be undone. "
                "Play on a system for trials (BUGLE_HOME), or play here with --yes."
            )


def _chosen(found: Sequence[Scenario], rows: Sequence[str]) -> list[Scenario]:
    known = {scenario.row for scenario in found}
    unknown = sorted(set(rows) - known)
    if unknown:
        raise BadChoice(f"There is no scenario {unknown[0]}. Choose from: {', '.join(s.row for s in found)}.")
    if not found:
        raise BadChoice("There are no scenarios: name the folder that holds the programmes with --programmes.")
    return [scenario for scenario in found if not rows or scenario.row in rows]


def _json(played: Played) -> dict[str, object]:
    return {
        "row": played.row,
        "mechanism": dict(played.title),
        "events": played.events,
        "refused": played.refused,
        "passed": played.passed,
        "broken": played.broken,
        "step": played.step,
        "fault": played.fault,
        "seconds": round(played.seconds, 1),
    }


def _print(played: Sequence[Played], lang: str) -> None:
    table = Table(box=None, pad_edge=False)
    for column in ("row", "mechanism", "events seen", "refused", "result"):
        table.add_column(column, overflow="fold")
    for one in played:
        result = "pass" if one.passed else f"{'ERROR' if one.broken else 'FAIL'} at step {one.step or 'set-up'}"
        table.add_row(one.row, one.title[lang], ", ".join(one.events), ", ".join(one.refused), result)
    Console(soft_wrap=False, width=160).print(table)
    for one in played:
        if not one.passed:
            typer.echo(f"{one.row}: step {one.step or 'set-up'}: {one.fault}", err=True)
    typer.echo(f"{sum(one.passed for one in played)} of {len(played)} scenarios pass.")
