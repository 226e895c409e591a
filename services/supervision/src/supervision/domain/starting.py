"""The start of a clock's next generation, and its stop where that is known already."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from supervision.domain.calendar import EVERY_DAY, Calendar
from supervision.domain.clock import Clock
from supervision.domain.events import ClockStarted, ClockStopped, Part
from supervision.domain.limits import parse_limit
from supervision.domain.policy import ClockRule, Policy
from supervision.domain.schedule import Schedule, Terms
from supervision.domain.watch import ANSWERING, Fact, Watch, apply, stops_clock


class Basis(NamedTuple):
    """By what a clock is counted."""

    rule: ClockRule
    policy: Policy
    calendar: Calendar


def terms(watch: Watch, rule: ClockRule, fact: Fact, name: str, part: Part | None) -> Terms:
    """What a clock that starts with the fact is counted by, as far as the watch knows now."""
    limit = rule.limit_for(watch.told("kind"), watch.told("grade"), watch.told("rule"))
    answer = fact.answer if fact.name in ANSWERING else 0
    extensions = tuple(map(parse_limit, watch.granted(name, fact.round, answer)))
    return Terms(fact.at, limit, watch.due_at, part, extensions)


def begin(
    watch: Watch, fact: Fact, name: str, wanted: Terms, found: Schedule, basis: Basis, known_at: datetime
) -> ClockStarted:
    """The start of a clock's next generation on these terms; `known_at` is when the clock could be known."""
    (rule, policy, calendar), part = basis, wanted.part
    counted = policy.calendar != EVERY_DAY and rule.counts_working_days(wanted.limit, *wanted.extensions)
    return ClockStarted(
        case=watch.case,
        clock=name,
        generation=watch.generation(name) + 1,
        round=fact.round,
        fact=fact.name,
        about=None if part is None else part.name,
        started_at=wanted.since,
        due_at=found.due_at,
        stages=found.stages,
        policy_version=policy.version,
        calendar=calendar.id if counted else None,
        calendar_version=calendar.version if counted else None,
        provisional=found.provisional,
        unit=fact.unit if part is None or part.unit is None else part.unit,
        limit=str(wanted.limit),
        stops=tuple(sorted(rule.stops)),
        card=rule.card,
        kind=watch.told("kind"),
        grade=watch.told("grade"),
        pauses=tuple(span for span in watch.spans if span.to_at > wanted.since),
        extensions=tuple(map(str, wanted.extensions)),
        known_at=known_at,
        at=wanted.since,
    )


def stops_known(watch: Watch, start: ClockStarted, policy: Policy) -> Iterator[ClockStopped]:
    """The stop of a clock by what is known already."""
    clock = apply(watch, start).clocks[-1]
    stopping = [fact for fact in watch.facts if stops_clock(clock, fact, policy)]
    if stopping:
        yield stop(watch, clock, min(stopping, key=lambda fact: fact.at))


def stop(watch: Watch, clock: Clock, fact: Fact) -> ClockStopped:
    """The fact stops the clock, on its due time still in time."""
    in_time = fact.at <= clock.due_at
    return ClockStopped(watch.case, clock.name, clock.generation, fact.name, fact.at, in_time, fact.at)
