"""What the command shows to people."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from bugle.answers import Json
from bugle.whatif.sums import Sum
from eventkit.moments import until

SHOWN = 20


def show(total: Sum | None, scaled: Json | None, zone: ZoneInfo) -> None:
    """The tables of what was asked for; times in the programme's zone."""
    console = Console(soft_wrap=False, width=160)
    if total is not None:
        _print(console, total, zone)
    if scaled is not None:
        mean = scaled["mean"]
        for rows, what in ((scaled["departments"], "score"), (mean["departments"], "mean")):
            if rows:
                console.print(_moved(rows, what))
        if mean["rates"]:
            typer.echo(f"The programme's mean is {_said(mean['before'])} and would be {_said(mean['after'])}.")


def _moved(rows: list[Json], what: str) -> Table:
    table = _table("department", what, "rank", f"would: {what}", "rank")
    for row in rows:
        table.add_row(row["name"], *(_said(row[side][name]) for side in ("before", "after") for name in (what, "rank")))
    return table


def _said(number: float | None) -> str:
    return "–" if number is None else f"{number:.2%}" if isinstance(number, float) else f"{number}"


def _print(console: Console, total: Sum, zone: ZoneInfo) -> None:
    table = _table("unit", "met", "late", "missed", "rank", "would: met", "late", "missed", "rank")
    moved = [row for row in total.units() if row["before"] != row["after"]]
    for row in moved:
        numbers = [str(row[part].get(name) or 0) for part in ("before", "after") for name in ("met", "late", "missed")]
        rank = [str(row[part]["rank"] or "–") for part in ("before", "after")]
        table.add_row(row["name"] or row["unit"] or "–", *numbers[:3], rank[0], *numbers[3:], rank[1])
    if moved:
        console.print(table)
    clocks = _table("case", "clock", "unit", "was due", "was", "would be due", "would be")
    for one in total.items[:SHOWN]:
        was, would = one["before"], one["after"]
        clocks.add_row(
            one["case"],
            one["clock"],
            one["unit_name"] or one["unit"] or "–",
            until(datetime.fromisoformat(was["due_at"]), zone),
            was["status"],
            until(datetime.fromisoformat(would["due_at"]), zone),
            would["status"],
        )
    if total.items:
        console.print(clocks)
    typer.echo(
        f"{total.clocks:,} clocks; {len(total.items):,} would have ended otherwise, {total.worse:,} of them worse."
    )
    typer.echo(f"{len(moved):,} of {len(total.before):,} units would stand otherwise.")
    if len(total.items) > SHOWN or len(moved) < len(total.before):
        typer.echo("All of them: --json")


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
