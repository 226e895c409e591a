"""Limits such as "3wd", and the deadlines that follow from them.

| limit | due |
|---|---|
| `3wd`, `10d` | 24:00 local time of the Nth working day, or day, after the day of receipt (day 0, also on a day off) |
| `4h` | that many hours later, as a watch counts them |
| `same_day` | 24:00 local time of the day itself |
| `external` | the issue's own due date: nothing is counted |

24:00 is the first instant of the next day. Where a zone skips it, it is the instant of the change.

While a case is paused nothing is counted: a day counts only if the case is not paused at its end, so the day on which
a pause begins does not count and the day on which it ends does; hours leave out exactly the paused time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, cast
from zoneinfo import ZoneInfo

from supervision.domain.calendar import EVERY_DAY, Calendar
from supervision.domain.events import Span

Unit = Literal["wd", "d", "h", "same_day", "external"]

_SPAN = re.compile(r"([1-9][0-9]{0,3})(wd|d|h)")
_ONE = timedelta(days=1)
_NATURAL = Calendar(EVERY_DAY)


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit as written in a programme; `count` is 0 for same_day and external."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.count}{self.unit}" if self.count else self.unit


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant in UTC; provisional when a year that is not published yet was counted."""

    at: datetime
    provisional: bool = False


def parse_limit(text: str) -> Limit:
    """The limit of its text; ValueError for anything else."""
    if text in ("same_day", "external"):
        return Limit(0, cast(Unit, text))
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no limit: write 3wd, 10d, 4h, same_day or external")
    return Limit(int(match[1]), cast(Unit, match[2]))


@dataclass(frozen=True, slots=True)
class Counting:
    """How a case is counted: by which calendar, in which zone, and without which pauses."""

    calendar: Calendar
    zone: ZoneInfo
    pauses: tuple[Span, ...] = ()

    def paused(self, day: date) -> bool:
        """Whether the case is paused at the end of the day."""
        end = self.end(day)
        return any(pause.from_at < end <= pause.to_at for pause in self.pauses)

    def due(self, received: datetime, limit: Limit) -> Moment:
        """When a limit that runs from `received` is due. ValueError for an external one."""
        return self._forward(received, received.astimezone(self.zone).date(), limit)

    def later(self, due: datetime, limit: Limit) -> Moment:
        """A further limit that runs from a due time; 24:00 belongs to the day that it ends."""
        return self._forward(due, self._day_ended(due), limit)

    def earlier(self, due: datetime, limit: Limit) -> Moment:
        """This long before a due time, at the same time of the day."""
        if limit.unit == "h":
            return Moment(due - timedelta(hours=limit.count))
        ended = self._day_ended(due)
        count = self._calendar(limit).before(ended, limit.count, self.paused)
        if due == self.end(ended):
            return Moment(self.end(count.day), not count.known)
        return Moment(self._at(count.day, due.astimezone(self.zone).time()), not count.known)

    def end(self, day: date) -> datetime:
        """24:00 local time of the day."""
        return self._at(day + _ONE, time())

    def _forward(self, since: datetime, day: date, limit: Limit) -> Moment:
        match limit.unit:
            case "h":
                return Moment(self._hours(since, timedelta(hours=limit.count)))
            case "same_day":
                count = _NATURAL.after(day - _ONE, 1, self.paused)
            case "wd" | "d":
                count = self._calendar(limit).after(day, limit.count, self.paused)
            case "external":
                raise ValueError("an external due date is given, not counted")
        return Moment(self.end(count.day), not count.known)

    def _hours(self, since: datetime, left: timedelta) -> datetime:
        """So much unpaused time after an instant."""
        for pause in sorted(self.pauses, key=lambda pause: pause.from_at):
            if pause.to_at <= since:
                continue
            if since + left <= pause.from_at:
                break
            left -= max(pause.from_at - since, timedelta(0))
            since = pause.to_at
        return since + left

    def _calendar(self, limit: Limit) -> Calendar:
        return self.calendar if limit.unit == "wd" else _NATURAL

    def _day_ended(self, due: datetime) -> date:
        day = due.astimezone(self.zone).date()
        return day - _ONE if due == self.end(day - _ONE) else day

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, tzinfo=self.zone).astimezone(UTC)
