"""The events for which a number counts its rows: of cases and clocks from their timelines, of the rest from records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from reporting.projections.case_event import CaseEvent, in_timeline_order, short_type
from reporting.projections.clocks import standing
from reporting.projections.workflow import walk
from reporting.queries.filters import Filters
from reporting.queries.moments import Moment, tells_of
from reporting.read_model.tables import records
from reporting.read_model.writer import timelines

Events = list[dict[str, Any]]
"""`event_id`, short `type` and `occurred_at` of each."""

_OF_CLOCKS = ("clock_started", "clock_stopped", "deadline_missed", "clock_unobserved", "clock_cancelled")
_STREAMS = {
    "visits": ("visit", "visit_id"),
    "services": ("service", "record_id"),
    "pairs": ("team", "team_id"),
    "teams": ("team", "team_id"),
    "enterprises": ("enterprise", "enterprise_id"),
}
_DESCRIBING = ("enterprise_registered", "team_formed", "visit_recorded", "service_recorded")
_GROUNDS: Mapping[str, tuple[str, ...]] = {
    "department": ("lead",),
    "kind": ("kind",),
    "batch": ("batch",),
    "jurisdiction": ("jurisdiction",),
    "title": ("title",),
    "state": ("state",),
    "outcome": ("outcome",),
    "satisfaction": ("satisfaction",),
    "closed": ("closed_at",),
    "open": ("closed_at", "merged_into", "withdrawn"),
}
"""The traits that a filter goes by."""
_LEAVING = frozenset({"merged_into", "withdrawn", "outcome", "jurisdiction", "passed_to"})
"""The traits of its case for which a clock may be left out."""


def because(
    connection: Connection, kind: str, rows: Sequence[Row[Any]], grounds: Iterable[str], moment: Moment
) -> list[Events]:
    """For each row, in their order, the events that make it count as it does. `kind`: of the rows."""
    if kind in _STREAMS:
        return _of_records(connection, [_stream(kind, row) for row in rows])
    if kind == "batches":
        return _of_batches(connection, rows, moment)
    held = {case: in_timeline_order(told) for case, told in timelines(connection, {r.case_id for r in rows}).items()}
    chosen = list(grounds)
    return [[_event(one) for one in _of_row(kind, held[row.case_id], row, chosen, moment)] for row in rows]


def grounds_of(measure_grounds: Sequence[str], filters: Filters) -> list[str]:
    """The traits whose events decide: those of the measure, and those that the filters go by."""
    return list(dict.fromkeys([*measure_grounds, *(trait for name in filters for trait in _GROUNDS.get(name, ()))]))


def _of_row(
    kind: str, events: Sequence[CaseEvent], row: Row[Any], grounds: Sequence[str], moment: Moment
) -> Iterable[CaseEvent]:
    if kind == "clocks":
        leaving = _LEAVING.intersection(grounds)
        return (*_of_clock(events, row, moment), *(_of_case(events, leaving, moment) if leaving else ()))
    if kind == "cases":
        return _of_case(events, grounds, moment)
    return (event for event in events if event.id == row.event_id)


def _of_case(events: Iterable[CaseEvent], grounds: Iterable[str], moment: Moment) -> Iterator[CaseEvent]:
    """The report, and what decided the traits that the number goes by."""
    known = [event for event in events if tells_of(event.name, event.occurred_at, moment)]
    course = walk(known)
    wanted = {course.grounds[name] for name in grounds if name in course.grounds}
    return (event for event in known if event is course.issue or event.id in wanted)


def _of_clock(events: Iterable[CaseEvent], row: Row[Any], moment: Moment) -> Iterator[CaseEvent]:
    """How the clock ran, without what was withdrawn. A clock that is cancelled is so at every moment."""
    clock = (row.clock, row.generation)
    told = [event for event in standing(events) if event.name in _OF_CLOCKS]
    ours = [event for event in told if (event.data["clock"], event.data["generation"]) == clock]
    missed = any(event.name == "deadline_missed" for event in ours)
    for event in ours:
        if tells_of(event.name, event.occurred_at, moment) or (event.name == "clock_cancelled" and not missed):
            yield event


def _event(event: CaseEvent) -> dict[str, Any]:
    return {"event_id": event.id, "type": event.name, "occurred_at": event.occurred_at}


def _stream(kind: str, row: Row[Any]) -> str:
    name, key = _STREAMS[kind]
    return f"{name}-{getattr(row, key)}"


def _of_records(connection: Connection, streams: Sequence[str]) -> list[Events]:
    """The last event that describes each: what it says stands in the row."""
    of = records.c
    wanted = select(of.stream, of.type, of.event_id, of.occurred_at).where(of.stream.in_(streams))
    last: dict[str, Events] = defaultdict(list)
    for row in connection.execute(wanted.order_by(of.stream, of.version)):
        if short_type(row.type) in _DESCRIBING:
            last[row.stream] = [
                {"event_id": row.event_id, "type": short_type(row.type), "occurred_at": row.occurred_at}
            ]
    return [last[stream] for stream in streams]


def _of_batches(connection: Connection, rows: Sequence[Row[Any]], moment: Moment) -> list[Events]:
    """A batch is named by an issue, whose traits tell when, or by something that is described once."""
    told = dict(
        zip([row.id for row in rows], _of_records(connection, [f"{r.source}-{r.id}" for r in rows]), strict=True)
    )
    cases = [row.id for row in rows if row.source == "issue"]
    for case, events in timelines(connection, cases).items():
        told[case] = [_event(one) for one in _of_case(in_timeline_order(events), ("batch",), moment)]
    return [told[row.id] for row in rows]
