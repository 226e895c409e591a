"""Months, quarters and years by name, and the one before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from eventkit.problems import Faulty
from reporting.queries.periods import Every, before, period, within

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("name", "begin", "end"),
    [
        ("2021-12", "2021-12-01T00:00:00+08:00", "2022-01-01T00:00:00+08:00"),
        ("2024-02", "2024-02-01T00:00:00+08:00", "2024-03-01T00:00:00+08:00"),
        ("2021-Q4", "2021-10-01T00:00:00+08:00", "2022-01-01T00:00:00+08:00"),
        ("2021", "2021-01-01T00:00:00+08:00", "2022-01-01T00:00:00+08:00"),
    ],
)
def test_period_has_its_bounds(name: str, begin: str, end: str) -> None:
    held = period(name, SHANGHAI)
    assert (held.begin.isoformat(), held.end.isoformat()) == (begin, end)


@pytest.mark.parametrize(
    ("name", "earlier"),
    [("2021-01", "2020-12"), ("2021-05", "2021-04"), ("2021-Q1", "2020-Q4"), ("2021-Q3", "2021-Q2"), ("2021", "2020")],
)
def test_one_before_adjoins(name: str, earlier: str) -> None:
    held = period(name, SHANGHAI)
    assert before(held).name == earlier
    assert before(held).end == held.begin


@pytest.mark.parametrize("name", ["", "21-01", "2021-13", "2021-00", "2021-Q0", "2021-Q5", "0999", "9999", "2021-1"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(Faulty) as refused:
        period(name, SHANGHAI, field="month")
    assert [fault.field for fault in refused.value.faults] == ["month"]


@pytest.mark.parametrize(("name", "every"), [("2021", "month"), ("2021-Q1", "month"), ("2021-01", "year")])
def test_other_kinds_are_refused(name: str, every: Every) -> None:
    with pytest.raises(Faulty) as refused:
        period(name, SHANGHAI, every)
    assert every in refused.value.faults[0].mend


@pytest.mark.parametrize(
    ("name", "every", "names"),
    [
        ("2021-05", "month", ["2021-05"]),
        ("2021-05", "quarter", []),
        ("2021-04", "quarter", []),
        ("2021-Q1", "year", []),
        ("2021-Q2", "month", ["2021-04", "2021-05", "2021-06"]),
        ("2021", "quarter", ["2021-Q1", "2021-Q2", "2021-Q3", "2021-Q4"]),
        ("9998", "year", ["9998"]),
    ],
)
def test_periods_within_a_period(name: str, every: Every, names: list[str]) -> None:
    assert [one.name for one in within(period(name, SHANGHAI)) if one.every == every] == names


@pytest.mark.parametrize(("name", "months"), [("2021-12", 1), ("2021-Q4", 3), ("2021", 12)])
def test_whole_months_have_names(name: str, months: int) -> None:
    held = period(name, SHANGHAI)
    assert held.months == [f"2021-{n:02}" for n in range(13 - months, 13)]
    assert held.until(held.end).months == held.months
    assert held.until(held.begin + timedelta(days=3)).months == []
    assert replace(held, name="").months == []
