"""The sliders over the days of a programme: until when something counts as happened, and until when as known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from eventkit.envelope import parse_instant
from reporting.read_model.tables import LIVE

_KNOWN = text(f"SELECT min(known_from) FROM {LIVE}.programmes_versions WHERE programme_id = :programme")
"""By the versions themselves, also where a request looks at what was known then."""


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
    return _between(first, last, at)


def knowing(connection: Connection, programme: str, as_of: str | None, zone: ZoneInfo) -> Slider | None:
    """The slider over the days on which something was known of the programme: from the first of them until today."""
    since = connection.scalar(_KNOWN, {"programme": programme})
    if since is None:
        return None
    return _between(since.astimezone(zone).date(), datetime.now(UTC).astimezone(zone).date(), as_of)


def _between(first: date, last: date, at: str | None) -> Slider:
    days = max(0, (last - first).days)
    value = min(days, max(0, (_day(at, last) - first).days))
    return Slider(first, days, value, _day(at, last))


def _day(at: str | None, last: date) -> date:
    try:
        return last if at is None else date.fromisoformat(at[:10])
    except ValueError:
        return last
