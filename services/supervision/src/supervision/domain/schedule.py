"""When the stages of a clock are due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate

from supervision.domain.events import Part, Stage
from supervision.domain.limits import Counting, Limit, Moment
from supervision.domain.policy import ClockRule, Quiet, Step

REMINDER, MISS = 0, 1


@dataclass(frozen=True, slots=True)
class Terms:
    """What a clock's due time is counted from and by.

    `external`: a date set with the issue; `part`: the line of a plan it is about; `extensions`: further spans granted.
    """

    since: datetime
    limit: Limit
    external: datetime | None = None
    part: Part | None = None
    extensions: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Schedule:
    """A due time and the stages around it; provisional when any of them counted days of an unknown year."""

    due_at: datetime
    stages: tuple[Stage, ...]
    provisional: bool


def schedule(rule: ClockRule, counting: Counting, terms: Terms, quiet: Quiet | None = None) -> Schedule | None:
    """The schedule of a clock on these terms; None when its limit is external and no date is given."""
    due = _due(counting, terms)
    if due is None:
        return None
    reminder = _reminder(rule, counting, terms, due.at, quiet)
    climbs = levels(rule, counting, due.at)
    stages = [Stage(MISS, "miss", None, due.at)]
    if reminder is not None:
        stages.insert(0, Stage(REMINDER, "reminder", None, reminder.at))
    stages += [Stage(MISS + n, "escalation", s.level, later.at, s.role) for n, (s, later) in enumerate(climbs, start=1)]
    counted = [due, *([] if reminder is None else [reminder]), *(later for _, later in climbs)]
    return Schedule(due.at, tuple(stages), any(moment.provisional for moment in counted))


def levels(rule: ClockRule, counting: Counting, due_at: datetime) -> list[tuple[Step, Moment]]:
    """The levels of a clock, each with the moment at which it is reached if nothing happens."""
    spans = (counting.later(due_at, step.after) for step in rule.steps)
    return list(zip(rule.steps, _climbing(spans), strict=True))


def _climbing(moments: Iterable[Moment]) -> Iterator[Moment]:
    """No level before the one below it: of spans in days and in working days a holiday turns the order."""
    return accumulate(moments, lambda below, one: one if one.at >= below.at else replace(one, at=below.at))


def _due(counting: Counting, terms: Terms) -> Moment | None:
    due = _first_due(counting, terms)
    for span in terms.extensions if due is not None else ():
        assert due is not None
        later = counting.later(due.at, span)
        due = Moment(later.at, due.provisional or later.provisional)
    return due


def _first_due(counting: Counting, terms: Terms) -> Moment | None:
    if terms.part is not None and terms.part.due_on is not None:
        return Moment(counting.end(terms.part.due_on))
    if terms.limit.unit == "external":
        return None if terms.external is None else Moment(terms.external)
    return counting.due(terms.since, terms.limit)


def _reminder(rule: ClockRule, counting: Counting, terms: Terms, due: datetime, quiet: Quiet | None) -> Moment | None:
    """A reminder before the clock ran, or not before the due time, would remind of nothing: there is none then."""
    if rule.remind is None:
        return None
    remind = counting.earlier(due, rule.remind)
    if quiet is not None:
        remind = Moment(quiet.moved(remind.at, due, counting.zone), remind.provisional)
    return remind if terms.since < remind.at < due else None


def without_past(found: Schedule, since: datetime) -> Schedule:
    """The schedule of a clock that is counted anew: it does not remind of what was before."""
    stages: Sequence[Stage] = [s for s in found.stages if s.kind != "reminder" or s.due_at >= since]
    return Schedule(found.due_at, tuple(stages), found.provisional)
