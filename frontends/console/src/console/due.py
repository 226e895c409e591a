"""How long a deadline leaves, in words."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from eventkit.text import Text


def left(due: datetime, now: datetime, zone: tzinfo) -> Text:
    """In calendar days of the zone; a deadline at midnight ends the day before."""
    last = (due - timedelta(microseconds=1)).astimezone(zone).date()
    days = (last - now.astimezone(zone).date()).days
    if due <= now:
        return _over(-days)
    if days == 0:
        return Text("today")
    return Text("1 day left") if days == 1 else Text("{n} days left", n=days)


def _over(days: int) -> Text:
    if days == 0:
        return Text("over since today")
    return Text("1 day over") if days == 1 else Text("{n} days over", n=days)
