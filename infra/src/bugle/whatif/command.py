"""The command."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from bugle.answers import Json
from bugle.days import FORM, day, span
from bugle.known import programme_named
from bugle.machine import AsJson, tell
from bugle.stack.place import EMBEDDED, Against, running_place
from bugle.whatif.asking import pages, scaled
from bugle.whatif.printing import show
from bugle.whatif.sums import Sum

_FORMS = {"--limit": "CLOCK=LIMIT", "--points": "ITEM=POINTS", "--weight": "RATE=WEIGHT"}


def whatif(
    programme: Annotated[str, typer.Option(help="The programme's id.")],
    limit: Annotated[list[str] | None, typer.Option("--limit", help="Another limit of a clock: contact=2wd")] = None,
    calendar: Annotated[str | None, typer.Option(help="Another calendar's id; none: every day counts.")] = None,
    points: Annotated[
        list[str] | None, typer.Option("--points", help="Other points of an item of the appraisal: miss=-4")
    ] = None,
    weight: Annotated[
        list[str] | None, typer.Option("--weight", help="Another weight of a rate: resolution=50")
    ] = None,
    first: Annotated[
        date | None,
        typer.Option("--from", parser=day, metavar=FORM, help="First day: deadlines that began, events that happened."),
    ] = None,
    last: Annotated[
        date | None, typer.Option("--to", parser=day, metavar=FORM, help="Last day, in the programme's zone.")
    ] = None,
    fail_above: Annotated[
        int | None, typer.Option(min=0, help="Exit status 1 when more clocks would be missed or late.")
    ] = None,
    against: Against = EMBEDDED,
    as_json: AsJson = False,
) -> None:
    """Count deadlines of the past anew, and show who would have missed them and how ranks move. Nothing is recorded.

    With --points or --weight: how scores of departments, the mean of the rates, and ranks by them move.

    bugle whatif --programme jinxian --limit contact=2wd --from 2021-04-01 --to 2021-04-30

    bugle whatif --programme jinxian --calendar none --json

    bugle whatif --programme rongchang --points miss=-4 --points result=2
    """
    about = {"programme": programme, **span(first, last)}
    rules = {"limits": _named(limit, "--limit"), "calendar": calendar}
    scales = {"points": _named(points, "--points"), "weights": _named(weight, "--weight")}
    place, total, moved = running_place(against), None, None
    known = programme_named(place, programme)
    if any(rules.values()) or not any(scales.values()):
        total = Sum(known.units)
        for page in pages(place, _given(about | rules)):
            total.add(page)
    if any(scales.values()):
        moved = scaled(place, _given(about | scales))
    if as_json:
        told = ({} if total is None else total.json()) | ({} if moved is None else {"scales": moved})
        tell(told)
    else:
        show(total, moved, known.zone)
    if fail_above is not None and total is not None and total.worse > fail_above:
        typer.echo(f"{total.worse:,} clocks would have been missed or late, more than {fail_above:,}.", err=True)
        raise typer.Exit(1)


def _given(asked: dict[str, Any]) -> Json:
    return {name: value for name, value in asked.items() if value}


def _named(given: list[str] | None, option: str) -> str:
    """`contact:2wd,closing:10d` of the values of an option."""
    pairs = [one.partition("=") for one in given or ()]
    if wrong := ["".join(pair) for pair in pairs if not (pair[0] and pair[2])]:
        raise typer.BadParameter(f"{wrong[0]!r} cannot be read; write {_FORMS[option]}.", param_hint=option)
    return ",".join(f"{name}:{value}" for name, _, value in pairs)
