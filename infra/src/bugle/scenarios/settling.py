"""Waiting until everything has been applied, so that what has not come by then does not come."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

HOPS = 3
"""Intake, routing and supervision each answer an event with a later one: what the first caused needs as many rounds."""

_POLL = 0.15

Read = Callable[[str], httpx.Response]
Mark = Callable[[], datetime | None]
"""Up to when every service has applied what was recorded; None while one has not begun."""


def settled(applied_until: Mark, read: Read, programme: str, grace: float, patience: float) -> bool:
    """Wait until what had been sequenced by now, and whatever follows from it, shows in every read.

    Round by round: every service has applied what was recorded before the round began, and no watch of the programme
    has anything due, or will have within its `grace` seconds. False when that takes longer than `patience` seconds.
    """
    until, soon = time.monotonic() + patience, timedelta(seconds=grace + 1)
    for _ in range(HOPS):
        moment = datetime.now(UTC)
        while not (_applied(applied_until(), moment) and _swept(read, programme, moment + soon)):
            if time.monotonic() > until:
                return False
            time.sleep(_POLL)
    return True


def everything(read: Read, address: str) -> list[dict[str, Any]] | None:
    """All items of a list, page after page; None when it may not be read."""
    items: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        answer = read(f"{address}&after={after}" if after else address)
        if not answer.is_success:
            return None
        items += answer.json()["items"]
        after = answer.json().get("next")
    return items


def _applied(mark: datetime | None, moment: datetime) -> bool:
    return mark is not None and mark >= moment


def _swept(read: Read, programme: str, upto: datetime) -> bool:
    watches = everything(read, f"supervision:/watches?programme={programme}&limit=100")
    if watches is None:
        return False
    ripe = (watch["ripe_at"] for watch in watches)
    return all(at is None or datetime.fromisoformat(at) > upto for at in ripe)
