"""I9: how long it took until everything that had piled up was applied."""

from __future__ import annotations

import time
from dataclasses import dataclass

from bugle.quiet import Observer
from bugle.stack.place import Place
from bugle.verify.report import Invariant

DETECTION = 30.0
"""Seconds: a worker's session time-out (10) and the rebalance that follows it (20); a relay's delivery has 25."""
RATE = 20.0
"""Events a second that are drained at the very least, all processes of a system on two cores."""
LEEWAY = 1.5
LONGEST = 240.0


@dataclass(frozen=True, slots=True)
class Recovery:
    """From the moment the fault was gone. `backlog`: events still to be read when every process was ready.

    `left`: of these, how many were not when waiting came to its end.
    """

    seconds: float
    backlog: int
    left: int = 0

    @property
    def limit(self) -> float:
        """Seconds that are allowed."""
        return LEEWAY * (DETECTION + self.backlog / RATE)

    def judge(self, i9: Invariant) -> None:
        """I9."""
        i9.checked += 1
        if self.left:
            i9.fault(f"{self.left} of {self.backlog} events were still to be read after {self.seconds:.1f} s")
        elif self.seconds > self.limit:
            i9.fault(f"{self.backlog} events took {self.seconds:.1f} s, {self.limit:.1f} s are allowed")


def recover(system: Place, began: float, again: int = 0) -> Recovery:
    """Wait until all that is recorded now is applied everywhere, or for LONGEST seconds.

    `began`: when the fault was gone, by the monotonic clock. `again`: events that were applied and are read once more
    before those that are left.
    """
    with Observer(system) as observer:
        heads = observer.heads()
        backlog = observer.backlog(heads)
        left = backlog
        while left and time.monotonic() - began < LONGEST:
            time.sleep(0.1)
            left = observer.backlog(heads)
    return Recovery(time.monotonic() - began, again + backlog, left)
