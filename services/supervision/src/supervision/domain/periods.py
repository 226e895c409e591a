"""Months, quarters and years of the local calendar, as duties and reports recur by them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from supervision.domain.errors import BadPeriod
from supervision.domain.text import Text

Every = Literal["month", "quarter", "year", "once"]

ONCE: Literal["once"] = "once"
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_SAID = {"month": Text("month"), "quarter": Text("quarter"), "year": Text("year"), "once": Text("once")}
_NAME = re.compile(r"(?P<year>[0-9]{4})(-Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?")


@dataclass(frozen=True, slots=True)
class Period:
    """A period by its name ("2021-05", "2021-Q2", "2021"), from its first day to its last."""

    name: str
    every: Every
    first: date
    last: date

    def next(self) -> Period:
        """The one after it."""
        return period_of(self.last + timedelta(days=1), self.every)


def period_of(day: date, every: Every) -> Period:
    """The period in which the day lies. KeyError for "once", which has none."""
    months = _MONTHS[every]
    begins = (day.month - 1) // months * months + 1
    first = date(day.year, begins, 1)
    ends = begins + months
    last = (date(day.year + 1, 1, 1) if ends > 12 else date(day.year, ends, 1)) - timedelta(days=1)
    return Period(_name(first, every), every, first, last)


def named(name: str, every: Every) -> Period:
    """The period of a name; BadPeriod when it is none of this kind."""
    match = _NAME.fullmatch(name)
    if match is not None:
        month = int(match["month"] or 3 * int(match["quarter"] or 1) - 2)
        found = period_of(date(int(match["year"]), month, 1), every)
        if found.name == name:
            return found
    form = Text("{name!r} is no {every}: write 2021-05 for a month, 2021-Q2 for a quarter, 2021 for a year.")
    raise BadPeriod(form.filled(name=name, every=_SAID[every]))


def _name(first: date, every: Every) -> str:
    match every:
        case "month":
            return f"{first:%Y-%m}"
        case "quarter":
            return f"{first.year}-Q{(first.month + 2) // 3}"
        case _:
            return str(first.year)
