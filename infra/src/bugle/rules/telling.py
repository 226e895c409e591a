"""What `bugle rules` prints."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from bugle.rules.counting import Sum, ordered

DESTINATIONS = {
    "same": "same lead as at the end",
    "elsewhere": "would have gone elsewhere",
    "nobody": "would have found nobody",
    "unled": "nobody leads at the end: nothing to compare",
}
FORECASTS = {
    "gave_it_back": "would have been returned: the unit gave it back",
    "was_replaced": "would have been returned: the unit was replaced by the office",
    "kept_it": "return avoided: the unit kept it in the end",
    "kept_it_after_all": "ambiguous: the unit lost it and leads it in the end",
    "never_had_it": "ambiguous: returned by others, and the unit never had it",
}
BECAUSE = {
    "unclassified": "the issue has no kind",
    "other_kind": "is for another kind",
    "other_place": "is for other townships",
    "no_keyword": "none of its keywords is in it",
    "later": "fits too, and stands behind the one that decides",
}
MOST_MOVES = 20


def progress(cases: int, *, ended: bool = False) -> None:
    """Say on standard error how far a backtest is, in place on a terminal."""
    if sys.stderr.isatty():
        typer.echo(f"\r{cases:,} cases", err=True, nl=ended)
    elif cases and cases % 10_000 == 0 and not ended:
        typer.echo(f"{cases:,} cases", err=True)


def print_trial(told: Mapping[str, Any]) -> None:
    """Who would have it and why, and why not by the other rules."""
    _heading(told)
    kind = told["kind"] or "none"
    if by := told["classified_by"]:
        kind += f", by rule {by['rule']} ({_said(by['found'])})"
    typer.echo(f"kind         {kind}")
    made = told["decision"]
    if made is None:
        reason = "it has no kind" if told["undecided"] == "unclassified" else "no rule fits"
        typer.echo(f"lead         nobody: {reason}")
    else:
        _print_decision(made)
    table = _table("rule passed over", "lead", "because")
    for one in told["passed_over"]:
        table.add_row(one["rule"], one["lead"], "; ".join(BECAUSE[why] for why in one["because"]))
    if told["passed_over"]:
        _console().print(table)


def _print_decision(made: Mapping[str, Any]) -> None:
    because = made["because"]
    found = _said(because["found"]) or ("its kind alone, as the fallback" if because["fallback"] else "")
    place = f"township {because['place']}" if because["place"] else ""
    why = ", ".join(filter(None, (found, place))) or "its kind alone"
    typer.echo(f"lead         {made['lead']}, by rule {made['rule']} ({why})")
    typer.echo(f"supporting   {', '.join(made['supporting']) or 'nobody'}")
    typer.echo(f"grade        {made['grade'] or 'none'}")
    limits = (f"{one['clock']} {one['limit']}" + _special(one["special_to"]) for one in made["limits"])
    typer.echo(f"limits       {', '.join(limits) or 'none'}")


def _special(named: list[str]) -> str:
    return f" (by its {' and '.join(named)})" if named else ""


def _said(found: list[Mapping[str, str]]) -> str:
    return ", ".join(f"{one['keyword']} in the {one['in']}" for one in found)


def _heading(told: Mapping[str, Any]) -> None:
    rules = "candidate rules for" if told["candidate"] else "rules of"
    typer.echo(f"{rules} {told['programme']} version {told['version']}")
    for fault in told["faults"]:
        typer.echo(f"  {fault['field']}: {fault['problem']}")


def print_backtest(head: Mapping[str, Any], total: Sum) -> None:
    """Tables of the counts with a few case ids each."""
    _heading(head)
    table = _table("cases", "of them", "synthetic", "by rule", "by office", "by ledger", "for instance")
    for name, title in DESTINATIONS.items():
        of = {key: n for key, n in total.destinations.items() if key[0] == name}
        by = (sum(n for key, n in of.items() if key[1] == who) for who in ("rule", "office", "ledger"))
        synthetic = sum(n for key, n in of.items() if key[2])
        numbers = (f"{n:,}" for n in (sum(of.values()), synthetic, *by))
        table.add_row(title, *numbers, " ".join(total.examples[name]))
    _console().print(table)
    _print_forecasts(total)
    _print_moves(total)
    typer.echo(f"{total.cases:,} cases as of log number {head['as_of']:,}; {total.to_look_at:,} to look at.")
    typer.echo("Each case with its events: --json")


def _print_forecasts(total: Sum) -> None:
    table = _table("returns", "cases", "synthetic", "for instance")
    for name, title in FORECASTS.items():
        of = {key: n for key, n in total.forecasts.items() if key[1] == name}
        synthetic = sum(n for key, n in of.items() if key[2])
        table.add_row(title, f"{sum(of.values()):,}", f"{synthetic:,}", " ".join(total.examples[name]))
    _console().print(table)
    typer.echo(f"returns that would have been avoided: {total.returns_avoided:,}")


def _print_moves(total: Sum) -> None:
    table = _table("from", "to", "cases")
    moves = ordered(total.moves)
    for (left, right), cases in moves[:MOST_MOVES]:
        table.add_row(left, right, f"{cases:,}")
    if moves:
        _console().print(table)
    if len(moves) > MOST_MOVES:
        typer.echo(f"and {len(moves) - MOST_MOVES:,} more pairs of units: --json")


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _console() -> Console:
    return Console(soft_wrap=False, width=160)
