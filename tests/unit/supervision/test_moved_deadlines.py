"""Deadlines that an extension or an amended calendar moves, worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from supervision.domain.calendar import Year
from supervision.domain.limits import Counting, Moment, parse_limit
from supervision.domain.policy import Policy
from supervision.domain.schedule import Terms, schedule
from tests.unit.supervision.made import CONTACT, cn, document
from tests.unit.supervision.test_deadlines import CHINA, SHANGHAI, local

RULE = Policy.of("jinxian", 1, document({**CONTACT, "remind": None, "escalate": []})).clocks["contact"]


@pytest.mark.parametrize(
    ("received", "limit", "more", "due", "why"),
    [
        ("2021-03-11 09:30", "3wd", ("3wd",), "2021-03-19 24:00", "due Tue 16; Wed 17, Thu 18, Fri 19"),
        ("2021-04-28 15:00", "3wd", ("2wd",), "2021-05-08 24:00", "due Thu 6 May; Fri 7 and the made-up Saturday 8"),
        ("2021-02-08 09:00", "2wd", ("1wd",), "2021-02-18 24:00", "due Wed 10; Spring Festival 11-17, Thu 18"),
        ("2021-03-11 09:30", "1wd", ("1wd", "2wd"), "2021-03-17 24:00", "due Fri 12; Mon 15; Tue 16, Wed 17"),
        ("2021-03-11 09:30", "3wd", ("5d",), "2021-03-21 24:00", "due Tue 16; five calendar days end on a Sunday"),
        ("2022-09-30 09:00", "1wd", ("2wd",), "2022-10-10 24:00", "due made-up Sat 8; made-up Sun 9, Mon 10"),
    ],
)
def test_extension_is_counted_from_the_due_time(
    received: str, limit: str, more: tuple[str, ...], due: str, why: str
) -> None:
    terms = Terms(local(received, SHANGHAI), parse_limit(limit), extensions=tuple(map(parse_limit, more)))
    found = schedule(RULE, CHINA, terms)
    assert found is not None and found.due_at == local(due, SHANGHAI), why


@pytest.mark.parametrize(
    ("received", "limit", "off", "work", "due", "why"),
    [
        ("2021-06-03 09:00", "3wd", ["2021-06-07"], [], "2021-06-09 24:00", "Fri 4, Mon 7 is off, Tue 8, Wed 9"),
        ("2021-06-03 09:00", "3wd", [], ["2021-06-05"], "2021-06-07 24:00", "Fri 4, Saturday 5 is made up, Mon 7"),
        (
            "2021-06-03 09:00",
            "3wd",
            ["2021-06-07"],
            ["2021-06-06"],
            "2021-06-08 24:00",
            "moved: Fri, Sun, Tue",
        ),
        ("2021-09-02 09:00", "1wd", ["2021-09-03"], [], "2021-09-06 24:00", "Fri 3, Victory Day, is off; Mon 6"),
        ("2021-06-03 09:00", "3wd", ["2021-06-09"], [], "2021-06-08 24:00", "after it was due: too late to matter"),
        ("2021-06-03 09:00", "5d", ["2021-06-07"], [], "2021-06-08 24:00", "calendar days know no days off"),
    ],
)
def test_calendar_amended_in_mid_year(
    received: str, limit: str, off: list[str], work: list[str], due: str, why: str
) -> None:
    year = cn().years[2021]
    days = Year(year.off | {*map(date.fromisoformat, off)}, year.work | {*map(date.fromisoformat, work)})
    amended = replace(cn(), version=2, years={**cn().years, 2021: days})
    found = Counting(amended, SHANGHAI).due(local(received, SHANGHAI), parse_limit(limit))
    assert found == Moment(local(due, SHANGHAI)), why
