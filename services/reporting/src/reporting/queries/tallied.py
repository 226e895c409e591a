"""Figures from tallies in place of a row per issue or clock, where the tallies hold all that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Subquery, Table, and_, func, or_, select, true

from reporting.queries.clocks import for_contact
from reporting.queries.filters import OF_CASES, Condition, Filters, equals, status, truth
from reporting.queries.moments import Moment
from reporting.queries.periods import Period
from reporting.queries.scope import Scope
from reporting.read_model.tables import (
    clock_tallies,
    closing_tallies,
    due_tallies,
    event_tallies,
    issue_tallies,
)
from reporting.read_model.tallying import kept

_NOT_SHOWN = ("level", "since", "cell")


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """`filters`: which it can answer. `month`: an instant of the rows, and the column with its month in the programme's
    zone; None: it tells no month. `tested`: the columns that measures test; `more`: those that are made of these and of
    the programme. `only`: the values of the cells that it adds up, where these are not all."""

    table: Table
    filters: Mapping[str, Condition]
    month: tuple[str, str] | None
    tested: tuple[str, ...]
    more: Callable[[FromClause], Mapping[str, ColumnElement[Any]]] = lambda rows: {}
    only: Mapping[str, str] = field(default_factory=dict)

    def holds(self, scope: Scope, filters: Filters, moment: Moment, *by: str | None) -> bool:
        """Whether it tells what is asked for: as it stands or stood at a day, for a caller who sees whole programmes.

        `by`: the columns of a measure's rows that make the groups.
        """
        known = filters.keys() <= self.filters.keys()
        instant = () if self.month is None else self.month[:1]
        grouped = {*by} <= {None, *instant, *self.table.c.keys()}
        # a day of one programme need not be one of another, of which perhaps nobody knows the zone yet
        stood = moment.before is None or (moment.day and "programme" in filters)
        return known and grouped and stood and scope.department is None

    def dates(self, instant: str | None, filters: Filters, within: Period | None) -> bool:
        """Whether it tells what of one programme is dated within this period, by this instant."""
        if within is None:
            return True
        return self.month is not None and self.month[0] == instant and "programme" in filters and bool(within.months)

    def within(self, rows: FromClause, period: Period) -> ColumnElement[bool]:
        """Which of its rows are dated within a period of whole months."""
        assert self.month is not None
        return rows.c[self.month[1]].in_(period.months)

    def rows(self, moment: Moment) -> Subquery:
        """A row per combination of values, with its `count`; of what is past the changes that make these up."""
        of = self.table
        shown = [column for column in of.columns if column.name not in _NOT_SHOWN]
        only = (of.c[name] == value for name, value in self.only.items())
        return select(*shown).where(_levels(of, moment), *only).subquery("tallied")

    def few(
        self, rows: FromClause, where: Sequence[ColumnElement[bool]], keys: Sequence[ColumnElement[Any]]
    ) -> Subquery:
        """Of some of its rows as few as tell the keys and what is tested: each test costs for every row."""
        alike = [rows.c.programme, *(rows.c[name] for name in self.tested), *keys]
        count = func.sum(rows.c["count"]).label("count")
        few = select(*alike, count).where(*where).group_by(*alike).subquery("few")
        return select(few, *(value.label(name) for name, value in self.more(few).items())).subquery("kept")


def may_tell(connection: Connection, moment: Moment) -> bool:
    """Whether the tallies are whole for this moment. What stood at a day as it was known earlier they do not tell."""
    which = kept(connection)
    return which.whole if moment.before is None else which.stood


def _levels(of: Table, moment: Moment) -> ColumnElement[bool]:
    """The rows that add up to what stands, or stood: whole months, then the days of the last one."""
    if moment.before is None:
        return of.c.level == "now"
    month = moment.before.replace(day=1)
    months = and_(of.c.level == "stood_month", of.c.since < month)
    days = and_(of.c.level == "stood_day", of.c.since >= month, of.c.since < moment.before)
    return or_(months, days)


def _same(*names: str) -> dict[str, Condition]:
    return {name: OF_CASES[name] for name in names}


ISSUES = Tally(
    issue_tallies,
    _same("programme", "department", "kind", "outcome", "satisfaction", "synthetic", "open")
    | {"reported": equals("reported")},
    ("reported_at", "reported"),
    ("outcome", "satisfaction", "closed", "merged", "withdrawn", "passed_on", "synthetic"),
)
CLOCKS = Tally(
    clock_tallies,
    _same("programme", "department", "kind", "synthetic") | {"status": status, "unit": equals("unit")},
    ("last_at", "due"),
    ("clock", "status", "outcome", "merged", "withdrawn", "passed_on", "synthetic"),
    lambda rows: {"for_contact": for_contact(rows.c.programme, rows.c.clock)},
)
CLOSINGS = Tally(
    closing_tallies,
    _same("programme", "department", "kind", "synthetic") | {"closed": equals("month")},
    ("closed_at", "month"),
    ("synthetic",),
    lambda rows: {"closed": true()},
)
EVENTS = Tally(
    event_tallies,
    _same("programme", "synthetic"),
    ("occurred_at", "month"),
    ("synthetic",),
)
LETTERS = Tally(
    event_tallies,
    _same("programme", "synthetic"),
    ("assigned_at", "month"),
    ("synthetic",),
    only={"event": "letter"},
)
DUES = Tally(
    due_tallies,
    _same("programme", "synthetic")
    | {
        "status": status,
        "open": truth("open"),
        "due": lambda rows, value: rows.c.due <= value,
    },
    None,
    ("synthetic",),
)
