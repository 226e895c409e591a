"""What the office and an enterprise may want done with a watched case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from supervision.domain.events import Satisfaction


@dataclass(frozen=True, slots=True)
class Act:
    """Who says when it happened; `learnt_at` is when Bugle was told, `backdating_reason` why so late."""

    by: str
    at: datetime
    learnt_at: datetime
    backdating_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Verify:
    """Record how satisfied the enterprise is with the result of this round."""

    satisfaction: Satisfaction
    note: str | None
    act: Act


@dataclass(frozen=True, slots=True)
class CloseOut:
    """Strike the case off."""

    act: Act
