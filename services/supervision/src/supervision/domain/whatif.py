"""What other limits, or another calendar, would have made of the clocks that ran. Nothing is decided here.

A clock is counted anew from its own start, without the pauses it was counted without and with the extensions it was
given. What units would have done under another limit nobody knows: each is held to what it did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from supervision.domain.calendar import Calendar
from supervision.domain.clock import Clock, Status
from supervision.domain.limits import Counting, Limit, parse_limit
from supervision.domain.watch import Watch

EXTERNAL = "external"


@dataclass(frozen=True, slots=True)
class Rules:
    """What differs: limits by the ids of clocks (a milestone's is without its number), and the calendar, if it does."""

    limits: Mapping[str, Limit] = field(default_factory=dict)
    calendar: Calendar | None = None

    def limit(self, clock: Clock) -> Limit:
        """The limit of a clock under these rules."""
        return self.limits.get(clock.name.partition(":")[0]) or parse_limit(clock.limit)


@dataclass(frozen=True, slots=True)
class Recount:
    """A clock beside itself under other rules. `due_at` and `status` are what they would have been."""

    clock: Clock
    limit: Limit
    due_at: datetime
    status: Status

    @property
    def differs(self) -> bool:
        """Whether the end would have been another."""
        return self.status != self.clock.status


def recounts(
    watch: Watch, rules: Rules, counting: Callable[[Clock], Counting], until: datetime, observed: datetime | None
) -> Iterator[Recount]:
    """The clocks of a watch that no further generation has replaced, under other rules.

    `counting`: as the clock was counted; `until`: what is due later is not over; `observed`: up to when the programme
    was watched.
    """
    for clock in watch.clocks:
        if not clock.replaced:
            due = _due(clock, rules, counting(clock))
            yield Recount(clock, rules.limit(clock), due, _status(clock, due, until, observed))


def _due(clock: Clock, rules: Rules, counted: Counting) -> datetime:
    limit = rules.limit(clock)
    if limit.unit == EXTERNAL or (str(limit) == clock.limit and rules.calendar is None):
        return clock.due_at
    other = Counting(rules.calendar or counted.calendar, counted.zone, counted.pauses)
    due = other.due(clock.started_at, limit).at
    for extension in clock.extensions:
        due = other.later(due, parse_limit(extension)).at
    return due


def _status(clock: Clock, due: datetime, until: datetime, observed: datetime | None) -> Status:
    """As the clock ended, judged by another due time; one that was cancelled before that would have been."""
    if due == clock.due_at:
        return clock.status
    if clock.cancelled_at is not None and clock.cancelled_at <= due:
        return "cancelled"
    if clock.stopped_at is not None:
        return "met" if clock.stopped_at <= due else "late"
    if observed is not None and due > observed:
        return "unobserved"
    return "missed" if due <= until else "running"
