"""Deadlines worked by hand, and a naive count over random cases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.domain.calendar import EVERY_DAY, Calendar
from supervision.domain.events import Span
from supervision.domain.limits import Counting, Moment, parse_limit
from tests.unit.supervision.made import cn

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
CHINA = Counting(cn(), SHANGHAI)
BOSTON = Counting(Calendar(EVERY_DAY), NEW_YORK)


def local(text: str, zone: ZoneInfo) -> datetime:
    """An instant of local time; "24:00" is the end of the day."""
    if text.endswith("24:00"):
        day = date.fromisoformat(text[:10]) + timedelta(days=1)
        return datetime.combine(day, datetime.min.time(), tzinfo=zone).astimezone(UTC)
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("received", "limit", "due", "why"),
    [
        ("2021-03-11 09:30", "3wd", "2021-03-16 24:00", "Thursday; Fri 1, Mon 2, Tue 3"),
        ("2021-03-11 00:00", "3wd", "2021-03-16 24:00", "the first instant of the day belongs to it"),
        ("2021-03-11 23:59", "3wd", "2021-03-16 24:00", "so does the last minute"),
        ("2021-03-13 10:00", "1wd", "2021-03-15 24:00", "received on a Saturday, which is day 0"),
        ("2021-04-22 15:00", "3wd", "2021-04-26 24:00", "Sunday 25 April is made up for Labour Day: Fri, Sun, Mon"),
        ("2021-04-28 15:00", "3wd", "2021-05-06 24:00", "Thu 29, Fri 30, 1-5 May off, Thu 6"),
        ("2021-05-07 09:00", "1wd", "2021-05-08 24:00", "Saturday 8 May is made up"),
        ("2021-02-09 09:00", "3wd", "2021-02-19 24:00", "Wed 10, Spring Festival 11-17, Thu 18, Fri 19"),
        ("2021-02-10 09:00", "3wd", "2021-02-20 24:00", "Thu 18, Fri 19 and the made-up Saturday 20"),
        ("2021-02-12 09:00", "1wd", "2021-02-18 24:00", "received on New Year's Day itself"),
        ("2021-02-07 09:00", "1wd", "2021-02-08 24:00", "received on a made-up Sunday: still day 0"),
        ("2022-01-28 09:00", "3wd", "2022-02-07 24:00", "Sat 29 and Sun 30 made up, 31 Jan-6 Feb off, Mon 7"),
        ("2022-09-30 09:00", "3wd", "2022-10-10 24:00", "1-7 Oct off, Sat 8 and Sun 9 made up, Mon 10"),
        ("2022-12-30 09:00", "1wd", "2023-01-03 24:00", "31 Dec-2 Jan off"),
        ("2026-02-13 09:00", "1wd", "2026-02-14 24:00", "Saturday 14 Feb is made up"),
        ("2026-02-14 09:00", "1wd", "2026-02-24 24:00", "15-23 Feb off"),
        ("2026-10-09 09:00", "1wd", "2026-10-10 24:00", "Saturday 10 Oct is made up"),
        ("2005-12-30 09:00", "1wd", "2005-12-31 24:00", "the Saturday that the notice for 2006 made a working day"),
        ("2024-02-28 09:00", "1wd", "2024-02-29 24:00", "leap day"),
        ("2024-02-28 09:00", "2d", "2024-03-01 24:00", "calendar days over the leap day"),
        ("2023-02-28 09:00", "1d", "2023-03-01 24:00", "no leap day"),
        ("2021-03-11 09:30", "10d", "2021-03-21 24:00", "calendar days end on a Sunday too"),
        ("2021-03-13 10:00", "same_day", "2021-03-13 24:00", "the same day, also on a day off"),
        ("2021-03-11 22:00", "4h", "2021-03-12 02:00", "hours run on over midnight"),
        ("2021-03-11 09:30", "15wd", "2021-04-01 24:00", "three weeks of five"),
        (
            "2020-01-22 09:00",
            "3wd",
            "2020-02-04 24:00",
            "Thu 23; off until 2 Feb, as prolonged; 3rd, 4th",
        ),
        ("2021-09-17 09:00", "2wd", "2021-09-22 24:00", "made-up Sat 18, Mid-Autumn 19-21, Wed 22"),
        ("2021-10-08 09:00", "1wd", "2021-10-09 24:00", "Saturday 9 Oct is made up"),
        ("2022-04-01 09:00", "2wd", "2022-04-06 24:00", "made-up Sat 2, Qingming 3-5, Wed 6"),
        ("2023-04-28 09:00", "3wd", "2023-05-06 24:00", "29 Apr-3 May off, Thu 4, Fri 5, made-up Sat 6"),
        ("2024-02-08 09:00", "2wd", "2024-02-18 24:00", "Fri 9 works, 10-17 off, made-up Sun 18"),
        ("2025-01-27 09:00", "1wd", "2025-02-05 24:00", "28 Jan-4 Feb off"),
        ("2025-09-28 09:00", "3wd", "2025-10-09 24:00", "Mon 29, Tue 30, 1-8 Oct off, Thu 9"),
    ],
)
def test_due_time_in_china(received: str, limit: str, due: str, why: str) -> None:
    assert CHINA.due(local(received, SHANGHAI), parse_limit(limit)) == Moment(local(due, SHANGHAI)), why


@pytest.mark.parametrize(
    ("received", "limit", "due", "why"),
    [
        ("2015-03-07 12:00", "1d", "2015-03-09T04:00:00Z", "24:00 of 8 March is summer time already"),
        ("2015-03-06 12:00", "1d", "2015-03-08T05:00:00Z", "24:00 of 7 March is not"),
        ("2015-03-08 01:30", "4h", "2015-03-08T10:30:00Z", "four hours, of which the clock skips one"),
        (
            "2015-03-08 02:30",
            "1h",
            "2015-03-08T08:30:00Z",
            "a time that does not exist is taken by winter's offset",
        ),
        ("2015-11-01 01:30", "1h", "2015-11-01T06:30:00Z", "the first of the two half past one"),
        ("2015-10-31 12:00", "1d", "2015-11-02T05:00:00Z", "24:00 of a day with 25 hours"),
        ("2016-02-28 12:00", "1wd", "2016-03-01T05:00:00Z", "without a calendar the leap day, a Monday, counts"),
        ("2015-07-03 12:00", "2wd", "2015-07-06T04:00:00Z", "without a calendar a Sunday counts"),
        ("2015-12-31 23:59", "1d", "2016-01-02T05:00:00Z", "over the end of the year"),
    ],
)
def test_due_time_in_new_york(received: str, limit: str, due: str, why: str) -> None:
    expected = Moment(datetime.fromisoformat(due))
    assert BOSTON.due(local(received, NEW_YORK), parse_limit(limit)) == expected, why


@pytest.mark.parametrize(
    ("due", "remind", "at"),
    [
        ("2021-03-16 24:00", "1wd", "2021-03-15 24:00"),
        ("2021-03-15 24:00", "1wd", "2021-03-12 24:00"),
        ("2021-04-26 24:00", "2wd", "2021-04-23 24:00"),
        ("2021-05-06 24:00", "1wd", "2021-04-30 24:00"),
        ("2021-03-16 15:00", "1wd", "2021-03-15 15:00"),
        ("2021-03-16 24:00", "2d", "2021-03-14 24:00"),
        ("2021-03-16 24:00", "4h", "2021-03-16 20:00"),
    ],
)
def test_reminder_lies_so_long_before(due: str, remind: str, at: str) -> None:
    assert CHINA.earlier(local(due, SHANGHAI), parse_limit(remind)) == Moment(local(at, SHANGHAI))


@pytest.mark.parametrize(
    ("due", "after", "at"),
    [
        ("2021-03-16 24:00", "1wd", "2021-03-17 24:00"),
        ("2021-03-19 24:00", "1wd", "2021-03-22 24:00"),
        ("2021-03-16 15:00", "1wd", "2021-03-17 24:00"),
        ("2021-03-16 24:00", "4h", "2021-03-17 04:00"),
    ],
)
def test_escalation_lies_so_long_after(due: str, after: str, at: str) -> None:
    assert CHINA.later(local(due, SHANGHAI), parse_limit(after)) == Moment(local(at, SHANGHAI))


def test_year_without_a_notice_makes_it_provisional() -> None:
    assert CHINA.due(local("2026-12-30 09:00", SHANGHAI), parse_limit("2wd")) == Moment(
        local("2027-01-01 24:00", SHANGHAI), provisional=True
    )


def test_calendar_that_is_not_published_makes_it_provisional() -> None:
    counting = Counting(Calendar("cn"), SHANGHAI)
    assert counting.due(local("2021-04-02 09:00", SHANGHAI), parse_limit("1wd")) == Moment(
        local("2021-04-05 24:00", SHANGHAI), provisional=True
    )


@pytest.mark.parametrize("text", ["", "0wd", "3", "wd", "3 wd", "-1d", "3w", "3WD", "99999d", "same day"])
def test_no_limit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no limit"):
        parse_limit(text)


@pytest.mark.parametrize("text", ["3wd", "10d", "4h", "same_day", "external"])
def test_limit_writes_as_it_reads(text: str) -> None:
    assert str(parse_limit(text)) == text


@pytest.mark.parametrize(
    ("received", "limit", "paused", "due", "why"),
    [
        ("2021-03-11 09:30", "3wd", ("2021-03-12 10:00", "2021-03-14 24:00"), "2021-03-17 24:00", "over a weekend"),
        ("2021-03-11 09:30", "3wd", ("2021-03-13 00:00", "2021-03-14 24:00"), "2021-03-16 24:00", "a weekend alone"),
        ("2021-03-11 09:30", "3wd", ("2021-03-12 10:00", "2021-03-12 15:00"), "2021-03-16 24:00", "within one day"),
        ("2021-04-22 15:00", "3wd", ("2021-04-25 08:00", "2021-04-25 24:00"), "2021-04-27 24:00", "made-up Sunday out"),
        ("2021-03-11 09:30", "2d", ("2021-03-12 10:00", "2021-03-13 24:00"), "2021-03-15 24:00", "calendar days"),
        ("2021-03-11 22:00", "4h", ("2021-03-11 23:00", "2021-03-12 09:00"), "2021-03-12 12:00", "hours"),
        ("2021-03-11 22:00", "4h", ("2021-03-11 20:00", "2021-03-11 23:00"), "2021-03-12 03:00", "begun before"),
        ("2021-03-11 22:00", "4h", ("2021-03-12 02:00", "2021-03-12 09:00"), "2021-03-12 02:00", "too late to matter"),
        ("2021-03-11 09:30", "same_day", ("2021-03-11 10:00", "2021-03-12 24:00"), "2021-03-13 24:00", "the next day"),
    ],
)
def test_due_time_leaves_pauses_out(received: str, limit: str, paused: tuple[str, str], due: str, why: str) -> None:
    counting = Counting(cn(), SHANGHAI, (Span(local(paused[0], SHANGHAI), local(paused[1], SHANGHAI)),))
    assert counting.due(local(received, SHANGHAI), parse_limit(limit)).at == local(due, SHANGHAI), why


@cache
def works(day: date) -> bool:
    """By the other library, with the one day it lacks."""
    return bool(chinese_calendar.is_workday(day)) or day == date(2005, 12, 31)


def test_ten_thousand_deadlines_equal_a_naive_count() -> None:
    """Day by day by another library's calendar, with a pause in half of the cases."""
    random, first = Random(2026), date(2004, 1, 1)
    for _ in range(10_000):
        day = first + timedelta(days=random.randrange(8_150))
        received = datetime.combine(day, datetime.min.time(), tzinfo=SHANGHAI) + timedelta(
            minutes=random.randrange(1440)
        )
        limit, begin = random.randint(1, 40), received + timedelta(hours=random.randrange(400))
        pause = Span(begin, begin + timedelta(hours=random.choice((0, random.randrange(1, 300)))))
        left = limit
        while left:
            day += timedelta(days=1)
            end = datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=SHANGHAI)
            left -= works(day) and not (pause.from_at < end <= pause.to_at)
        due = Counting(cn(), SHANGHAI, (pause,)).due(received, parse_limit(f"{limit}wd"))
        assert due == Moment(end.astimezone(UTC)), (received, limit, pause)


@given(
    st.datetimes(datetime(2004, 3, 1), datetime(2026, 6, 30), timezones=st.just(SHANGHAI)),  # noqa: DTZ001
    st.integers(1, 20),
)
def test_earlier_undoes_later(received: datetime, limit: int) -> None:
    span = parse_limit(f"{limit}wd")
    due = CHINA.due(received, parse_limit("1wd")).at
    assert CHINA.earlier(CHINA.later(due, span).at, span).at == due
