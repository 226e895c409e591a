"""When a schedule has reports issued: on a working day after the end of each period, at a time of day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from eventkit.envelope import parse_instant
from reporting.bulletins.content import begins_on
from reporting.queries.periods import Period, names, period
from reporting.queries.working_days import WorkingDays

_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A report over a period, and the instant at which the schedule asks for it."""

    report: str
    period: str
    at: datetime


def dues(document: Mapping[str, Any], zone: ZoneInfo, days: WorkingDays, until: datetime) -> Iterator[Due]:
    """Everything that the schedule has asked for until an instant, report by report, the oldest first.

    Periods count from the report's `from`, else from the programme's beginning, and end with its observation.
    """
    for rule in document.get("reports", ()):
        if "issue" in rule:
            for name in _periods(rule, document, zone, until):
                at = _at(rule["issue"], period(name, zone, rule["every"]), days)
                if at is not None and at <= until:
                    yield Due(rule["id"], name, at)


def _periods(rule: Mapping[str, Any], document: Mapping[str, Any], zone: ZoneInfo, until: datetime) -> Iterator[str]:
    begun = begins_on(document, rule)
    observed = document.get("observed_until")
    last = until if observed is None else min(until, parse_instant(observed) - _INSTANT)
    if begun is not None and begun <= (ended := last.astimezone(zone).date()):
        yield from reversed(names(rule["every"], begun, ended))


_INSTANT = timedelta(microseconds=1)


def _at(issue: Mapping[str, Any], held: Period, days: WorkingDays) -> datetime | None:
    """The instant; None while the calendar of one of the days on the way is not published."""
    day, left = held.end.date() - _ONE, issue["working_day"]
    while left:
        day += _ONE
        if not days.knows(day):
            return None
        left -= days.counts(day)
    return datetime.combine(day, time.fromisoformat(issue["at"]), held.begin.tzinfo)
