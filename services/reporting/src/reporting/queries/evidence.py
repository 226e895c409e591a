"""What a rate counted, row by row, and the events for which each row counts as it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, FromClause, Row, and_, case, literal, null, or_, select, true

from eventkit.paging import Window
from reporting.projections.case_event import CaseEvent, in_timeline_order
from reporting.projections.clocks import standing
from reporting.projections.workflow import walk
from reporting.queries.filters import Filters, conditions
from reporting.queries.measure import Measure
from reporting.queries.moments import Moment
from reporting.queries.scope import Scope
from reporting.read_model.writer import timelines

Part = Literal["numerator", "denominator", "excluded"]

_OF_CLOCKS = ("clock_started", "clock_stopped", "deadline_missed", "clock_unobserved", "clock_cancelled")
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
        return or_(*(test(rows) for test in measure.excluded.values()))
    counts = true() if measure.denominator is None else measure.denominator(rows)
    if part == "denominator":
        return counts
    assert measure.numerator is not None
    return and_(measure.numerator(rows), counts)


def reason_of(measure: Measure, part: Part, rows: FromClause) -> ColumnElement[Any]:
    """Why a row is excluded; null in the other parts."""
    if part != "excluded":
        return null()
    return case(*((test(rows), literal(reason)) for reason, test in measure.excluded.items()))


def shown(
    connection: Connection, measure: Measure, rows: Sequence[Row[Any]], moment: Moment
) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The rows by case, clock and generation, each with its `events`: id, short type and when it occurred."""
    events = timelines(connection, {row.case_id for row in rows})
    told = {}
    for row in rows:
        held = in_timeline_order(events[row.case_id])
        because = _of_clock(held, row, moment) if measure.by_clock else _of_case(held, measure.grounds, moment)
        about = {name: getattr(row, name) for name in _SHOWN}
        about |= {"clock": row.clock, "generation": row.generation} if measure.by_clock else {}
        told[key_of(row)] = about | {"reason": row.reason, "events": [_event(event) for event in because]}
    return told


def key_of(row: Row[Any]) -> tuple[str, str, int]:
    """Case, clock and generation."""
    return row.case_id, row.clock, row.generation


def _of_case(events: Iterable[CaseEvent], grounds: Sequence[str], moment: Moment) -> Iterator[CaseEvent]:
    """The report, and what decided the traits that the rate goes by."""
    known = [event for event in events if moment.before is None or event.occurred_at < moment.before]
    course = walk(known)
    ids: Mapping[str, str] = course.grounds
    wanted = {ids[name] for name in grounds if name in ids}
    return (event for event in known if event is course.issue or event.id in wanted)


def _of_clock(events: Iterable[CaseEvent], row: Row[Any], moment: Moment) -> Iterator[CaseEvent]:
    """How the clock ran, without what was withdrawn. A cancelled clock is cancelled at every moment."""
    for event in standing(events):
        ours = (event.data.get("clock"), event.data.get("generation")) == (row.clock, row.generation)
        if ours and event.name in _OF_CLOCKS:
            known = moment.before is None or event.occurred_at < moment.before
            if known or event.name == "clock_cancelled":
                yield event


def _event(event: CaseEvent) -> dict[str, Any]:
    return {"event_id": event.id, "type": event.name, "occurred_at": event.occurred_at}
