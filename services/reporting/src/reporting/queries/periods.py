"""Months, quarters and years of a programme's zone, as `period` names them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text

Every = Literal["month", "quarter", "year"]
_SUCH_AS: Mapping[Every, Text] = {
    "month": Text("write a month such as 2021-05"),
    "quarter": Text("write a quarter such as 2021-Q2"),
    "year": Text("write a year such as 2021"),
}
_NAME = re.compile(r"(?P<year>[1-9][0-9]{3})(-Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?")


@dataclass(frozen=True, slots=True)
class Period:
    """From the first instant until before the last."""

    name: str
    begin: datetime
    end: datetime

    @property
    def zone(self) -> ZoneInfo:
        """Whose days it begins and ends with."""
        assert isinstance(self.begin.tzinfo, ZoneInfo)
        return self.begin.tzinfo

    @property
    def every(self) -> Every:
        """Of which kind it is."""
        match = _NAME.fullmatch(self.name)
        assert match is not None
        return _every(match)

    @property
    def months(self) -> list[str]:
        """The names of the months that make it up; none where it is of other days, or has been cut short."""
        if _NAME.fullmatch(self.name) is None or self != period(self.name, self.zone):
            return []
        return [one.name for one in within(self) if one.every == "month"]

    def until(self, moment: datetime | None) -> Period:
        """Under the same name, but of what comes before the moment alone; all of it without one."""
        return self if moment is None else replace(self, end=max(self.begin, min(self.end, moment)))

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
        mend = Text("write 2021-05, 2021-Q2 or 2021") if every is None else _SUCH_AS[every]
        raise Faulty([FieldProblem(field, Text("{name!r} is no period", name=name), mend)])
    first, after = _days(match)
    return Period(name, _midnight(first, zone), _midnight(after, zone))


def before(held: Period) -> Period:
    """The period of the same kind just before."""
    match = _NAME.fullmatch(held.name)
    assert match is not None
    day = held.begin.date() - timedelta(days=1)
    return period(_called(_every(match), day.year, day.month), held.zone)


def names(every: Every, first: date, last: date) -> list[str]:
    """The names of the periods from one day to another, the newest first."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return list(dict.fromkeys(_called(every, n // 12, n % 12 + 1) for n in reversed(months)))


def _called(every: Every, year: int, month: int) -> str:
    if every == "year":
        return f"{year}"
    return f"{year}-Q{(month + 2) // 3}" if every == "quarter" else f"{year}-{month:02}"


def within(held: Period) -> list[Period]:
    """The periods that lie within one, itself among them, shorter ones after longer ones and each kind in order."""
    zone, year = held.zone, held.name[:4]
    every = [year, *(f"{year}-Q{n}" for n in range(1, 5)), *(f"{year}-{n:02}" for n in range(1, 13))]
    return [period(name, zone) for name in every if held.holds(name)]


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
