"""When something may be said to have happened."""

from __future__ import annotations

from datetime import datetime, timedelta

from supervision.domain import errors
from supervision.domain.commands import Act
from supervision.domain.text import Text

SKEW = timedelta(minutes=5)
"""How far a sender's clock may be off before a date counts as future or back-dated."""


def act(
    by: str, said: datetime | None, received: datetime, *, backdating: timedelta, reason: str | None, office: bool
) -> Act:
    """Who and when: as said, or when it was received.

    Later than the receipt is refused; earlier needs a reason and, beyond the programme's limit, the office.
    """
    if said is None:
        return Act(by, received, received)
    if said > received + SKEW:
        raise errors.FutureDate
    if said >= received - SKEW:
        return Act(by, min(said, received), received)
    if not office and said < received - backdating:
        raise errors.TooFarBack(
            Text("The programme lets it be recorded at most {days} days late.", days=backdating.days)
        )
    if not reason:
        raise errors.ReasonMissing
    return Act(by, said, received, reason)
