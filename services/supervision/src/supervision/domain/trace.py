"""How a deadline came about, told as intervals that were counted or not, each with its cause."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Literal

from supervision.domain.calendar import EVERY_DAY
from supervision.domain.clock import Clock
from supervision.domain.errors import UnknownClock
from supervision.domain.limits import Counting, Limit, parse_limit
from supervision.domain.watch import Watch

Cause = Literal["receipt", "workday", "make-up", "weekend", "holiday", "day", "hours", "paused", "external"]


@dataclass(frozen=True, slots=True)
class Interval:
    """From an instant to a later one. `extension`: which one it belongs to, from 1; None: the limit itself."""

    from_at: datetime
    to_at: datetime
    counted: bool
    cause: Cause
    extension: int | None = None


def traced(watch: Watch, name: str, generation: int | None) -> Clock:
    """The clock of a generation, or its newest; UnknownClock when the case has none."""
    held = (clock for clock in watch.clocks if (clock.name, clock.generation) == (name, generation))
    clock = watch.newest(name) if generation is None else next(held, None)
    if clock is not None:
        return clock
    raise UnknownClock.of({clock.name for clock in watch.clocks})


def trace(clock: Clock, counting: Counting) -> list[Interval]:
    """The intervals from the clock's start to its due time, in order and without gap."""
    intervals: list[Interval] = []
    at = clock.started_at
    spans = [parse_limit(clock.limit), *map(parse_limit, clock.extensions)]
    for number, limit in enumerate(spans):
        last = number == len(spans) - 1
        upto = clock.due_at if last else _end(counting, at, limit, number)
        intervals += _intervals(counting, at, upto, limit, number or None)
        at = upto
    return [interval for interval in intervals if interval.from_at < interval.to_at]


def _end(counting: Counting, at: datetime, limit: Limit, number: int) -> datetime:
    if limit.unit == "external":
        return at
    return counting.later(at, limit).at if number else counting.due(at, limit).at


def _intervals(
    counting: Counting, since: datetime, upto: datetime, limit: Limit, extension: int | None
) -> Iterator[Interval]:
    if limit.unit == "external":
        yield Interval(since, upto, False, "external", extension)
    elif limit.unit == "h":
        yield from _hours(counting, since, upto, extension)
    else:
        yield from _days(counting, since, upto, limit, extension)


def _hours(counting: Counting, since: datetime, upto: datetime, extension: int | None) -> Iterator[Interval]:
    for pause in sorted(counting.pauses, key=lambda pause: pause.from_at):
        if pause.to_at <= since or pause.from_at >= upto:
            continue
        yield Interval(since, max(since, pause.from_at), True, "hours", extension)
        yield Interval(max(since, pause.from_at), pause.to_at, False, "paused", extension)
        since = pause.to_at
    yield Interval(since, upto, True, "hours", extension)


def _days(
    counting: Counting, since: datetime, upto: datetime, limit: Limit, extension: int | None
) -> Iterator[Interval]:
    """Days of one cause in a row are one interval; the day of receipt is day 0 and is not counted."""
    first = since.astimezone(counting.zone).date()
    days = []
    day = first
    while counting.end(day) <= upto:
        receipt = day == first and extension is None and limit.unit != "same_day"
        days.append((day, "receipt" if receipt else _cause(counting, day, limit)))
        day += timedelta(days=1)
    for cause, run in groupby(days, key=lambda pair: pair[1]):
        held = [day for day, _ in run]
        begin = max(since, _start(counting, held[0]))
        yield Interval(begin, counting.end(held[-1]), cause in ("workday", "make-up", "day"), cause, extension)


def _cause(counting: Counting, day: date, limit: Limit) -> Cause:
    if counting.paused(day):
        return "paused"
    if limit.unit != "wd" or counting.calendar.id == EVERY_DAY:
        return "day"
    return counting.calendar.kind(day)


def _start(counting: Counting, day: date) -> datetime:
    return counting.end(day - timedelta(days=1)).astimezone(UTC)
