"""The commands `bugle rules trial` and `bugle rules backtest`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from bugle.days import FORM, day, span
from bugle.machine import AsJson, tell
from bugle.rules import telling
from bugle.rules.asking import Asking, question
from bugle.rules.counting import Sum
from bugle.stack.place import EMBEDDED, Against, running_place

Programme = Annotated[str, typer.Option(help="The programme's id.")]
Rules = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="Candidates: a TOML file of rules, as a programme.toml."),
]
Version = Annotated[int | None, typer.Option(min=1, help="The rules of this version; else of the newest.")]
First = Annotated[
    date | None, typer.Option("--from", parser=day, metavar=FORM, help="First day, of the cases' opening.")
]
Last = Annotated[date | None, typer.Option("--to", parser=day, metavar=FORM, help="Last day, in the programme's zone.")]

rules = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@rules.callback()
def _rules() -> None:
    """Ask what routing rules would do, or would have done. Nothing is recorded."""


@rules.command()
def trial(
    programme: Programme,
    title: Annotated[str, typer.Option(help="What the enterprise asks for, in one line.")],
    text: Annotated[str | None, typer.Option(help="The issue in full.")] = None,
    kind: Annotated[str | None, typer.Option(help="Its kind; else the rules classify it.")] = None,
    township: Annotated[str | None, typer.Option(help="Where the enterprise lies.")] = None,
    enterprise: Annotated[str | None, typer.Option(help="Instead: the enterprise's id.")] = None,
    rules: Rules = None,
    version: Version = None,
    expect: Annotated[str | None, typer.Option(help="A unit: exit status 1 when another would lead, or none.")] = None,
    against: Against = EMBEDDED,
    as_json: AsJson = False,
) -> None:
    """Say which rule would decide about an issue, why, and why not the others.

    bugle rules trial --programme jinxian --title 电压不稳

    bugle rules trial --programme jinxian --title 招工难 --rules new.toml --expect human-resources
    """
    issue = {"title": title, "text": text, "kind": kind, "township": township, "enterprise": enterprise}
    said = {name: value for name, value in issue.items() if value is not None}
    asked = question(programme, version, rules, issue=said)
    with Asking(running_place(against)) as asking:
        told = asking.trial(asked)
    if as_json:
        tell(told)
    else:
        telling.print_trial(told)
    if expect is not None and (told["decision"] or {}).get("lead") != expect:
        typer.echo(f"{expect} would not lead.", err=True)
        raise typer.Exit(1)


@rules.command()
def backtest(
    programme: Programme,
    rules: Rules = None,
    version: Version = None,
    first: First = None,
    last: Last = None,
    fail_above: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Exit status 1 when more cases than this would have gone elsewhere, found nobody or been returned.",
        ),
    ] = None,
    against: Against = EMBEDDED,
    as_json: AsJson = False,
) -> None:
    """Compare what became of a programme's cases with what rules would have done.

    bugle rules backtest --programme jinxian

    bugle rules backtest --programme jinxian --rules new.toml --from 2021-03-01 --to 2021-04-30 --fail-above 0

    bugle rules backtest --programme jinxian --version 1 --json
    """
    asked = question(programme, version, rules, **span(first, last))
    with Asking(running_place(against)) as asking:
        total = _run(asking.backtest(asked), as_json=as_json)
    if fail_above is not None and total.to_look_at > fail_above:
        typer.echo(f"{total.to_look_at:,} cases to look at, more than {fail_above:,}.", err=True)
        raise typer.Exit(1)


def _run(pages: Iterator[dict[str, Any]], *, as_json: bool) -> Sum:
    """Print the backtest, keeping one page of it in memory; JSON is written case by case, the counts at its end."""
    total = Sum()
    head: dict[str, Any] = {}
    for page in pages:
        if as_json:
            _print_items(page, first=not head, behind=total.cases > 0)
        head = head or page
        total.add(page)
        telling.progress(total.cases)
    telling.progress(total.cases, ended=True)
    if as_json:
        typer.echo("\n],\n" + _members({"counts": total.json()}) + "\n}")
    else:
        telling.print_backtest(head, total)
    return total


def _print_items(page: dict[str, Any], *, first: bool, behind: bool) -> None:
    if first:
        head = {name: page[name] for name in ("programme", "version", "candidate", "faults", "as_of")}
        typer.echo("{\n" + _members(head) + ',\n"items": [', nl=False)
    items = ",\n".join(orjson.dumps(item).decode() for item in page["items"])
    typer.echo((",\n" if behind and items else "\n") + items if items else "", nl=False)


def _members(told: dict[str, Any]) -> str:
    return ",\n".join(f"{orjson.dumps(name).decode()}: {orjson.dumps(value).decode()}" for name, value in told.items())
