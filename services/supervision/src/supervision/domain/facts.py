"""What follows from a fact: clocks start and stop. What runs out is decided in `sweep`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from supervision.domain.calendar import EVERY_DAY, Calendar
from supervision.domain.clock import Clock, started
from supervision.domain.events import ClockStarted, ClockStopped, Milestone, WatchEvent
from supervision.domain.limits import Counting
from supervision.domain.policy import ClockRule, Policy
from supervision.domain.schedule import Schedule, schedule
from supervision.domain.watch import Fact, Watch, apply, stops_clock


@dataclass(frozen=True, slots=True)
class Subject:
    """What a clock is for: its name, and the milestone if it is about one."""

    clock: str
    milestone: Milestone | None = None


def learn(watch: Watch, event: WatchEvent, policy: Policy, calendar: Calendar) -> list[WatchEvent]:
    """The event, which adds one fact to the watch, and what that starts and stops."""
    known = watch
    watch = apply(watch, event)
    fact = watch.facts[-1]
    stopped = [
        stop
        for clock in watch.clocks
        if stops_clock(clock, policy.rule(clock.name), fact)
        for stop in stop_clock(watch, clock, fact)
    ]
    if known.fact(fact.name, fact.round) is not None:
        return [event, *stopped]  # the first fact of a round starts its clocks, a repeated one does not
    begun = [
        happened
        for rule in policy.clocks.values()
        if rule.starts == fact.name
        for subject in _subjects(rule, fact)
        for happened in start_clock(watch, fact, subject, policy, calendar)
    ]
    return [event, *stopped, *begun]


def _subjects(rule: ClockRule, fact: Fact) -> list[Subject]:
    if rule.each_milestone:
        return [Subject(f"{rule.id}:{n}", milestone) for n, milestone in enumerate(fact.milestones, start=1)]
    return [Subject(rule.id)]


def start_clock(
    watch: Watch,
    fact: Fact,
    subject: Subject,
    policy: Policy,
    calendar: Calendar,
    known_at: datetime | None = None,
) -> Iterator[ClockStarted | ClockStopped]:
    """A new generation of a clock, and its stop where that is known already; nothing without a due date.

    `known_at` is when the clock could be known: with the fact, or with the calendar that it was recomputed by.
    """
    rule = policy.rule(subject.clock)
    found = schedule(rule, Counting(calendar, policy.zone), fact.at, watch.due_at, subject.milestone)
    if found is None:
        return
    counted = policy.calendar != EVERY_DAY and rule.counts_working_days
    start = _start(watch, rule, fact, subject, found, calendar if counted else None, policy, known_at)
    yield start
    clock = started(start)
    for later in watch.facts:
        if stops_clock(clock, rule, later):
            for stop in stop_clock(watch, clock, later):
                yield stop
                clock = replace(clock, stopped_at=stop.stopped_at)


def _start(
    watch: Watch,
    rule: ClockRule,
    fact: Fact,
    subject: Subject,
    found: Schedule,
    calendar: Calendar | None,
    policy: Policy,
    known_at: datetime | None,
) -> ClockStarted:
    return ClockStarted(
        case=watch.case,
        clock=subject.clock,
        generation=watch.generation(subject.clock) + 1,
        round=fact.round,
        fact=fact.name,
        milestone=None if subject.milestone is None else subject.milestone.name,
        started_at=fact.at,
        due_at=found.due_at,
        stages=found.stages,
        policy_version=policy.version,
        calendar=None if calendar is None else calendar.id,
        calendar_version=None if calendar is None else calendar.version,
        provisional=found.provisional,
        unit=fact.unit,
        limit=str(rule.limit),
        known_at=known_at or fact.learnt_at,
        at=fact.at,
    )


def stop_clock(watch: Watch, clock: Clock, fact: Fact) -> Iterator[ClockStopped]:
    """The fact stops the clock unless an earlier one has, or another generation has taken its place."""
    if clock.cancelled == "recomputed" or (clock.stopped_at is not None and clock.stopped_at <= fact.at):
        return
    in_time = fact.at <= clock.due_at
    yield ClockStopped(watch.case, clock.name, clock.generation, fact.name, fact.at, in_time, fact.at)
