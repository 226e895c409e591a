"""Waiting until everything has been applied, so that what has not come by then does not come."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from bugle.scenarios.document import GRACE

HOPS = 3
"""Intake, routing and supervision each answer an event with a later one: what the first caused needs as many rounds."""

_SOON = timedelta(seconds=GRACE + 1)
_POLL = 0.15

Read = Callable[[str], httpx.Response]


def settled(read: Read, programme: str, patience: float) -> bool:
    """Wait until what had been sequenced by now, and whatever follows from it, shows in every read.

    Round by round: reporting's watermark has passed the moment at which the round began, and no watch of the programme
    has anything due. False when that takes longer than `patience` seconds.
    """
    until = time.monotonic() + patience
    for _ in range(HOPS):
        moment = datetime.now(UTC)
        while not (_applied(read, programme, moment) and _swept(read, programme, moment)):
            if time.monotonic() > until:
                return False
            time.sleep(_POLL)
    return True


def pages(read: Read, address: str) -> Iterator[dict[str, Any]]:
    """All items of a list, page after page; none when it may not be read."""
    after: str | None = None
    while (answer := read(address if after is None else f"{address}&after={after}")).is_success:
        body = answer.json()
        yield from body["items"]
        after = body.get("next")
        if after is None:
            return


def _applied(read: Read, programme: str, moment: datetime) -> bool:
    answer = read(f"reporting:/ledger?programme={programme}&limit=1")
    mark = answer.json().get("watermark") if answer.is_success else None
    return mark is not None and datetime.fromisoformat(mark) >= moment


def _swept(read: Read, programme: str, moment: datetime) -> bool:
    """Nothing is due, or will be once the grace of what has just come is over."""
    ripe = (watch["ripe_at"] for watch in pages(read, f"supervision:/watches?programme={programme}&limit=100"))
    return all(at is None or datetime.fromisoformat(at) > moment + _SOON for at in ripe)
