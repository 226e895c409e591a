"""Clocks that are counted anew, because what they were counted by has changed.

A calendar amended, a pause, an extension, a newer version of the programme, another kind or grade: each may move what
a running clock waits for. Then this generation is cancelled and the next one begins, which says by what it is counted.
What was past when the cause happened stays as it is, and is judged by the rules of its day: a deadline that was over
before is not looked at again, and a reminder or level that was rightly fired is neither withdrawn nor fired once more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from supervision.domain.calendar import EVERY_DAY, Calendar
from supervision.domain.clock import Clock, started
from supervision.domain.events import ClockCancelled, ClockStarted, ClockStopped, Ground, Part, WatchEvent
from supervision.domain.limits import Counting, Limit, parse_limit
from supervision.domain.policy import ClockRule, Policy
from supervision.domain.schedule import Schedule, Terms, schedule, without_past
from supervision.domain.sweep import rescind
from supervision.domain.watch import Fact, Watch, apply, stops_clock


@dataclass(frozen=True, slots=True)
class Cause:
    """What changed, from when on, and when it was learnt; `fact` names it in what is rescinded.

    `corrects`: what was provisional is now known, from the beginning.
    """

    ground: Ground
    at: datetime
    learnt_at: datetime
    fact: str
    corrects: bool = False


class Basis(NamedTuple):
    """By what a clock is counted."""

    rule: ClockRule
    policy: Policy
    calendar: Calendar


TODAY = Limit(0, "same_day")


def terms(watch: Watch, rule: ClockRule, fact: Fact, name: str, part: Part | None) -> Terms:
    """What a clock that starts with the fact is counted by, as far as the watch knows now."""
    limit = rule.limit_for(watch.told("kind"), watch.told("grade"), watch.told("rule"))
    extensions = tuple(map(parse_limit, watch.granted(name, fact.round)))
    return Terms(fact.at, limit, watch.due_at, part, extensions)


def begin(
    watch: Watch, fact: Fact, name: str, part: Part | None, found: Schedule, basis: Basis, known_at: datetime
) -> ClockStarted:
    """The start of a clock's next generation; `known_at` is when the clock could be known."""
    rule, policy, calendar = basis
    wanted = terms(watch, rule, fact, name, part)
    counted = policy.calendar != EVERY_DAY and rule.counts_working_days(wanted.limit, *wanted.extensions)
    return ClockStarted(
        case=watch.case,
        clock=name,
        generation=watch.generation(name) + 1,
        round=fact.round,
        fact=fact.name,
        about=None if part is None else part.name,
        started_at=fact.at,
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
        pauses=tuple(span for span in watch.spans if span.to_at > fact.at),
        extensions=tuple(map(str, wanted.extensions)),
        known_at=known_at,
        at=fact.at,
    )


def renew(watch: Watch, policy: Policy, calendar: Calendar, cause: Cause) -> list[WatchEvent]:
    """The next generations of all running clocks whose schedule has become another."""
    happened: list[WatchEvent] = []
    for clock in {clock.name: clock for clock in watch.clocks}.values():
        events = _renewed(watch, clock, policy, calendar, cause)
        happened += events
        for event in events:
            watch = apply(watch, event)
    return happened


def _renewed(watch: Watch, clock: Clock, policy: Policy, calendar: Calendar, cause: Cause) -> list[WatchEvent]:
    rule, fact = policy.rule(clock.name), watch.fact(clock.fact, clock.round)
    since = clock.started_at if cause.corrects and clock.provisional else cause.at
    if rule is None or fact is None or not _open(watch, clock, policy, cause) or _over(watch, clock, cause, since):
        return []
    part = next((part for part in fact.parts if part.name == clock.about), None)
    counting = Counting(calendar, policy.zone, watch.spans)
    found = schedule(rule, counting, terms(watch, rule, fact, clock.name, part), policy.quiet)
    if found is not None and cause.ground == "policy" and found.due_at < since:
        # a new rule makes no miss of what was in time under the old: it leaves the day
        found = schedule(rule, counting, Terms(since, TODAY), policy.quiet)
    if found is None or (_same(found, clock) and clock.cancelled is None):
        return []
    ended: list[WatchEvent] = []
    if clock.cancelled is None:
        ended.append(ClockCancelled(watch.case, clock.name, clock.generation, cause.ground, cause.at))
    gone = [stage for stage in clock.stages if stage.stage in clock.standing and stage.due_at >= since]
    if gone:
        ended.append(rescind(watch, clock, gone, cause.fact, cause.at, policy))
    basis = Basis(rule, policy, calendar)
    start = begin(watch, fact, clock.name, part, without_past(found, since), basis, cause.learnt_at)
    return [*ended, start, *stops_known(watch, started(start), policy)]


def _open(watch: Watch, clock: Clock, policy: Policy, cause: Cause) -> bool:
    """Whether it still runs; after a merger was undone also a clock that was cancelled by it."""
    if clock.stopped_at is not None or watch.evidence(clock, policy):
        return False
    return clock.cancelled is None or (cause.ground == "merged" and clock.cancelled == "merged")


def _over(watch: Watch, clock: Clock, cause: Cause, since: datetime) -> bool:
    """Whether its deadline was past when the cause happened: a miss, even if the sweep has not been there yet.

    While a case was merged nothing was counted, so what was due meanwhile was not past.
    """
    if cause.ground == "merged":
        since = next((fact.at for fact in reversed(watch.facts) if fact.name == "merged"), since)
    return clock.due_at < since


def _same(found: Schedule, clock: Clock) -> bool:
    """Whether due time and levels are as they were; another reminder alone makes no new generation."""
    then, now = ([s for s in stages if s.kind != "reminder"] for stages in (clock.stages, found.stages))
    return (found.due_at, now, found.provisional) == (clock.due_at, then, clock.provisional)


def stops_known(watch: Watch, clock: Clock, policy: Policy) -> Iterator[ClockStopped]:
    """The stop of a clock by what is known already."""
    stopping = [fact for fact in watch.facts if stops_clock(clock, fact, policy)]
    if stopping:
        yield stop(watch, clock, min(stopping, key=lambda fact: fact.at))


def stop(watch: Watch, clock: Clock, fact: Fact) -> ClockStopped:
    """The fact stops the clock, on its due time still in time."""
    in_time = fact.at <= clock.due_at
    return ClockStopped(watch.case, clock.name, clock.generation, fact.name, fact.at, in_time, fact.at)
