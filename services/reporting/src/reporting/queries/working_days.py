"""What each day is by the calendar that supervision published: working day, day off, make-up working day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, select

from reporting.read_model.tables import records

DayKind = Literal["workday", "weekend", "holiday", "make-up"]
EVERY_DAY = "none"
"""The calendar of programmes in which every day counts."""
_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """A calendar. `years`: per year its days off and its make-up working days, as the calendar's event lists them."""

    id: str
    years: Mapping[str, Mapping[str, Any]]

    def kind(self, day: date) -> DayKind:
        """What the day is; by the weekday alone where its year is not published."""
        year = self.years.get(str(day.year), {})
        if str(day) in year.get("work", ()):
            return "make-up"
        if str(day) in year.get("off", ()):
            return "holiday"
        return "weekend" if day.weekday() >= 5 else "workday"

    def counts(self, day: date) -> bool:
        """Whether the day is a working day."""
        return self.id == EVERY_DAY or self.kind(day) in ("workday", "make-up")

    def knows(self, day: date) -> bool:
        """Whether its year is published."""
        return self.id == EVERY_DAY or str(day.year) in self.years

    def after(self, day: date, working_days: int) -> date:
        """The Nth working day after a day."""
        while working_days:
            day += _ONE
            working_days -= self.counts(day)
        return day


def working_days(connection: Connection, calendar: str) -> WorkingDays:
    """The newest version of a calendar; without one every year is unknown."""
    newest = select(records.c.data).where(records.c.stream == f"calendar-{calendar}")
    held = connection.scalar(newest.order_by(records.c.version.desc()).limit(1))
    return WorkingDays(calendar, {} if held is None else held["years"])
