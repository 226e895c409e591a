"""What follows from a fact: clocks start, stop and are counted anew. What runs out is decided in `sweep`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from supervision.domain.calendar import Calendar
from supervision.domain.clock import Clock
from supervision.domain.events import CaseRaised, ClockStarted, ClockStopped, FactLearnt, Part, WatchEvent
from supervision.domain.limits import Counting
from supervision.domain.policy import ClockRule, Policy
from supervision.domain.renewal import Cause, renew
from supervision.domain.schedule import schedule
from supervision.domain.starting import Basis, begin, stop, stops_known, terms
from supervision.domain.watch import Fact, Watch, apply, stops_clock

BY = "rule"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a clock is for: its name, and the part of the fact if it is about one."""

    clock: str
    part: Part | None = None


def learn(watch: Watch, event: WatchEvent, policy: Policy, calendar: Calendar) -> list[WatchEvent]:
    """The event, which adds one fact to the watch, and what that starts, stops and changes."""
    known = watch
    watch = apply(watch, event)
    fact = watch.facts[-1]
    happened: list[WatchEvent] = [event]
    happened += (stop for clock in watch.clocks for stop in stopped(watch, clock, fact, policy))
    if known.first(fact.name, fact.round, fact.answer) is None:  # what is repeated starts nothing
        happened += begun(watch, fact, policy, calendar)
    happened += _raised(watch, event, policy)
    return happened + _changed(_after(known, happened), event, policy, calendar)


def begun(watch: Watch, fact: Fact, policy: Policy, calendar: Calendar) -> list[WatchEvent]:
    """The clocks that a fact starts."""
    return [
        happened
        for rule in policy.clocks.values()
        if rule.starts == fact.name and policy.counts(rule, fact.at)
        for subject in _subjects(rule, fact)
        for happened in _start(watch, fact, subject, Basis(rule, policy, calendar))
    ]


def _subjects(rule: ClockRule, fact: Fact) -> list[Subject]:
    if rule.each is None:
        return [Subject(rule.id)]
    return [Subject(f"{rule.id}:{n}", part) for n, part in enumerate(fact.parts, start=1)]


def _start(watch: Watch, fact: Fact, subject: Subject, basis: Basis) -> Iterator[ClockStarted | ClockStopped]:
    """A new clock, and its stop where that is known already; nothing without a due date."""
    rule, policy, calendar = basis
    counting = Counting(calendar, policy.zone, watch.spans)
    wanted = terms(watch, rule, fact, subject.clock, subject.part)
    found = schedule(rule, counting, wanted, policy.quiet)
    if found is not None:
        start = begin(watch, fact, subject.clock, wanted, found, basis, fact.learnt_at)
        yield start
        yield from stops_known(watch, start, policy)


def stopped(watch: Watch, clock: Clock, fact: Fact, policy: Policy) -> Iterator[ClockStopped]:
    """The fact stops the clock unless an earlier one has, or another generation has taken its place."""
    if clock.replaced or not stops_clock(clock, fact, policy):
        return
    if clock.stopped_at is None or fact.at < clock.stopped_at:
        yield stop(watch, clock, fact)


def _raised(watch: Watch, event: WatchEvent, policy: Policy) -> Iterator[CaseRaised]:
    """A case of such a grade goes to the grade's level at once, if it is not there yet."""
    if not isinstance(event, FactLearnt) or event.fact != "graded" or event.grade is None:
        return
    level = policy.reports_to.get(event.grade)
    if level is not None and level > watch.level:
        yield CaseRaised(
            watch.case, level, policy.ladder[level], "grade", event.grade, None, BY, event.learnt_at, event.at
        )


def _changed(watch: Watch, event: WatchEvent, policy: Policy, calendar: Calendar) -> list[WatchEvent]:
    """Clocks whose limit depends on what was learnt are counted anew."""
    if not isinstance(event, FactLearnt):
        return []
    if event.fact in ("classified", "graded", "assigned"):
        return renew(watch, policy, calendar, Cause("recomputed", event.at, event.learnt_at, event.fact))
    if event.fact == "unmerged":
        return renew(watch, policy, calendar, Cause("merged", event.at, event.learnt_at, event.fact))
    return []


def _after(watch: Watch, happened: list[WatchEvent]) -> Watch:
    for event in happened:
        watch = apply(watch, event)
    return watch
