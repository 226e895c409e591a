"""Days that are unlike others: summer time, the 29th of February, a calendar amended when deadlines are set."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import pairwise
from typing import LiteralString
from zoneinfo import ZoneInfo

from bugle.chaos.arena import Arena, until
from bugle.chaos.client import Client
from bugle.chaos.faults.courses import course, publish
from bugle.stack import StackError
from bugle.verify.event import moment

BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")
CALENDAR = "chaos-days"
_DAY, _NEARLY = timedelta(days=1), timedelta(minutes=30)

_DEADLINES: LiteralString = """
    SELECT data::json ->> 'due_at' FROM events WHERE key = %s AND type LIKE '%%.clock_started.%%' ORDER BY position
"""
_OUTCOME: LiteralString = """
    SELECT count(*) FILTER (WHERE type LIKE '%%.clock_stopped.%%'),
           count(*) FILTER (WHERE type LIKE '%%.deadline_missed.%%')
           - count(*) FILTER (WHERE type LIKE '%%.misses_rescinded.%%')
    FROM events WHERE key = %s
"""


def summer_time(arena: Arena) -> None:
    """A day of 23 hours and one of 25 end at their own midnight."""
    publish(arena, "chaos-summer", zone=BERLIN.key, limit="1d")
    for change in _changes(datetime.now(UTC).date()):
        _expect_end_of(change, change - _DAY, "chaos-summer", BERLIN, arena)


def leap_day(arena: Arena) -> None:
    """The 29th of February counts, and the day after it is the 1st of March."""
    publish(arena, "chaos-leap", zone=SHANGHAI.key, limit="1d")
    leap = date(next(filter(isleap, range(datetime.now(UTC).year - 1, 0, -1))), 2, 29)
    _expect_end_of(leap, leap - _DAY, "chaos-leap", SHANGHAI, arena)
    _expect_end_of(leap + _DAY, leap, "chaos-leap", SHANGHAI, arena)


def amended_calendar(arena: Arena) -> None:
    """A day off that is declared afterwards moves the deadline that runs, and not the one that is over."""
    today = datetime.now(SHANGHAI).date()
    over, running = today - 60 * _DAY, today - 7 * _DAY
    _publish_calendar(2 * arena.trials, [], arena)
    cases = {}
    for received, days in ((over, 2), (running, 20)):
        publish(arena, f"chaos-{days}wd", zone=SHANGHAI.key, limit=f"{days}wd", calendar=CALENDAR)
        cases[received] = course(arena, f"chaos-{days}wd", _at(received, SHANGHAI, 12))
        until(partial(_are, arena, cases[received], _working_day(received, days)), f"the deadline of {received}")
    last, next_one = _working_day(running, 20), _working_day(running, 21)
    _publish_calendar(2 * arena.trials + 1, [_working_day(over, 2), last], arena)
    until(partial(_are, arena, cases[running], last, next_one), "the deadline's move")
    if not _are(arena, cases[over], _working_day(over, 2)):
        raise StackError("the deadline that was over has been moved")


def _expect_end_of(day: date, received: date, programme: str, zone: ZoneInfo, arena: Arena) -> None:
    """Of two cases received the day before, one contacted before the day's end is in time, one after it late."""
    end = _at(day + _DAY, zone)
    for contacted, missed in ((end - _NEARLY, 0), (end + _NEARLY, 1)):
        case = course(arena, programme, _at(received, zone, 12), contacted)
        until(partial(_are, arena, case, day, zone=zone), f"a deadline at the end of {day}")
        until(lambda: arena.rows("supervision", _OUTCOME, case) == [(1, missed)], f"{missed} misses of {case}")  # noqa: B023 - called at once


def _are(arena: Arena, case: str, *days: date, zone: ZoneInfo = SHANGHAI) -> bool:
    """Whether the deadlines that the case's clock has had are the ends of these days."""
    return [moment(due) for (due,) in arena.rows("supervision", _DEADLINES, case)] == [
        _at(d + _DAY, zone) for d in days
    ]


def _at(day: date, zone: ZoneInfo, hour: int = 0) -> datetime:
    return datetime.combine(day, time(hour), zone).astimezone(UTC)


def _changes(today: date) -> Iterator[date]:
    """The days of the last year on which Berlin's clocks were changed."""
    for day, after in pairwise(today - n * _DAY for n in range(366, 1, -1)):
        if _at(after, BERLIN) - _at(day, BERLIN) != _DAY:
            yield day


def _working_day(day: date, number: int) -> date:
    """The working day of this number after the day, in a calendar without exceptions."""
    while number:
        day += _DAY
        number -= day.weekday() < 5
    return day


def _publish_calendar(version: int, off: list[date], arena: Arena) -> None:
    around = range(datetime.now(UTC).year - 1, datetime.now(UTC).year + 2)
    years = {str(y): {"off": [d.isoformat() for d in off if d.year == y], "work": [], "notice": None} for y in around}
    with closing(Client(arena.system, arena.ledger)) as client:
        body = {"version": version, "source": "演练", "years": years}
        client.put("supervision", f"/calendars/{CALENDAR}", body, role="operator")


FAULTS: dict[str, Callable[[Arena], None]] = {
    "summer time begins and ends": summer_time,
    "a limit meets the leap day": leap_day,
    "a calendar is amended afterwards": amended_calendar,
}
