"""The overview of a programme: how it stands, how it went, what breaks today, who keeps up, and where issues gather."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from reporting.bulletins.departments import league
from reporting.bulletins.tallies import Reported
from reporting.queries.hotspots import hotspots
from reporting.queries.measures import MEASURES
from reporting.queries.periods import Period
from reporting.web.figures import counted
from reporting.web.opening import View

MONTHS = 12
PLACES = ("department", "township")
EVERY = object()
"""In place of a kind or a place: all of them."""
ROWS, COLUMNS, MOST = 60, 12, 200
"""Kinds and places that the grid shows, and places where all are asked for; the others are summed up."""


def last_month(view: View, found: Iterable[str]) -> str:
    """The month that the overview ends with: that of its moment, but of a finished programme its last one."""
    last = month_before(view.now, view.zone)
    if view.asked.moment.before is None and _finished(view) and (months := sorted(found)):
        return min(months[-1], last)
    return last


def _finished(view: View) -> bool:
    return view.programme is not None and view.programme.document.get("observed_until") is not None


def month_before(moment: datetime, zone: ZoneInfo) -> str:
    """The month of the last instant before a moment: of one that ends a month, that month."""
    return f"{(moment - timedelta(microseconds=1)).astimezone(zone):%Y-%m}"


def months_until(last: str) -> list[str]:
    """Twelve months that end with this one."""
    year, month = map(int, last.split("-"))
    numbers = (year * 12 + month - 1 - back for back in reversed(range(MONTHS)))
    return [f"{number // 12}-{number % 12 + 1:02}" for number in numbers]


@dataclass(frozen=True, slots=True)
class Month:
    """What happened in a month."""

    name: str
    reported: int
    closed: int


def trend(view: View) -> list[Month]:
    """Issues reported and closed out, month by month, from when there were any."""
    reported, closed = (
        {one["month"]: one["value"] for one in counted(view, MEASURES[name], "month")["groups"]}
        for name in ("issues", "issues_closed")
    )
    found = {*reported, *closed}
    months = months_until(last_month(view, found))
    since = min({*found, months[-1]})
    return [Month(name, reported.get(name, 0), closed.get(name, 0)) for name in months if name >= since]


def standing(view: View, month: str) -> tuple[Period, list[dict[str, Any]]]:
    """The league table of the month, counted as the evidence of its numbers is: at the view's moment, by its filters.

    A department has its own row alone, without a rank. Of the others it sees only the issues that it shares with them,
    and who is ranked by these stands in no order that anybody else would know.
    """
    held, asked = view.of.period(month), view.asked
    filters = {name: value for name, value in asked.filters.items() if name == "synthetic"}
    rows = league(replace(Reported.within(view.of, held), moment=asked.moment, filters=filters), events=False)
    own = asked.scope.department
    return held, rows if own is None else [{**row, "rank": None} for row in rows if row["unit"] == own]


@dataclass(frozen=True, slots=True)
class Grid:
    """Issues by kind and place. `cells`: of those shown, `most` the largest; `rows`, `columns`: the sums of all."""

    kinds: Sequence[str | None]
    places: Sequence[str | None]
    cells: dict[tuple[str | None, str | None], int]
    rows: dict[str | None, int]
    columns: dict[str | None, int]
    most: int

    @property
    def kinds_left_out(self) -> int:
        """Kinds that are in the sums only."""
        return len(self.rows) - len(self.kinds)

    @property
    def left_out(self) -> int:
        """Places that are in the sums only."""
        return len(self.columns) - len(self.places)

    def depth(self, kind: str | None, place: str | None) -> int:
        """How deep a cell is shaded, 0 to 5."""
        count = self.cells.get((kind, place), 0)
        return 0 if not count else max(1, round(5 * count / self.most))


def grid(view: View, place: str, every: bool) -> Grid:
    """Where issues gather, the fullest kinds and places first; `every`: all places are asked for."""
    filters, scope, moment = view.asked.filters, view.asked.scope, view.asked.moment
    found = hotspots(view.connection, scope, filters, moment, ("kind", place), None)
    return laid_out([(one["kind"], one[place], one["issues"]) for one in found], MOST if every else COLUMNS)


def laid_out(found: Sequence[tuple[str | None, str | None, int]], most: int = COLUMNS) -> Grid:
    """The grid of (kind, place, issues), with at most so many places."""
    rows, columns = _sums((kind, n) for kind, _, n in found), _sums((place, n) for _, place, n in found)
    kinds, places = list(rows)[:ROWS], list(columns)[:most]
    shown = {(kind, place) for kind in kinds for place in places}
    cells = {(kind, place): n for kind, place, n in found if (kind, place) in shown}
    return Grid(kinds, places, cells, rows, columns, max(cells.values(), default=0))


def _sums(counts: Iterable[tuple[str | None, int]]) -> dict[str | None, int]:
    found: dict[str | None, int] = {}
    for key, n in counts:
        found[key] = found.get(key, 0) + n
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0] is None, pair[0] or "")))
