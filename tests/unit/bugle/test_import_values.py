"""Cells as typed values: wall times, days, numbers, flags."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bugle.importing.faults import BadValue
from bugle.importing.values import day, flag, instant, integer, listed

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")


@pytest.mark.parametrize("text", ["2021-04-22", "2021/4/22", "2021年4月22日"])
def test_day_alone_counts_as_noon(text: str) -> None:
    assert instant(text, SHANGHAI) == datetime(2021, 4, 22, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2015-01-05 03:30:00", datetime(2015, 1, 5, 8, 30, tzinfo=UTC)),
        ("2015-07-05 04:30", datetime(2015, 7, 5, 8, 30, tzinfo=UTC)),
        ("2015-11-01T01:30:00-04:00", datetime(2015, 11, 1, 5, 30, tzinfo=UTC)),
    ],
)
def test_wall_time_gets_its_offset(text: str, utc: datetime) -> None:
    assert instant(text, NEW_YORK) == utc


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2015-03-08 02:30:00", "did not exist"),
        ("2015-11-01 01:30:00", "happened twice"),
        ("2015-02-30", "is no date"),
        ("soon", "is no date"),
    ],
)
def test_doubtful_time_is_refused(text: str, problem: str) -> None:
    with pytest.raises(BadValue, match=problem) as refused:
        instant(text, NEW_YORK)
    assert refused.value.mend


@pytest.mark.parametrize("text", ["0001-01-01 00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-10:00"])
def test_time_beyond_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="no date that can be kept"):
        instant(text, SHANGHAI)


def test_mend_shows_a_date() -> None:
    with pytest.raises(BadValue) as refused:
        instant("soon", SHANGHAI)
    assert refused.value.mend == "write it like 2021-04-22"


def test_enormous_number_is_refused() -> None:
    with pytest.raises(BadValue, match="too large"):
        integer("9" * 23)


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_with_offset_survive(moment: datetime) -> None:
    assert instant(moment.isoformat(), SHANGHAI) == moment


def test_formats_of_the_mapping_are_tried_first() -> None:
    assert instant("03.04.2021", SHANGHAI, ("%d.%m.%Y",)) == datetime(2021, 4, 3, 4, tzinfo=UTC)


def test_day_reads_the_usual_ways() -> None:
    assert {day("2021-12-31"), day("2021/12/31"), day("2021年12月31日")} == {date(2021, 12, 31)}


def test_numbers_may_have_separators() -> None:
    assert integer("140,000,000") == 140_000_000


@pytest.mark.parametrize("text", ["1.5", "ten", ""])
def test_other_numbers_are_refused(text: str) -> None:
    with pytest.raises(BadValue, match="no whole number"):
        integer(text)


def test_flags_in_both_languages() -> None:
    assert [flag(text) for text in ("true", "是", "1", "false", "否")] == [True, True, True, False, False]
    with pytest.raises(BadValue, match="neither"):
        flag("maybe")


def test_lists_are_separated_by_semicolons() -> None:
    assert listed("甲; 乙；丙;") == ["甲", "乙", "丙"]
