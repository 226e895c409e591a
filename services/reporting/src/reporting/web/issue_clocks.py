"""The clocks of an issue, each with its strip of days and its events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from eventkit.envelope import parse_instant
from reporting.projections.case_event import short_type
from reporting.queries.clocks import clocks_at
from reporting.queries.issues import as_dict
from reporting.queries.working_days import WorkingDays, working_days
from reporting.web.opening import View
from reporting.web.strip import Strip, strip


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock of the issue with its strip. `row`: of the projection; `started`: what its first event says."""

    row: Mapping[str, Any]
    started: Mapping[str, Any]
    strip: Strip
    events: Sequence[tuple[str, datetime, str]]
    known: bool


def clocks_of(view: View, case: str, events: Sequence[Mapping[str, Any]]) -> Iterator[Clock]:
    """Those that had started by the view's moment, in the order of their start."""
    of = clocks_at(view.asked.moment)
    rows = view.connection.execute(
        select(of).where(of.c.case_id == case).order_by(of.c.started_at, of.c.clock, of.c.generation)
    )
    calendars: dict[str, WorkingDays] = {}
    for row in map(as_dict, rows):
        key = (row["clock"], row["generation"])
        own = [event for event in events if (event["data"].get("clock"), event["data"].get("generation")) == key]
        first = next((event["data"] for event in own if short_type(event["type"]) == "clock_started"), None)
        if first is None:
            continue  # it had not started by the view's moment
        name = first["calendar"]
        calendar = calendars.setdefault(name, working_days(view.connection, name))
        drawn = strip(first, _marks(view, row, own), calendar, view.zone)
        happened = [(short_type(event["type"]), event["occurred_at"], str(event["event_id"])) for event in own]
        yield Clock(row, first, drawn, happened, all(calendar.knows(day.day) for day in drawn.days))


def _marks(view: View, row: Mapping[str, Any], own: Iterable[Mapping[str, Any]]) -> dict[str, datetime]:
    """When it was stopped and missed, and, of one that runs, where things stand."""
    at = {short_type(event["type"]): event for event in own}
    marks: dict[str, datetime] = {}
    if "clock_stopped" in at:
        marks["stopped"] = parse_instant(at["clock_stopped"]["data"]["stopped_at"])
    elif row["status"] in ("running", "missed") and row["cancelled_at"] is None:
        marks["now"] = view.now
    if "deadline_missed" in at:
        marks["missed"] = at["deadline_missed"]["occurred_at"]
    return marks
