"""A clock as a strip of days: which of them counted and why not, where it was due, and where things stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any, Literal
from zoneinfo import ZoneInfo

from eventkit.envelope import parse_instant
from reporting.queries.working_days import EVERY_DAY, WorkingDays

Cause = Literal["receipt", "workday", "make-up", "weekend", "holiday", "day", "paused", "hours", "external"]
COUNTED = frozenset({"workday", "make-up", "day"})
MOST = 120
"""Days that are drawn; of a longer clock the first and the last ones, with a gap between."""
BEHIND = timedelta(days=14)
"""How far the strip follows a clock that goes on after its deadline; one that goes on longer ends with it."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the strip. `counted`: its number among those that count until it was due; `marks`: what it bears."""

    day: date
    cause: Cause
    counted: int | None
    over: bool
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """Days of one cause in a row, until the deadline: the trace of how it came about."""

    first: date
    last: date
    cause: Cause
    days: int
    counts: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """All of a clock's days. `left_out`: days that are not drawn, after the first half."""

    days: Sequence[Day]
    trace: Sequence[Interval]
    left_out: int


def strip(started: Mapping[str, Any], marks: Mapping[str, datetime], calendar: WorkingDays, zone: ZoneInfo) -> Strip:
    """Of a clock_started's data. `marks`: instants by what happened then: due, stopped, missed, now."""
    first = parse_instant(started["started_at"]).astimezone(zone).date()
    due = _day(parse_instant(started["due_at"]), zone)
    at = {name: _day(moment, zone) for name, moment in marks.items()} | {"due": due, "started": first}
    followed = at.get("now", due)
    last = max(day for name, day in at.items() if name != "now" or followed <= due + BEHIND)
    pauses = [(parse_instant(one["from_at"]), parse_instant(one["to_at"])) for one in started.get("pauses") or ()]
    days: list[Day] = []
    count = 0
    for day in _days(first, last):
        end = datetime.combine(day + timedelta(days=1), time(), zone)
        paused = any(since < end <= until for since, until in pauses)
        cause: Cause = "paused" if paused else _cause(day, first, started["limit"], calendar)
        counts = cause in COUNTED and day <= due
        count += counts
        days.append(Day(day, cause, count if counts else None, day > due, _marks(at, day)))
    drawn, left_out = _drawn(days)
    return Strip(drawn, _trace(day for day in days if not day.over), left_out)


def _day(moment: datetime, zone: ZoneInfo) -> date:
    """The day of an instant; midnight ends the day before."""
    return (moment - timedelta(microseconds=1)).astimezone(zone).date()


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _cause(day: date, first: date, limit: str, calendar: WorkingDays) -> Cause:
    if limit == "external":
        return "external"
    if limit.endswith("h"):
        return "hours"
    if day == first and limit != "same_day":
        return "receipt"
    return calendar.kind(day) if limit.endswith("wd") and calendar.id != EVERY_DAY else "day"


def _marks(at: Mapping[str, date], day: date) -> tuple[str, ...]:
    return tuple(name for name in ("started", "stopped", "missed", "due", "now") if at.get(name) == day)


def _trace(days: Iterable[Day]) -> list[Interval]:
    held = [list(run) for _, run in groupby(days, key=lambda day: day.cause)]
    return [Interval(run[0].day, run[-1].day, run[0].cause, len(run), run[0].cause in COUNTED) for run in held]


def _drawn(days: Sequence[Day]) -> tuple[Sequence[Day], int]:
    if len(days) <= MOST:
        return days, 0
    return [*days[: MOST // 2], *days[-MOST // 2 :]], len(days) - MOST
