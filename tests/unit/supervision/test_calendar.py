"""The calendar in the repository against two independent libraries, and day kinds."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest

import contracts
from supervision.domain.calendar import EVERY_DAY, Calendar, Count, Year
from tests.unit.supervision.made import ROOT, cn

NOTICE_OF_2006 = {date(2005, 12, 31)}
"""国办发明电〔2005〕35号: "12月31日(星期六)上班". chinesecalendar lacks it."""


def days() -> Iterator[date]:
    """Every day of the calendar."""
    day = date(2004, 1, 1)
    while day.year < 2027:
        yield day
        day += timedelta(days=1)


def test_every_day_agrees_with_holidays() -> None:
    china = holidays.country_holidays("CN", years=range(2004, 2027))
    assert [day for day in days() if cn().counts(day) != china.is_working_day(day)] == []


def test_every_day_but_one_agrees_with_chinesecalendar() -> None:
    assert {day for day in days() if cn().counts(day) != chinese_calendar.is_workday(day)} == NOTICE_OF_2006


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
