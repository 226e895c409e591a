"""How fast each caller may ask: a token bucket per caller, in the memory of one process."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from time import monotonic

MOST = 10_000
"""Buckets kept before those that nothing has been taken from lately are thrown away: a full one is like a new one."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What came of one request. `remaining`: requests that may follow at once; `wait`: seconds until the next may."""

    granted: bool
    remaining: int
    wait: int
    full_in: int


class Buckets:
    """Each caller's bucket holds `burst` requests and is refilled by `rate` requests a second."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = monotonic) -> None:
        self.rate = rate
        self.burst = burst
        self._clock = clock
        self._held: dict[Hashable, tuple[float, float]] = {}

    def take(self, who: Hashable) -> Allowance:
        """One request of a caller's bucket, if there is one in it."""
        now = self._clock()
        if who not in self._held and len(self._held) >= MOST:
            self._forget(now)
        level = self._level(who, now)
        granted = level >= 1
        level -= granted
        self._held[who] = level, now
        return Allowance(
            granted,
            remaining=int(level),
            wait=0 if level >= 1 else math.ceil((1 - level) / self.rate),
            full_in=math.ceil((self.burst - level) / self.rate),
        )

    def _level(self, who: Hashable, now: float) -> float:
        level, at = self._held.get(who, (self.burst, now))
        return min(self.burst, level + (now - at) * self.rate)

    def _forget(self, now: float) -> None:
        """Throw full buckets away; when all are in use, those that were used first."""
        for who in [who for who in self._held if self._level(who, now) >= self.burst]:
            del self._held[who]
        for who in list(self._held)[: max(0, len(self._held) - MOST + 1)]:
            del self._held[who]
