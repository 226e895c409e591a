"""Whether a process is ready, looked up at most once a second however many ask.

Anybody may ask, past every limit: were each of them to look, they would take the database from those who work.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from threading import Lock
from time import monotonic

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
LONG_SECONDS = 5.0
"""A look that takes longer is an answer too: what hangs is away."""

Check = Callable[[], object]
"""Returns when the thing is ready and raises when it is not; what it raised goes to the log, not to the caller."""


class Readiness:
    """The checks of a process and what they last said. Whoever comes while one looks is told that, at once."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self._turn = Lock()
        self._passed = dict.fromkeys(checks, False)
        self._next = 0.0
        self._since: float | None = None

    def tell(self) -> tuple[bool, dict[str, str]]:
        """Whether all checks pass, and each one's "ready" or "away"."""
        if self._turn.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._turn.release()
        hangs = (since := self._since) is not None and monotonic() - since > LONG_SECONDS
        passed = dict.fromkeys(self._checks, False) if hangs else self._passed
        return all(passed.values()), {name: "ready" if held else "away" for name, held in passed.items()}

    def _look(self) -> None:
        if (now := monotonic()) < self._next:
            return
        self._since = now
        self._passed = {name: _passes(name, check) for name, check in self._checks.items()}
        self._since = None
        self._next = monotonic() + LOOK_SECONDS


def _passes(name: str, check: Check) -> bool:
    try:
        check()
    except Exception as error:
        log.warning("not ready, %s: %s", name, error)
        return False
    return True
