"""Months, quarters and years of a programme's zone, as `period` names them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from eventkit.problems import Faulty, FieldProblem

Every = Literal["month", "quarter", "year"]
_SUCH_AS: Mapping[Every, str] = {"month": "2021-05", "quarter": "2021-Q2", "year": "2021"}
_MONTHS: Mapping[Every, int] = {"month": 1, "quarter": 3, "year": 12}
_NAME = re.compile(r"(?P<year>[1-9][0-9]{3})(-Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?")


@dataclass(frozen=True, slots=True)
class Period:
    """From the first instant until before the last."""

    name: str
    begin: datetime
    end: datetime

    def holds(self, other: str) -> bool:
        """Whether the period of this name lies within this one."""
        match = _NAME.fullmatch(other)
        if match is None:
            return False
        first, after = (_midnight(day, self.begin.tzinfo) for day in _days(match))
        return self.begin <= first and after <= self.end


def period(name: str, zone: ZoneInfo, every: Every | None = None, field: str = "period") -> Period:
    """The period of a name such as 2021-05, 2021-Q2 or 2021, or of the kind `every` alone; Faulty for anything else."""
    match = _NAME.fullmatch(name)
    if match is None or match["year"] == "9999" or every not in (None, _every(match)):
        mend = "write 2021-05, 2021-Q2 or 2021" if every is None else f"write a {every} such as {_SUCH_AS[every]}"
        raise Faulty([FieldProblem(field, f"{name!r} is no period", mend)])
    first, after = _days(match)
    return Period(name, _midnight(first, zone), _midnight(after, zone))


def within(held: Period, every: Every) -> Iterator[Period]:
    """The periods of a kind that lie within this one, in order; none where the kind is longer."""
    zone = held.begin.tzinfo
    assert isinstance(zone, ZoneInfo)
    months = _MONTHS[every]
    first = held.begin.date()
    while first < held.end.date() and (first.month - 1) % months == 0:
        one = period(_named(first, every), zone)
        if one.end > held.end:
            return
        yield one
        first = one.end.date()


def before(held: Period) -> Period:
    """The period of the same kind just before."""
    match = _NAME.fullmatch(held.name)
    assert match is not None and isinstance(held.begin.tzinfo, ZoneInfo)
    return period(_named(held.begin.date() - timedelta(days=1), _every(match)), held.begin.tzinfo)


def _named(day: date, every: Every) -> str:
    """The name of the period in which the day lies."""
    names: Mapping[Every, str] = {
        "month": f"{day.year}-{day.month:02}",
        "quarter": f"{day.year}-Q{(day.month + 2) // 3}",
        "year": f"{day.year}",
    }
    return names[every]


def _every(match: re.Match[str]) -> Every:
    return "month" if match["month"] else "quarter" if match["quarter"] else "year"


def _days(match: re.Match[str]) -> tuple[date, date]:
    """The first day, and the first day after it."""
    year = int(match["year"])
    if match["month"]:
        begins, months = int(match["month"]), 1
    elif match["quarter"]:
        begins, months = 3 * int(match["quarter"]) - 2, 3
    else:
        begins, months = 1, 12
    ends = begins + months
    return date(year, begins, 1), date(year + (ends > 12), ends - 12 * (ends > 12), 1)


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)
