"""When a move may be said to have happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from routing.domain import errors
from routing.domain.commands import Act
from routing.domain.text import Text

SKEW = timedelta(minutes=5)
"""How far a sender's clock may be off before a date counts as future or back-dated."""
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""No ledger goes further back; an earlier date is a slip of the pen."""
HORIZON = timedelta(days=7306)
"""20 years, with the leap days: how far ahead a plan or a session reaches."""


def act(
    by: str, said: datetime | None, received: datetime, *, backdating_days: int, reason: str | None, office: bool
) -> Act:
    """Who and when: as said, or when it was received.

    Later than the receipt is refused; earlier needs a reason and, beyond the programme's days, the office.
    """
    if said is None:
        return Act(by, received)
    if said > received + SKEW:
        raise errors.FutureDate
    if said < EARLIEST:
        raise errors.TooEarly
    if said >= received - SKEW:
        return Act(by, said)
    if not office and said < received - timedelta(days=backdating_days):
        raise errors.TooFarBack(
            Text("The programme lets a move be recorded at most {days} days late.", days=backdating_days)
        )
    if not reason:
        raise errors.ReasonMissing
    return Act(by, said, reason)
