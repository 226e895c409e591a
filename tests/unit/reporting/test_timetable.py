"""When a schedule asks for a report: the Nth working day after its period, at a time of the programme's zone."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reporting.issuing.timetable import Due, dues
from reporting.queries.working_days import WorkingDays

CHINA = ZoneInfo("Asia/Shanghai")
HOLIDAYS = {"2021": {"off": [f"2021-10-0{n}" for n in range(1, 8)], "work": ["2021-09-26", "2021-10-09"]}}
DAYS = WorkingDays("cn", {**HOLIDAYS, "2022": {"off": ["2022-01-03"], "work": []}})


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def programme(every: str = "month", **more: Any) -> dict[str, Any]:
    report = {"id": "bulletin", "every": every, "issue": {"working_day": 3, "at": "09:00"}, "from": "2021-08-01"}
    return {"reports": [{**report, **more}, {"id": "unscheduled", "every": "month"}], "starts_on": "2021-06-01"}


def asked(document: dict[str, Any], until: str, days: WorkingDays = DAYS) -> list[tuple[str, str]]:
    return [(due.period, f"{due.at:%Y-%m-%d %H:%M}") for due in dues(document, CHINA, days, china(until))]


def test_third_working_day_after_the_month() -> None:
    """September's passes over the national holidays and counts the Saturday that is worked."""
    assert asked(programme(), "2021-11-03T09:00") == [
        ("2021-08", "2021-09-03 09:00"),
        ("2021-09", "2021-10-11 09:00"),
        ("2021-10", "2021-11-03 09:00"),
    ]


def test_nothing_before_its_instant() -> None:
    assert asked(programme(), "2021-11-03T08:59")[-1][0] == "2021-09"


@pytest.mark.parametrize(
    ("every", "found"),
    [
        ("quarter", [("2021-Q3", "2021-10-11 09:00"), ("2021-Q4", "2022-01-06 09:00")]),
        ("year", [("2021", "2022-01-06 09:00")]),
    ],
)
def test_quarters_and_years(every: str, found: list[tuple[str, str]]) -> None:
    assert asked(programme(every), "2022-01-07T00:00") == found


def test_unpublished_calendar_is_waited_for() -> None:
    """Never a Monday-to-Friday rule in silence."""
    document = programme()
    assert asked(document, "2022-02-01T00:00", WorkingDays("cn", HOLIDAYS))[-1][0] == "2021-11"
    assert asked(document, "2022-02-01T00:00")[-1][0] == "2021-12"


def test_observation_ends_the_schedule() -> None:
    document = programme() | {"observed_until": "2021-10-01T00:00:00+08:00"}
    assert [name for name, _ in asked(document, "2022-02-01T00:00")] == ["2021-08", "2021-09"]


def test_programme_begins_the_schedule() -> None:
    document = programme()
    del document["reports"][0]["from"]
    assert asked(document, "2021-09-10T00:00")[0][0] == "2021-06"
    assert asked(document, "2021-05-10T00:00") == []


def test_every_day_counts_without_calendar() -> None:
    [due, *_] = dues(programme(), CHINA, WorkingDays("none", {}), china("2021-09-10T00:00"))
    assert due == Due("bulletin", "2021-08", china("2021-09-03T09:00"))
