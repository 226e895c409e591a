"""When something may be said to have happened."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from supervision.domain import errors
from supervision.domain.commands import Act
from supervision.domain.text import Text

SKEW = timedelta(minutes=5)
"""How far a sender's clock may be off before a date counts as future or back-dated."""
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""No ledger goes further back; an earlier date is a slip of the pen."""
HORIZON = timedelta(days=7306)
"""20 years, with the leap days: how far ahead anything is given a day."""


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
    if said < EARLIEST:
        raise errors.TooEarly
    if said >= received - SKEW:
        return Act(by, min(said, received), received)
    if not office and said < received - backdating:
        raise errors.TooFarBack(
            Text("The programme lets it be recorded at most {days} days late.", days=backdating.days)
        )
    if not reason:
        raise errors.ReasonMissing
    return Act(by, said, received, reason)


def require_near(day: date, act: Act, where: str) -> None:
    """TooFarAhead for a day that lies beyond the horizon of what is done now; `where` names the field."""
    if day > act.at.date() + HORIZON:
        raise errors.TooFarAhead(field=where)
