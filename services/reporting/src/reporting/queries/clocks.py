"""Clocks with their state at a moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Subquery,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONPATH

from reporting.queries.cases import cases
from reporting.queries.filters import UNANSWERED
from reporting.queries.moments import Moment
from reporting.queries.scope import Scope
from reporting.read_model.tables import WAITING, clocks, ledger, programmes, unanswered


def clocks_at(moment: Moment, status: str | None = None) -> Subquery:
    """One row per clock started by then, with its case's columns.

    `status` is what holds at the moment, by when things occurred: a clock that is stopped later was missed from its due
    time on, or running before; one that is due with the end of a day has been missed at the end of that day. A clock
    that is cancelled has missed nothing and is cancelled at every moment. `last_at`: the last instant that is in time,
    on whose day and in whose month the clock counts.
    `for_contact`: whether a contact stops the clock, by the programme's document; a milestone's is named `<id>:<n>`.

    The parameter `status`: the caller takes no clocks but these. Of all clocks few wait at any moment, and where these
    are asked for no others are read.
    """
    of, waits = cases(moment), status in (*WAITING, UNANSWERED)
    rows = unanswered if waits and moment.before is None else clocks
    status_then, stopped_at = _at(rows, moment)
    wanted = select(
        rows.c.clock,
        rows.c.generation,
        rows.c.unit,
        rows.c.started_at,
        rows.c.due_at,
        (rows.c.due_at - timedelta(microseconds=1)).label("last_at"),
        stopped_at.label("stopped_at"),
        status_then.label("status"),
        rows.c.provisional,
        _cancelled_at(rows, moment).label("cancelled_at"),
        for_contact(of.c.programme, func.split_part(rows.c.clock, ":", 1)).label("for_contact"),
        *of.c,
    ).select_from(rows.join(of, of.c.case_id == rows.c.case_id))
    if moment.before is not None:
        wanted = wanted.where(rows.c.started_at < moment.before, *(_went_on(moment) if waits else ()))
    return wanted.subquery("clocks_at")


def undecided(connection: Connection, scope: Scope, programme: str, by: datetime) -> int:
    """How many clocks of the programme were due by an instant and are neither stopped nor judged, as far as known.

    Supervision judges no clock before it has known it for the programme's grace, and none of a case of which an event
    stands aside there. It has judged what is missed, unobserved or cancelled; provisional clocks it judges as others.
    """
    open_ = (clocks.c.status == "running", clocks.c.due_at <= by)
    of = select(func.count()).select_from(clocks.join(ledger, ledger.c.case_id == clocks.c.case_id))
    counted = connection.scalar(of.where(ledger.c.programme == programme, scope.cases(ledger), *open_))
    return counted or 0


def _went_on(moment: Moment) -> Iterator[ColumnElement[bool]]:
    """What holds for every clock that waited at a moment that is past, as the index `clocks_going` knows it."""
    of = clocks.c
    in_order = or_(of.stopped_at.is_(None), of.stopped_at >= of.started_at)  # else there is no such range
    until = case((in_order, of.stopped_at), else_=of.started_at)
    yield of.status != literal_column("'cancelled'")
    yield func.tstzrange(of.started_at, until, literal_column("'(]'")).op("@>", is_comparison=True)(
        literal(moment.before, of.started_at.type)
    )


def _at(rows: FromClause, moment: Moment) -> tuple[ColumnElement[str], ColumnElement[object]]:
    if moment.before is None:
        return rows.c.status, rows.c.stopped_at
    stopped, due = rows.c.stopped_at < moment.before, rows.c.due_at <= moment.before
    status = case(
        (rows.c.status == "cancelled", "cancelled"),
        (stopped, rows.c.status),
        (and_(due, rows.c.status == "unobserved"), "unobserved"),
        (and_(due, rows.c.status.in_(("late", "missed"))), "missed"),
        else_="running",
    )
    return status, case((stopped, rows.c.stopped_at))


def _cancelled_at(rows: FromClause, moment: Moment) -> ColumnElement[object]:
    if moment.before is None:
        return rows.c.cancelled_at
    return case((or_(rows.c.status == "cancelled", rows.c.cancelled_at < moment.before), rows.c.cancelled_at))


def for_contact(programme: ColumnElement[str], clock: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a contact stops the programme's clock of this id. Which do is found once for all rows."""
    path = cast('$.clocks[*] ? (@.stops[*] == "contacted").id', JSONPATH)
    id = func.jsonb_path_query(programmes.c.document, path).op("#>>")(cast([], ARRAY(Text)))
    return func.coalesce(tuple_(programme, clock).in_(select(programmes.c.programme_id, id)), False)
