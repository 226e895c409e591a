"""Working-day calendars: which days count, and for which years that is known.

A calendar lists, per year, the exceptions to Monday-to-Friday: days off and make-up working days. Nobody knows a year
before its notice is out, so a count that touches an unknown year says so (`Count.known`); it is never silently taken
for Monday to Friday.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

DayKind = Literal["workday", "weekend", "holiday", "make-up"]

EVERY_DAY = "none"
"""The calendar of programmes in which every day counts."""

LeftOut = Callable[[date], bool]

_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Year:
    """The exceptions of one year. `notice` names the State Council notice (or its like) that set them."""

    off: frozenset[date]
    work: frozenset[date]
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """The day a count came to; `known` is False when a day of an unknown year was counted on the way."""

    day: date
    known: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """One version of a calendar; version 0: not published yet, so that every year is unknown."""

    id: str = ""
    version: int = 0
    source: str = ""
    published_at: datetime | None = None
    years: Mapping[int, Year] = field(default_factory=dict)

    def kind(self, day: date) -> DayKind:
        """What the day is; by the weekday alone where the year is unknown."""
        year = self.years.get(day.year)
        if year is not None and day in year.work:
            return "make-up"
        if year is not None and day in year.off:
            return "holiday"
        return "weekend" if day.weekday() >= 5 else "workday"

    def counts(self, day: date) -> bool:
        """Whether the day is a working day."""
        return self.id == EVERY_DAY or self.kind(day) in ("workday", "make-up")

    def knows(self, day: date) -> bool:
        """Whether the day's year has been published."""
        return self.id == EVERY_DAY or day.year in self.years

    def after(self, day: date, working_days: int, left_out: LeftOut = lambda _: False) -> Count:
        """The Nth working day after `day`, which is day 0 even if it is a day off. N ≥ 1.

        Days that are left out do not count, whatever they are.
        """
        return self._walk(day, working_days, _ONE, left_out)

    def before(self, day: date, working_days: int, left_out: LeftOut = lambda _: False) -> Count:
        """The Nth working day before `day`. N ≥ 1."""
        return self._walk(day, working_days, -_ONE, left_out)

    def _walk(self, day: date, working_days: int, step: timedelta, left_out: LeftOut) -> Count:
        known = True
        while working_days > 0:
            day += step
            known = known and self.knows(day)
            working_days -= self.counts(day) and not left_out(day)
        return Count(day, known)
