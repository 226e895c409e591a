"""How long to wait before trying again: a random part of a bound that doubles (full jitter).

Many processes that lost the same server at the same moment would otherwise come back at the same moment too.
"""

from __future__ import annotations

import random


def pause(attempt: int, first: float, most: float) -> float:
    """Seconds to wait after the failure number `attempt` (from 0): from 0 to first × 2^attempt, at most `most`."""
    return random.uniform(0, min(most, first * 2.0 ** min(attempt, 60)))
