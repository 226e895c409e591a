"""When issues are reported: more in spring and autumn, few at weekends, within office hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

_MONTHS = (0.7, 0.5, 1.4, 1.3, 1.1, 1.0, 0.8, 0.9, 1.3, 1.1, 1.2, 0.9)
"""January to December: campaigns begin in March and September, nothing moves at the Spring Festival."""
_WEEKDAYS = (1.3, 1.1, 1.0, 1.0, 0.9, 0.15, 0.08)
"""Monday to Sunday."""
OPENS, CLOSES = time(8, 30), time(17, 30)
_MINUTES = 9 * 60


def per_day(issues: int, first: date, days: int) -> Iterator[tuple[date, int]]:
    """Each day and how many issues arrive; they sum up to `issues`."""
    calendar = [first + timedelta(days=n) for n in range(days)]
    weights = list(accumulate(_MONTHS[day.month - 1] * _WEEKDAYS[day.weekday()] for day in calendar))
    before = 0
    for day, weight in zip(calendar, weights, strict=True):
        until = round(issues * weight / weights[-1])
        yield day, until - before
        before = until


def of_day(random: Random, day: date, count: int, zone: ZoneInfo) -> list[datetime]:
    """The moments of a day's reports in their order, to the minute."""
    opens = datetime.combine(day, OPENS, zone)
    return [opens + timedelta(minutes=minute) for minute in sorted(random.choices(range(_MINUTES), k=count))]


def at_work(moment: datetime) -> datetime:
    """The moment, or the next at which an office is open: from Monday to Friday between 8:30 and 17:30."""
    if moment.time() >= CLOSES:
        moment = datetime.combine(moment.date() + timedelta(days=1), OPENS, moment.tzinfo) + _past(moment)
    elif moment.time() < OPENS:
        moment = datetime.combine(moment.date(), OPENS, moment.tzinfo) + _past(moment)
    return moment + timedelta(days=max(0, 7 - moment.weekday()) if moment.weekday() >= 5 else 0)


def _past(moment: datetime) -> timedelta:
    """So that not all that came overnight is done in one minute."""
    return timedelta(minutes=moment.minute * 2)
