"""The calendar in the repository against two independent libraries, and day kinds."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import chinese_calendar
import holidays
import pytest

import contracts
from supervision.domain.calendar import EVERY_DAY, Calendar, Count, DayKind, Year
from tests.unit.supervision.made import ROOT, cn

DIFFERENT: dict[date, tuple[str, DayKind, DayKind, DayKind]] = {
    date(2005, 12, 31): ("国办发明电〔2005〕35号: 12月31日(星期六)上班", "make-up", "make-up", "weekend"),
    date(2012, 6, 23): ("国办发明电〔2011〕45号: 端午节放假公休, 6月22日至24日", "weekend", "holiday", "weekend"),
}
"""Where the three differ: the notice, and the kind that we, `holidays` and `chinesecalendar` give the day.

Whether it is a working day all agree on but for the first. The second is a Saturday, off in any case.
"""


def days() -> Iterator[date]:
    """Every day of the calendar."""
    day = date(2004, 1, 1)
    while day.year < 2027:
        yield day
        day += timedelta(days=1)


@cache
def by_holidays() -> Mapping[date, DayKind]:
    """It names the days of a festival, but not the weekend days of the holiday around them."""
    china = holidays.country_holidays("CN", years=range(2004, 2027))
    return {day: _kind(day, china.is_working_day(day), day in china) for day in days()}


@cache
def by_chinesecalendar() -> Mapping[date, DayKind]:
    """It names every day of a holiday, weekend or not."""
    named = {day: chinese_calendar.get_holiday_detail(day) for day in days()}
    return {day: _kind(day, not off, festival is not None) for day, (off, festival) in named.items()}


def _kind(day: date, works: bool, named: bool) -> DayKind:
    if works:
        return "make-up" if day.weekday() >= 5 else "workday"
    return "holiday" if named or day.weekday() < 5 else "weekend"


def disagreements(calendar: Calendar) -> dict[date, list[DayKind]]:
    """Each day on which the three are not of one mind: our kind, that of `holidays`, that of `chinesecalendar`."""
    found: dict[date, list[DayKind]] = {}
    for day in days():
        ours, first, second = calendar.kind(day), by_holidays()[day], by_chinesecalendar()[day]
        unnamed = first == "weekend" and ours == "holiday" and day.weekday() >= 5
        if len({ours, ours if unnamed else first, second}) > 1:
            found[day] = [ours, first, second]
    return found


def test_kind_of_every_day_agrees_with_two_libraries() -> None:
    assert disagreements(cn()) == {day: kinds for day, (_, *kinds) in DIFFERENT.items()}


def test_whether_a_day_works_differs_on_one_day() -> None:
    differ = {day for day in days() if len({_works(kind) for kind in _three(day)}) > 1}
    assert differ == {date(2005, 12, 31)}
    assert "国办发明电〔2005〕35号" in DIFFERENT[date(2005, 12, 31)][0]
    assert cn_notice(2006) == "国办发明电〔2005〕35号", "the file names it too"


def _three(day: date) -> tuple[DayKind, DayKind, DayKind]:
    return cn().kind(day), by_holidays()[day], by_chinesecalendar()[day]


def _works(kind: DayKind) -> bool:
    return kind in ("workday", "make-up")


def cn_notice(year: int) -> str:
    """The notice that the file names for a year."""
    document = tomllib.loads((ROOT / "programmes/calendars/cn.toml").read_text(encoding="utf-8"))
    return str(document["years"][str(year)]["notice"])


def test_there_are_days_of_each_kind_in_each_year() -> None:
    """In 2004 and 2026 too: a year that was read as empty would agree with nothing."""
    for year in range(2004, 2027):
        kinds = Counter(cn().kind(day) for day in days() if day.year == year)
        assert kinds["make-up"] >= 2 and kinds["holiday"] >= 10, (year, kinds)


@pytest.mark.parametrize(
    ("day", "listed"),
    [
        ("2021-04-25", "work"),
        ("2026-02-16", "off"),
        ("2013-10-01", "off"),
        ("2024-02-04", "work"),
        ("2021-05-01", "off"),
        ("2005-12-31", "work"),
    ],
)
def test_wrong_day_is_found(day: str, listed: str) -> None:
    """A day that is struck from the lists, on a weekday and on a weekend; one that all but one library have too."""
    wrong, years = date.fromisoformat(day), dict(cn().years)
    year = years[wrong.year]
    years[wrong.year] = replace(year, **{listed: getattr(year, listed) - {wrong}})
    before, after = disagreements(cn()), disagreements(replace(cn(), years=years))
    assert {day for day in before.keys() | after.keys() if before.get(day) != after.get(day)} == {wrong}


@pytest.mark.parametrize("day", ["2021-03-11", "2021-03-13"])
def test_day_too_many_is_found(day: str) -> None:
    """An ordinary Thursday that is off, an ordinary Saturday that is made up."""
    wrong, years = date.fromisoformat(day), dict(cn().years)
    year = years[wrong.year]
    listed = "off" if wrong.weekday() < 5 else "work"
    years[wrong.year] = replace(year, **{listed: getattr(year, listed) | {wrong}})
    assert disagreements(replace(cn(), years=years)).keys() - disagreements(cn()).keys() == {wrong}


def test_calendar_file_fits_its_contract() -> None:
    text = (ROOT / "programmes/calendars/cn.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    years = {
        year: {**listed, "off": [*map(str, listed["off"])], "work": [*map(str, listed["work"])]}
        for year, listed in document["years"].items()
    }
    assert contracts.DOCUMENTS["bugle.documents.calendar.v1"].validate({**document, "years": years}) == []


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2021-03-11", "workday"),
        ("2021-03-13", "weekend"),
        ("2021-04-05", "holiday"),
        ("2021-04-04", "holiday"),
        ("2021-04-25", "make-up"),
        ("2026-02-14", "make-up"),
        ("2026-10-10", "make-up"),
        ("2027-01-01", "workday"),
    ],
)
def test_kind_of_a_day(day: str, kind: str) -> None:
    assert cn().kind(date.fromisoformat(day)) == kind


def test_count_over_an_unknown_year_says_so() -> None:
    assert cn().after(date(2026, 12, 30), 1) == Count(date(2026, 12, 31), True)
    assert cn().after(date(2026, 12, 30), 2) == Count(date(2027, 1, 1), False)
    assert cn().before(date(2027, 1, 4), 1) == Count(date(2027, 1, 1), False)


def test_without_calendar_every_day_counts() -> None:
    assert Calendar(EVERY_DAY).after(date(2031, 12, 31), 3) == Count(date(2032, 1, 3), True)


def test_make_up_day_wins_over_day_off() -> None:
    day = date(2030, 5, 4)
    calendar = Calendar("x", 1, years={2030: Year(frozenset({day}), frozenset({day}))})
    assert calendar.kind(day) == "make-up"
