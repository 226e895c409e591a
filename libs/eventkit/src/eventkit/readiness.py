"""Whether a process is ready, and whatever else is looked up at most once a second however many ask.

Anybody may ask, past every limit: were each of them to look, they would take the database from those who work.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
LONG_SECONDS = 5.0
"""A look that takes longer is an answer too: what hangs is away."""

Check = Callable[[], object]
"""Returns when the thing is ready and raises when it is not; what it raised goes to the log, not to the caller."""


T = TypeVar("T")


class Glance(Generic[T]):
    """What a look found, at most once a second, one look at a time. Whoever comes meanwhile gets the last, at once."""

    def __init__(self, look: Callable[[], T]) -> None:
        self._look = look
        self._turn = Lock()
        self._found: T | None = None
        self._next = 0.0
        self._since: float | None = None

    def tell(self) -> T | None:
        """What was found; None before the first look has ended, and while one hangs."""
        if self._turn.acquire(blocking=False):
            try:
                self._refresh()
            finally:
                self._since = None
                self._turn.release()
        hangs = (since := self._since) is not None and monotonic() - since > LONG_SECONDS
        return None if hangs else self._found

    def _refresh(self) -> None:
        if (now := monotonic()) < self._next:
            return
        self._since = now
        self._found = self._look()
        self._next = monotonic() + LOOK_SECONDS


class Readiness:
    """The checks of a process and what they last said."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._away = dict.fromkeys(checks, False)
        self._glance = Glance(lambda: {name: _passes(name, check) for name, check in checks.items()})

    def tell(self) -> tuple[bool, dict[str, str]]:
        """Whether all checks pass, and each one's "ready" or "away"; what hangs is away."""
        found = self._glance.tell()
        passed = self._away if found is None else found
        return all(passed.values()), {name: "ready" if held else "away" for name, held in passed.items()}


def _passes(name: str, check: Check) -> bool:
    try:
        check()
    except Exception as error:
        log.warning("not ready, %s: %s", name, error)
        return False
    return True
