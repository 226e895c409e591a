"""The clocks of a case and what their running out has left behind, after rescissions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from eventkit.envelope import parse_instant
from reporting.projections.case_event import CaseEvent

ClockRow = tuple[str, str, int, str | None, datetime, datetime, datetime | None, str, bool, datetime | None]


def standing(timeline: Iterable[CaseEvent]) -> list[CaseEvent]:
    """Supervision's events that no rescission has withdrawn."""
    mine = [event for event in timeline if event.service == "supervision"]
    withdrawn = {
        entry["event"] for event in mine if event.name == "misses_rescinded" for entry in event.data["withdrawn"]
    }
    return [event for event in mine if event.id not in withdrawn] if withdrawn else mine


def counts(events: Sequence[CaseEvent]) -> tuple[int, int, int]:
    """Cards, highest level and misses that stand; reopening a case or cancelling a clock takes none of them back."""
    names = [event.name for event in events]
    levels = [event.data["level"] for event in events if event.name in ("case_escalated", "case_raised")]
    return names.count("card_issued"), max(levels, default=0), names.count("deadline_missed")


def clock_rows(case: str, events: Sequence[CaseEvent]) -> list[ClockRow]:
    """One row per clock and generation that was started."""
    touching: dict[tuple[str, int], list[CaseEvent]] = {}
    for event in events:
        if "generation" in event.data:
            touching.setdefault((event.data["clock"], event.data["generation"]), []).append(event)
    rows = (_row(case, clock, generation, held) for (clock, generation), held in touching.items())
    return [row for row in rows if row is not None]


def _row(case: str, clock: str, generation: int, events: Sequence[CaseEvent]) -> ClockRow | None:
    data = {event.name: event.data for event in reversed(events)}
    started = data.get("clock_started")
    if started is None:
        return None
    stops = [(parse_instant(e.data["stopped_at"]), e.data["in_time"]) for e in events if e.name == "clock_stopped"]
    stopped_at, in_time = min(stops, default=(None, None))
    due = parse_instant(started["due_at"])
    status = _status(data, in_time)
    ends = (event.occurred_at for event in events if event.name == "clock_cancelled")
    return (
        case,
        clock,
        generation,
        started["unit"],
        parse_instant(started["started_at"]),
        due,
        stopped_at,
        status,
        started["provisional"],
        min(ends, default=None),
    )


def _status(names: dict[str, Any], in_time: bool | None) -> str:
    if "clock_cancelled" in names and "deadline_missed" not in names:
        return "cancelled"
    if in_time is not None:
        return "met" if in_time else "late"
    if "deadline_missed" in names:
        return "missed"
    return "unobserved" if "clock_unobserved" in names else "running"
