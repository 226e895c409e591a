"""`bugle whatif`: what other limits or another calendar would have made of a programme's deadlines."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from bugle.answers import AsOperator, Json, check, pages
from bugle.stack.place import EMBEDDED, Against, Place, running_place

PAGE = 200
SHOWN = 20
DAYS = ["%Y-%m-%d"]


def whatif(
    programme: Annotated[str, typer.Option(help="The programme's id.")],
    limit: Annotated[list[str] | None, typer.Option("--limit", help="Another limit of a clock: contact=2wd")] = None,
    calendar: Annotated[str | None, typer.Option(help="Another calendar's id; none: every day counts.")] = None,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=DAYS, help="First day of the clocks' begin.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=DAYS, help="Last day, in the programme's zone.")
    ] = None,
    fail_above: Annotated[
        int | None, typer.Option(min=0, help="Exit status 1 when more clocks would be missed or late.")
    ] = None,
    against: Against = EMBEDDED,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Count deadlines of the past anew, and show who would have missed them and how ranks move. Nothing is recorded.

    bugle whatif --programme jinxian --limit contact=2wd --from 2021-04-01 --to 2021-04-30

    bugle whatif --programme jinxian --calendar none --json
    """
    asked = {
        "programme": programme,
        "limits": _limits(limit or []),
        "calendar": calendar,
        "from": first and first.date().isoformat(),
        "to": last and last.date().isoformat(),
    }
    total = Sum()
    for page in _pages(running_place(against), {name: value for name, value in asked.items() if value}):
        total.add(page)
    if as_json:
        typer.echo(orjson.dumps(total.json(), option=orjson.OPT_INDENT_2).decode())
    else:
        _print(total)
    if fail_above is not None and total.worse > fail_above:
        typer.echo(f"{total.worse:,} clocks would have been missed or late, more than {fail_above:,}.", err=True)
        raise typer.Exit(1)


@dataclass
class Sum:
    """The pages added up. Units by id; None: clocks of nobody."""

    clocks: int = 0
    items: list[Json] = field(default_factory=list)
    before: defaultdict[str | None, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    after: defaultdict[str | None, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, page: Mapping[str, Any]) -> None:
        """Take a page in."""
        self.clocks += page["clocks"]
        self.items += page["items"]
        for one in page["units"]:
            self.before[one["unit"]].update(one["before"])
            self.after[one["unit"]].update(one["after"])

    @property
    def worse(self) -> int:
        """Clocks that were kept or still ran, and would have been missed or late."""
        broken = ("missed", "late")
        return sum(one["after"]["status"] in broken and one["before"]["status"] not in broken for one in self.items)

    def units(self) -> list[Json]:
        """Each unit with its counts and ranks, by the rank it would have had."""
        was, would = ranks(self.before), ranks(self.after)
        rows = [
            {
                "unit": unit,
                "before": {**self.before[unit], "kept": _kept(self.before[unit]), "rank": was[unit]},
                "after": {**self.after[unit], "kept": _kept(self.after[unit]), "rank": would[unit]},
            }
            for unit in self.before
        ]
        return sorted(rows, key=lambda row: (row["after"]["rank"] or len(rows) + 1, str(row["unit"])))

    def json(self) -> Json:
        """As one JSON object."""
        return {"clocks": self.clocks, "worse": self.worse, "units": self.units(), "items": self.items}


def ranks(counts: Mapping[str | None, Mapping[str, int]]) -> dict[str | None, int | None]:
    """Of units, by the share of deadlines kept, the highest first; equals share one, without a deadline it is None."""
    shares = {unit: _kept(held) for unit, held in counts.items()}
    given = [share for share in shares.values() if share is not None]
    return {
        unit: None if share is None else 1 + sum(other > share for other in given) for unit, share in shares.items()
    }


def _kept(counts: Mapping[str, int]) -> float | None:
    due = sum(counts.get(status, 0) for status in ("met", "late", "missed"))
    return counts.get("met", 0) / due if due else None


class Asking(AsOperator):
    """What supervision tells of other rules."""

    service = "supervision"
    subject = "whatif"

    def recount(self, question: Mapping[str, Any]) -> Json:
        """One page. BadParameter names what is wrong with the question."""
        answer = self._send("GET", "/v1/what-if", question)
        check(answer, self.service)
        told: Json = answer.json()
        return told


def _pages(place: Place, asked: Mapping[str, Any]) -> Iterator[Json]:
    with Asking(place) as asking:
        yield from pages(lambda more: asking.recount({**asked, "limit": PAGE, **more}))


def _limits(given: list[str]) -> str:
    pairs = [one.partition("=") for one in given]
    if wrong := ["".join(pair) for pair in pairs if not (pair[0] and pair[2])]:
        raise typer.BadParameter(f"{wrong[0]!r} is no limit; write CLOCK=LIMIT.", param_hint="--limit")
    return ",".join(f"{clock}:{limit}" for clock, _, limit in pairs)


def _print(total: Sum) -> None:
    console = Console(soft_wrap=False, width=160)
    table = _table("unit", "met", "late", "missed", "rank", "would: met", "late", "missed", "rank")
    for row in total.units():
        numbers = [str(row[part].get(name) or 0) for part in ("before", "after") for name in ("met", "late", "missed")]
        rank = [str(row[part]["rank"] or "–") for part in ("before", "after")]
        table.add_row(str(row["unit"] or "–"), *numbers[:3], rank[0], *numbers[3:], rank[1])
    console.print(table)
    clocks = _table("case", "clock", "unit", "was due", "was", "would be due", "would be")
    for one in total.items[:SHOWN]:
        was, would = one["before"], one["after"]
        clocks.add_row(
            one["case"],
            one["clock"],
            one["unit"] or "–",
            was["due_at"],
            was["status"],
            would["due_at"],
            would["status"],
        )
    if total.items:
        console.print(clocks)
    typer.echo(
        f"{total.clocks:,} clocks; {len(total.items):,} would have ended otherwise, {total.worse:,} of them worse."
    )
    if len(total.items) > SHOWN:
        typer.echo("All of them: --json")


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
