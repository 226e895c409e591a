"""Clocks with their state at a moment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Subquery, Text, and_, case, cast, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, JSONPATH

from reporting.queries.cases import cases
from reporting.queries.moments import Moment
from reporting.queries.scope import Scope
from reporting.read_model.tables import clocks, ledger, programmes


def clocks_at(moment: Moment) -> Subquery:
    """One row per clock started by then, with its case's columns.

    `status` is what holds at the moment, by when things occurred: a clock that is stopped later was missed from its due
    time on, or running before. A clock that is cancelled has missed nothing and is cancelled at every moment.
    `for_contact`: whether a contact stops the clock, by the programme's document; a milestone's is named `<id>:<n>`.
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
        for_contact(of.c.programme, func.split_part(clocks.c.clock, ":", 1)).label("for_contact"),
        *of.c,
    ).select_from(clocks.join(of, of.c.case_id == clocks.c.case_id))
    if moment.before is not None:
        rows = rows.where(clocks.c.started_at < moment.before)
    return rows.subquery("clocks_at")


def undecided(connection: Connection, scope: Scope, programme: str, before: datetime) -> int:
    """How many clocks of the programme were due before an instant and are neither stopped nor judged, as far as known.

    Supervision judges no clock before it has known it for the programme's grace, and none of a case of which an event
    stands aside there. It has judged what is missed, unobserved or cancelled; provisional clocks it judges as others.
    """
    open_ = (clocks.c.status == "running", clocks.c.due_at < before)
    of = select(func.count()).select_from(clocks.join(ledger, ledger.c.case_id == clocks.c.case_id))
    counted = connection.scalar(of.where(ledger.c.programme == programme, scope.cases(ledger), *open_))
    return counted or 0


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


def for_contact(programme: ColumnElement[str], clock: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a contact stops the programme's clock of this id. Which do is found once for all rows."""
    path = cast('$.clocks[*] ? (@.stops[*] == "contacted").id', JSONPATH)
    id = func.jsonb_path_query(programmes.c.document, path).op("#>>")(cast([], ARRAY(Text)))
    return func.coalesce(tuple_(programme, clock).in_(select(programmes.c.programme_id, id)), False)
