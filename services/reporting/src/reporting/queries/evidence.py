"""What a rate counted, row by row, and the events for which each row counts as it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, FromClause, Row, and_, case, false, literal, null, or_, select, true

from eventkit.paging import Window
from reporting.queries.because import because
from reporting.queries.filters import Filters, conditions
from reporting.queries.measure import Measure
from reporting.queries.moments import Moment
from reporting.queries.scope import Scope

Part = Literal["numerator", "denominator", "excluded"]

_SHOWN = ("case_id", "ledger_row", "enterprise", "lead", "kind", "synthetic")


def counted(
    connection: Connection,
    measure: Measure,
    scope: Scope,
    filters: Filters,
    moment: Moment,
    part: Part,
    window: Window,
) -> list[Row[Any]]:
    """A page of the rows in one part of a ratio, by case, clock and generation (of a case: "" and 0)."""
    rows = measure.relation(moment)
    clock = (rows.c.clock, rows.c.generation) if measure.by_clock else (literal(""), literal(0))
    key = (rows.c.case_id, *clock)
    columns = (*(rows.c[name] for name in _SHOWN), clock[0].label("clock"), clock[1].label("generation"))
    wanted = select(*columns, reason_of(measure, part, rows).label("reason")).where(
        measure.visible(scope, rows), *conditions(rows, filters, measure.filters), part_of(measure, part, rows)
    )
    if measure.where is not None:
        wanted = wanted.where(measure.where(rows))
    return list(connection.execute(window.select(wanted, *key)))


def part_of(measure: Measure, part: Part, rows: FromClause) -> ColumnElement[bool]:
    """Which rows are in this part of a ratio."""
    if part == "excluded":
        return or_(false(), *(test(rows) for test in measure.excluded.values()))
    counts = true() if measure.denominator is None else measure.denominator(rows)
    if part == "denominator":
        return counts
    assert measure.numerator is not None
    return and_(measure.numerator(rows), counts)


def reason_of(measure: Measure, part: Part, rows: FromClause) -> ColumnElement[Any]:
    """Why a row is excluded; null in the other parts."""
    if part != "excluded" or not measure.excluded:
        return null()
    return case(*((test(rows), literal(reason)) for reason, test in measure.excluded.items()))


def shown(
    connection: Connection, measure: Measure, rows: Sequence[Row[Any]], moment: Moment
) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The rows by case, clock and generation, each with its `events`: id, short type and when it occurred."""
    events = because(connection, "clocks" if measure.by_clock else "cases", rows, measure.grounds, moment)
    told = {}
    for row, why in zip(rows, events, strict=True):
        about = {name: getattr(row, name) for name in _SHOWN}
        about |= {"clock": row.clock, "generation": row.generation} if measure.by_clock else {}
        told[key_of(row)] = about | {"reason": row.reason, "events": why}
    return told


def key_of(row: Row[Any]) -> tuple[str, str, int]:
    """Case, clock and generation."""
    return row.case_id, row.clock, row.generation
