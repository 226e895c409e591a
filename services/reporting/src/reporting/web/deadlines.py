"""Deadlines: what is due soon, what was missed, what climbed; and the list of them, filtered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select

from eventkit.paging import Window
from reporting.queries.appraisal import supervision_list
from reporting.queries.climbing import CLIMBS, climbing
from reporting.queries.clocks import clocks_at
from reporting.queries.figures import figure
from reporting.queries.filters import conditions
from reporting.queries.periods import Period
from reporting.queries.pressing import OF_DEADLINES, PRESSING
from reporting.queries.working_days import working_days
from reporting.web.opening import View

SOON = 3
"""Working days within which a deadline is said to be near."""
SHOWN = 5
"""Deadlines that the overview names; the list has them all."""


def listed(view: View, filters: Mapping[str, str], window: Window | None = None) -> tuple[list[Row[Any]], int]:
    """A page of deadlines, the earliest first, and how many there are."""
    wanted, key = query(view, filters)
    page = (window or Window(SHOWN, None)).select(wanted, *key)
    counted = figure(view.connection, PRESSING["deadlines"], view.asked.scope, filters, view.asked.moment)
    return list(view.connection.execute(page)), counted["value"]


def query(view: View, filters: Mapping[str, str]) -> tuple[Select[Any], Sequence[ColumnElement[Any]]]:
    """Deadlines, and the key by which they are in order."""
    rows = clocks_at(view.asked.moment, filters.get("status"))
    where = (view.asked.scope.cases(rows), *conditions(rows, filters, OF_DEADLINES))
    return select(rows).where(*where), (rows.c.due_at, rows.c.case_id, rows.c.clock, rows.c.generation)


@dataclass(frozen=True, slots=True)
class Breaking:
    """What needs somebody today: deadlines with the first of them and their number.

    `by`: the last day of what is due soon; `known`: whether its year's calendar is published; `titles`: of the issues
    whose deadlines are named, by id.
    """

    by: date
    known: bool
    due: tuple[list[Row[Any]], int]
    missed: tuple[list[Row[Any]], int]
    climbed: tuple[list[dict[str, Any]], int]
    period: Period
    titles: Mapping[str, str]


def breaking(view: View, month: str) -> Breaking:
    """Of the view's programme, at its moment and by its filters."""
    held = working_days(view.connection, str(view.of.document.get("calendar", "none")))
    today = (view.now - timedelta(microseconds=1)).astimezone(view.zone).date()
    by = held.after(today, SOON)
    of = view.asked.filters
    due = listed(view, {**of, "status": "running", "due": str(by)})
    missed = listed(view, {**of, "status": "missed", "open": "true"})
    titles = view.titles({row.case_id for row in (*due[0], *missed[0])})
    return Breaking(by, held.knows(by), due, missed, climbed(view, month, SHOWN), view.of.period(month), titles)


def climbed(view: View, month: str, first: int | None = None) -> tuple[list[dict[str, Any]], int]:
    """The `first` cases that climbed in the month, by default all, each with the events of that; and how many did.

    Until the view's moment and by its filter `synthetic`.
    """
    held, asked = view.of.period(month, field="month"), view.asked
    about = (view.connection, asked.scope, view.of.id, held, asked.moment)
    cases = climbing(*about, asked.filters.get("synthetic"))
    items = supervision_list(*about, cases[:first])
    return [{**one, "events": [e for e in one["events"] if e["type"] in CLIMBS]} for one in items], len(cases)
