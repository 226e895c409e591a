"""The formats `date` and `date-time` as the services can keep them: RFC 3339 within the years 1 to 9999, in UTC too.

JSON Schema also allows the year 0, leap seconds and instants whose day in UTC lies outside those years.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})")


def is_day(text: str) -> bool:
    """Whether it is a calendar day such as 2026-01-31."""
    try:
        return bool(_DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def is_instant(text: str) -> bool:
    """Whether it is an instant with offset such as 2026-01-31T09:00:00+08:00; t and z may be small."""
    try:
        return bool(_INSTANT.fullmatch(text.upper()) and datetime.fromisoformat(text.upper()).astimezone(UTC))
    except (ValueError, OverflowError):
        return False


FORMATS: Mapping[str, Callable[[str], bool]] = {"date": is_day, "date-time": is_instant}
"""What a validator is given in place of its own."""
