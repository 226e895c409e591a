"""Deadlines counted anew from what a clock's start says of it, by another limit or calendar. Nothing is decided here.

Services share no code: this is reporting's own reading of what limits mean, and a test holds it against supervision's.

| limit | due |
|---|---|
| `3wd`, `10d` | 24:00 local time of the Nth working day, or day, after the first; not those at whose end it is paused |
| `4h` | that many hours later, without the paused time |
| `same_day` | 24:00 local time of the day itself, or of the first after it that is not paused at its end |
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reporting.queries.working_days import EVERY_DAY, WorkingDays

MOST_DAYS = 400
"""The longest limit that may be asked about: more than any programme gives, and few enough to be counted."""
_SPAN = re.compile(r"([1-9][0-9]{0,3})(wd|d|h)")
_ONE = timedelta(days=1)
_NATURAL = WorkingDays(EVERY_DAY, {})

Pause = tuple[datetime, datetime]


def is_limit(text: str) -> bool:
    """Whether a limit can be counted: 3wd, 10d, 4h or same_day, and not beyond MOST_DAYS."""
    match = _SPAN.fullmatch(text)
    return text == "same_day" or (match is not None and int(match[1]) <= MOST_DAYS * (24 if match[2] == "h" else 1))


@dataclass(frozen=True, slots=True)
class Counting:
    """How deadlines are counted: by which calendar and in which zone."""

    calendar: WorkingDays
    zone: ZoneInfo
    _known: dict[tuple[date, str], date] = field(default_factory=dict)

    def due(self, since: datetime, limit: str, pauses: Sequence[Pause] = ()) -> datetime:
        """When a limit is due that runs from an instant, in UTC. Its day is day 0, also on a day off."""
        return self._forward(since, since.astimezone(self.zone).date(), limit, pauses)

    def later(self, due: datetime, limit: str, pauses: Sequence[Pause] = ()) -> datetime:
        """A further limit that runs from a due time; 24:00 belongs to the day that it ends."""
        day = due.astimezone(self.zone).date()
        return self._forward(due, day - _ONE if due == self._end(day - _ONE) else day, limit, pauses)

    def _forward(self, since: datetime, day: date, limit: str, pauses: Sequence[Pause]) -> datetime:
        match = _SPAN.fullmatch(limit)
        if match is not None and match[2] == "h":
            return _hours(since, timedelta(hours=int(match[1])), pauses)
        if pauses:
            return self._end(self._walked(day, limit, pauses))
        if (day, limit) not in self._known:  # most clocks begin on few days, under few limits
            self._known[day, limit] = self._walked(day, limit, ())
        return self._end(self._known[day, limit])

    def _walked(self, day: date, limit: str, pauses: Sequence[Pause]) -> date:
        match = _SPAN.fullmatch(limit)
        left = 1 if match is None else int(match[1])
        calendar = self.calendar if match is not None and match[2] == "wd" else _NATURAL
        if match is None:
            day -= _ONE
        while left:
            day += _ONE
            left -= calendar.counts(day) and not self._paused(day, pauses)
        return day

    def _paused(self, day: date, pauses: Sequence[Pause]) -> bool:
        """Whether the case is paused at the end of the day."""
        return bool(pauses) and any(begun < self._end(day) <= ended for begun, ended in pauses)

    def _end(self, day: date) -> datetime:
        """24:00 local time of the day."""
        return datetime.combine(day + _ONE, time(), self.zone).astimezone(UTC)


def _hours(since: datetime, left: timedelta, pauses: Sequence[Pause]) -> datetime:
    """So much unpaused time after an instant."""
    for begun, ended in sorted(pauses):
        if ended > since:
            if since + left <= begun:
                break
            left -= max(begun - since, timedelta(0))
            since = ended
    return since + left
