"""The slider over the days of a programme: from its beginning until today, or until it was no longer watched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from eventkit.envelope import parse_instant


@dataclass(frozen=True, slots=True)
class Slider:
    """`days`: how many follow the first; `value`: which of them is shown, as `day`."""

    first: date
    days: int
    value: int
    day: date


def slider(begun: str, until: Any, at: str | None, zone: ZoneInfo) -> Slider | None:
    """None for a programme that does not tell its beginning. A moment that is no day stands at the last one."""
    try:
        first = date.fromisoformat(begun)
    except ValueError:
        return None
    today = datetime.now(UTC).astimezone(zone).date()
    last = today if until is None else min(today, parse_instant(until).astimezone(zone).date())
    days = max(0, (last - first).days)
    value = min(days, max(0, (_day(at, last) - first).days))
    return Slider(first, days, value, _day(at, last))


def _day(at: str | None, last: date) -> date:
    try:
        return last if at is None else date.fromisoformat(at[:10])
    except ValueError:
        return last
