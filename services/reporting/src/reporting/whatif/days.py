"""The days that a question is about."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text
from reporting.queries.periods import Period

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
"""Before anything that any ledger tells."""


def days(first: str | None, last: str | None, zone: ZoneInfo, now: datetime) -> Period:
    """From one day to another, both whole, in a programme's zone; without them from the beginning, and until now.

    Faulty, with `from` or `to`, for what is no day, and where no day between them has begun.
    """
    begin = EARLIEST.astimezone(zone) if not first else _midnight(_day("from", first), zone)
    end = now.astimezone(zone) if not last else _midnight(_day("to", last) + timedelta(days=1), zone)
    held = Period("", begin, min(end, now.astimezone(zone)))
    if held.end <= held.begin:
        problem, mend = Text("no day has begun between the first and the last"), Text("write an earlier first day")
        raise Faulty([FieldProblem("from", problem, mend)])
    return held


def last_day(period: Period) -> date:
    """The last day of which some lies in the period."""
    return (period.end - timedelta(microseconds=1)).date()


def _day(field: str, given: str) -> date:
    try:
        day = date.fromisoformat(given)
        if not EARLIEST.year <= day.year < date.max.year:
            raise ValueError
    except ValueError:
        problem = Text("{value!r} is no day", value=given)
        raise Faulty([FieldProblem(field, problem, Text("write a date such as 2021-04-22"))]) from None
    return day


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)
