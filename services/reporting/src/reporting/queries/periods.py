"""Months, quarters and years of a programme's zone, as `period` names them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text

_NAME = re.compile(r"(?P<year>[0-9]{4})(-Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?")


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


def period(name: str, zone: ZoneInfo) -> Period:
    """The period of a name such as 2021-05, 2021-Q2 or 2021; Faulty for anything else."""
    match = _NAME.fullmatch(name)
    if match is None or int(match["year"]) < 1:
        mend = Text("write 2021-05, 2021-Q2 or 2021")
        raise Faulty([FieldProblem("period", Text("{name!r} is no period", name=name), mend)])
    first, after = _days(match)
    return Period(name, _midnight(first, zone), _midnight(after, zone))


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
