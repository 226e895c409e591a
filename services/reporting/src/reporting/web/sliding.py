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


def is_instant(given: str) -> bool:
    """Whether a moment is given as an instant; else it is a day."""
    return len(given) > len("2021-04-22")


def slider(begun: str, until: Any, at: str | None, zone: ZoneInfo) -> Slider | None:
    """None for a programme that does not tell its beginning. A moment that is no day stands at the last one."""
    try:
        first = date.fromisoformat(begun)
    except ValueError:
        return None
    today = datetime.now(UTC).astimezone(zone).date()
    last = today if until is None else min(today, parse_instant(until).astimezone(zone).date())
    return _between(first, last, at, zone)


def knowing(connection: Connection, programme: str, as_of: str | None, zone: ZoneInfo) -> Slider | None:
    """The slider over the days on which something was known of the programme: from the first of them until today."""
    since = connection.scalar(_KNOWN, {"programme": programme})
    if since is None:
        return None
    return _between(since.astimezone(zone).date(), datetime.now(UTC).astimezone(zone).date(), as_of, zone)


def _between(first: date, last: date, at: str | None, zone: ZoneInfo) -> Slider:
    days, day = max(0, (last - first).days), _day(at, last, zone)
    return Slider(first, days, min(days, max(0, (day - first).days)), day)


def _day(at: str | None, last: date, zone: ZoneInfo) -> date:
    try:
        if at is not None and is_instant(at):
            return parse_instant(at).astimezone(zone).date()
        return last if at is None else date.fromisoformat(at)
    except (ValueError, OverflowError):
        return last
