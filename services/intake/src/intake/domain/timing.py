"""When a command says that something happened, and whether it may say so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from intake.domain.errors import BackDated, BadDueDate, FutureDate, TooEarly
from intake.domain.text import Text

SKEW = timedelta(minutes=5)
"""How far clocks of callers may be apart from ours, either way, without being ahead or back-dated."""
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""No ledger goes further back; an earlier date is a slip of the pen."""
DECADE = timedelta(days=3653)
"""Ten years; with two or three leap days, so that an anniversary lies within."""


@dataclass(frozen=True, slots=True)
class Timing:
    """`at`: when it happened; `given`: whether the caller said so, else it is `now`, when the command came.

    `office`: whether the office asks; `from_ledger`: whether it comes from a ledger, whose dates may lie as far back as
    the ledger goes.
    """

    at: datetime
    now: datetime
    given: bool = True
    reason: str | None = None
    office: bool = False
    from_ledger: bool = False


def check_moment(at: datetime, now: datetime, field: str = "occurred_at") -> None:
    """FutureDate when `at` is ahead of `now` by more than the skew, TooEarly when no ledger goes back so far."""
    if at > now + SKEW:
        raise FutureDate(field=field)
    if at < EARLIEST:
        raise TooEarly(field=field)


def refuse_due(due_at: datetime | None, reported: datetime) -> None:
    """BadDueDate unless an issue is due at most 10 years before its report or 20 years after it."""
    if due_at is not None and not -DECADE <= due_at - reported <= 2 * DECADE:
        raise BadDueDate(field="due_at")


def backdating_reason(timing: Timing, limit_days: int) -> str | None:
    """The reason to record, None when it is not back-dated.

    Raises FutureDate, TooEarly, or BackDated without a reason or beyond the programme's limit, which binds all but the
    office.
    """
    check_moment(timing.at, timing.now)
    if timing.from_ledger or timing.at >= timing.now - SKEW:
        return None
    if not timing.reason:
        raise BackDated(
            Text("A date in the past needs a reason."), field="reason", mend=Text("say in `reason` why it comes late")
        )
    if timing.at < timing.now - timedelta(days=limit_days) and not timing.office:
        raise BackDated(
            Text("The programme allows back-dating by {days} days at most.", days=limit_days),
            field="occurred_at",
            mend=Text("give a later date, or let the office record it"),
        )
    return timing.reason
