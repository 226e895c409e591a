"""How an instant is written for people, in a zone; a deadline as the office says it."""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo


def minute(moment: datetime, zone: tzinfo) -> str:
    """An instant with offset to the minute: 2021-04-22 17:30."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def until(moment: datetime, zone: tzinfo) -> str:
    """A deadline to the minute; one at midnight is the end of the day before, 24:00."""
    local = moment.astimezone(zone)
    return f"{local.date() - timedelta(days=1)} 24:00" if local.time() == time() else minute(moment, zone)
