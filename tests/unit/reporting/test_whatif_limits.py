"""Reporting's reading of limits held against supervision's, over calendars, zones and pauses drawn at random."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as drawn

from reporting.queries.working_days import WorkingDays
from reporting.whatif.limits import MOST_DAYS, Counting, is_limit
from supervision.domain.calendar import EVERY_DAY, Calendar, Year
from supervision.domain.events import Span
from supervision.domain.limits import Counting as Supervised
from supervision.domain.limits import parse_limit

ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "America/New_York", "UTC")]
DAYS = drawn.dates(date(2021, 1, 1), date(2022, 12, 31))
INSTANTS = drawn.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2021, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
LIMITS = drawn.one_of(
    drawn.just("same_day"),
    drawn.builds(lambda n, unit: f"{n}{unit}", drawn.integers(1, 60), drawn.sampled_from(("wd", "d", "h"))),
)
PAUSES = drawn.lists(
    drawn.builds(lambda at, hours: (at, at + timedelta(hours=hours)), INSTANTS, drawn.integers(0, 400)), max_size=3
)


@settings(max_examples=400)
@given(
    *(INSTANTS, LIMITS, LIMITS, PAUSES, drawn.sets(DAYS, max_size=30), drawn.sets(DAYS, max_size=30)),
    *(drawn.sampled_from(ZONES), drawn.sampled_from(("cn", EVERY_DAY))),
)
def test_limits_end_as_supervision_says(
    since: datetime,
    limit: str,
    more: str,
    pauses: list[tuple[datetime, datetime]],
    off: set[date],
    work: set[date],
    zone: ZoneInfo,
    calendar: str,
) -> None:
    def days(chosen: set[date], year: int) -> frozenset[date]:
        return frozenset(day for day in chosen if day.year == year)

    years = {year: Year(days(off, year), days(work, year)) for year in (2021, 2022)}
    told = {str(n): {"off": [*map(str, of.off)], "work": [*map(str, of.work)]} for n, of in years.items()}
    theirs = Supervised(Calendar(calendar, years=years), zone, tuple(Span(*pause) for pause in pauses))
    ours = Counting(WorkingDays(calendar, told), zone)
    due = theirs.due(since, parse_limit(limit)).at
    assert ours.due(since, limit, pauses) == ours.due(since, limit, pauses) == due
    assert ours.later(due, more, pauses) == theirs.later(due, parse_limit(more)).at


@pytest.mark.parametrize("limit", ["3wd", "10d", "4h", "same_day", f"{MOST_DAYS}wd", f"{MOST_DAYS * 24}h"])
def test_limit_that_can_be_counted(limit: str) -> None:
    assert is_limit(limit)


@pytest.mark.parametrize("limit", ["", "0wd", "3", "3 wd", "external", f"{MOST_DAYS + 1}d", "9999wd", "9999h ", "wd"])
def test_limit_that_is_none(limit: str) -> None:
    assert not is_limit(limit)
