"""The clocks of a case and what their running out left, from docs/projections.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bugle.verify.event import Event, moment
from bugle.verify.tables import Row


def _standing(timeline: Sequence[Event]) -> list[Event]:
    """The events that no rescission has withdrawn."""
    withdrawn = {
        entry["event"]
        for event in timeline
        if event.short_type == "misses_rescinded"
        for entry in event.body["withdrawn"]
    }
    return [event for event in timeline if str(event.id) not in withdrawn]


def counts(timeline: Sequence[Event]) -> dict[str, int]:
    """The ledger's `misses`, `cards` and `level`."""
    standing = _standing(timeline)
    names = [event.short_type for event in standing]
    levels = [event.body["level"] for event in standing if event.short_type in ("case_escalated", "case_raised")]
    return {
        "misses": names.count("deadline_missed"),
        "cards": names.count("card_issued"),
        "level": max(levels, default=0),
    }


def clock_rows(case: str, timeline: Sequence[Event]) -> Iterator[Row]:
    """One row per clock and generation that was started."""
    touching: dict[tuple[str, int], list[Event]] = {}
    for event in _standing(timeline):
        if event.service == "supervision" and "clock" in event.body and "generation" in event.body:
            touching.setdefault((event.body["clock"], event.body["generation"]), []).append(event)
    for (clock, generation), events in touching.items():
        started = next((event.body for event in events if event.short_type == "clock_started"), None)
        if started is not None:
            yield (case, clock, generation, *_row(started, events))


def _row(started: dict[str, Any], events: list[Event]) -> Row:
    stops = [event.body for event in events if event.short_type == "clock_stopped"]
    stop = min(stops, key=lambda body: moment(body["stopped_at"]), default=None)
    return (
        started["unit"],
        moment(started["started_at"]),
        moment(started["due_at"]),
        None if stop is None else moment(stop["stopped_at"]),
        _status({event.short_type for event in events}, stop),
        started["provisional"],
        min((event.occurred_at for event in events if event.short_type == "clock_cancelled"), default=None),
    )


def _status(names: set[str], stop: dict[str, Any] | None) -> str:
    if "clock_cancelled" in names and "deadline_missed" not in names:
        return "cancelled"
    if stop is not None:
        return "met" if stop["in_time"] else "late"
    if "deadline_missed" in names:
        return "missed"
    return "unobserved" if "clock_unobserved" in names else "running"
