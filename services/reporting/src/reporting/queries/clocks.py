"""Clocks with their state at a moment."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Subquery, and_, case, cast, func, or_, select
from sqlalchemy.dialects.postgresql import JSONPATH

from reporting.queries.cases import cases
from reporting.queries.moments import Moment
from reporting.read_model.tables import clocks, programmes


def clocks_at(moment: Moment) -> Subquery:
    """One row per clock started by then, with its case's columns.

    `status` is what holds at the moment, by when things occurred: a clock that is stopped later was missed from its due
    time on, or running before. A clock that is cancelled has missed nothing and is cancelled at every moment.
    `for_contact`: whether a contact stops the clock, by the programme's document.
    """
    of = cases(moment)
    status, stopped_at = _at(moment)
    rows = select(
        clocks.c.clock,
        clocks.c.generation,
        clocks.c.unit,
        clocks.c.started_at,
        clocks.c.due_at,
        stopped_at.label("stopped_at"),
        status.label("status"),
        clocks.c.provisional,
        _cancelled_at(moment).label("cancelled_at"),
        _for_contact().label("for_contact"),
        *of.c,
    ).select_from(
        clocks.join(of, of.c.case_id == clocks.c.case_id).outerjoin(
            programmes, programmes.c.programme_id == of.c.programme
        )
    )
    if moment.before is not None:
        rows = rows.where(clocks.c.started_at < moment.before)
    return rows.subquery("clocks_at")


def _at(moment: Moment) -> tuple[ColumnElement[str], ColumnElement[object]]:
    if moment.before is None:
        return clocks.c.status, clocks.c.stopped_at
    stopped, due = clocks.c.stopped_at < moment.before, clocks.c.due_at < moment.before
    status = case(
        (clocks.c.status == "cancelled", "cancelled"),
        (stopped, clocks.c.status),
        (and_(due, clocks.c.status == "unobserved"), "unobserved"),
        (and_(due, clocks.c.status.in_(("late", "missed"))), "missed"),
        else_="running",
    )
    return status, case((stopped, clocks.c.stopped_at))


def _cancelled_at(moment: Moment) -> ColumnElement[object]:
    if moment.before is None:
        return clocks.c.cancelled_at
    return case((or_(clocks.c.status == "cancelled", clocks.c.cancelled_at < moment.before), clocks.c.cancelled_at))


def _for_contact() -> ColumnElement[bool]:
    """A milestone's clock is named `<id>:<n>`."""
    id = func.jsonb_build_object("id", func.split_part(clocks.c.clock, ":", 1))
    path = cast('$.clocks[*] ? (@.id == $id && @.stops[*] == "contacted")', JSONPATH)
    return func.coalesce(func.jsonb_path_exists(programmes.c.document, path, id), False)
