"""Clocks that are counted anew, because what they were counted by has changed.

A calendar amended, a pause, an extension, a newer version of the programme, another kind or grade: each may move what
a running clock waits for. Then this generation is cancelled and the next one begins, which says by what it is counted.
What was past when the cause happened stays as it is, and is judged by the rules of its day: a deadline that was over
before is not looked at again, and a reminder or level that was rightly fired is neither withdrawn nor fired once more.

A clock that has come to its end too late is counted anew in its favour alone, by its own limit: for a pause or the
time it was merged, for the extension that was asked while it ran, or when the calendar comes that was not out. So it
does not matter how long deciding, telling or publishing took, and nothing that was in time is late afterwards.
What a merger withdrew stands again once it is undone, in a generation of its own where nothing else moves the clock.
So does a deadline that was past before the merger and is owed still: its due time stays, and the levels it had not
reached by then are put off by the time the case was merged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from supervision.domain.calendar import Calendar
from supervision.domain.clock import Clock
from supervision.domain.counted_by import Next, as_it_was, choices, latest, own, taken_up
from supervision.domain.events import ClockCancelled, Ground, Stage, WatchEvent
from supervision.domain.limits import Limit
from supervision.domain.policy import Policy
from supervision.domain.schedule import Schedule, Terms, without_past
from supervision.domain.starting import Basis, begin, stops_known
from supervision.domain.sweep import rescind
from supervision.domain.watch import Fact, Watch, apply


@dataclass(frozen=True, slots=True)
class Cause:
    """What changed, from when on, and when it was learnt; `fact` names it in what is rescinded.

    `corrects`: what was provisional is now known, from the beginning. `clock`: the one that was extended.
    """

    ground: Ground
    at: datetime
    learnt_at: datetime
    fact: str
    corrects: bool = False
    clock: str | None = None

    def favours(self, clock: Clock) -> bool:
        """Whether it is a ground to look again at a clock that has come to its end."""
        if self.corrects:
            return clock.provisional
        return self.ground in ("paused", "merged") or (self.ground == "extended" and self.clock == clock.name)

    def since(self, watch: Watch, clock: Clock) -> datetime:
        """From when on the clock goes by it: nothing was counted while a case was merged."""
        if self.corrects and clock.provisional:
            return clock.started_at
        merged = (fact.at for fact in reversed(watch.facts) if fact.name == "merged")
        return next(merged, self.at) if self.ground == "merged" else self.at


TODAY = Limit(0, "same_day")


def renew(watch: Watch, policy: Policy, calendar: Calendar, cause: Cause) -> list[WatchEvent]:
    """The next generations of all clocks whose schedule has become another."""
    happened: list[WatchEvent] = []
    for clock in {(clock.name, clock.lap): clock for clock in watch.clocks}.values():
        events = _renewed(watch, clock, policy, calendar, cause)
        happened += events
        for event in events:
            watch = apply(watch, event)
    return happened


def _renewed(watch: Watch, clock: Clock, policy: Policy, calendar: Calendar, cause: Cause) -> list[WatchEvent]:
    fact, since = watch.first(clock.fact, *clock.lap), cause.since(watch, clock)
    if fact is None:
        return []
    policy = policy if cause.ground == "policy" else _judging(watch, clock, fact, policy)
    rule = policy.rule(clock.name)
    if rule is None or not policy.counts(rule, fact.at):
        return []
    basis = Basis(rule, policy, calendar)
    standing = [stage for stage in clock.stages if stage.stage in clock.standing]
    anew = _counted_anew(watch, clock, fact, basis, cause)
    if anew is not None:
        gone = [stage for stage in standing if stage.due_at >= since]
    elif cause.ground == "merged" and _to_take_up(watch, clock, policy, since):
        anew = taken_up(watch, clock, fact, basis, since)
        gone = [stage for stage in standing if stage.kind != "reminder" or stage.due_at >= since]
    else:
        return []
    start = begin(watch, fact, clock.name, anew.terms, without_past(anew.found, since), anew.basis, cause.learnt_at)
    return [*_ended(watch, clock, cause, gone, policy), start, *stops_known(watch, start, policy)]


def _judging(watch: Watch, clock: Clock, fact: Fact, policy: Policy) -> Policy:
    """The version that judges the clock: that of its day, unless it begins to count after the clock's fact only."""
    newest = policy.of_version(watch.version_for(clock))
    rule = newest.rule(clock.name)
    later = rule is not None and not newest.counts(rule, fact.at)
    return policy.of_version(clock.policy_version) if later else newest


def _counted_anew(watch: Watch, clock: Clock, fact: Fact, basis: Basis, cause: Cause) -> Next | None:
    """What the clock is counted by now; None when that changes nothing, or nothing is changed of such a clock."""
    since, late = cause.since(watch, clock), _late(watch, clock, basis.policy, cause)
    if _over(clock, since) or not (late or _runs(watch, clock, basis.policy, cause)):
        return None
    wanted = [own(watch, clock, fact)] if late else choices(watch, clock, fact, basis.rule)
    basis = as_it_was(clock, basis) if late else basis
    found = latest(watch, basis, wanted)
    if found is not None and cause.ground == "policy" and found.found.due_at < since:
        # a new rule makes no miss of what was in time under the old: it leaves the day
        found = latest(watch, basis, [Terms(since, TODAY, part=wanted[0].part)])
    if found is None or (_same(found.found, clock) and clock.cancelled is None):
        return None
    return None if late and found.found.due_at <= clock.due_at else found


def _to_take_up(watch: Watch, clock: Clock, policy: Policy, since: datetime) -> bool:
    """Whether something of it is to be done now that a merger is undone: what that withdrew and nothing else does,

    and, if its deadline was past by then, what is owed still or was to come while the case was merged.
    """
    evidence = watch.evidence(clock, policy)
    left = [stage for stage in clock.stages if not any(e.covers(stage) for e in evidence)]
    lost = any(stage.stage in clock.withdrawn for stage in left)
    owed = not evidence or any(stage.due_at >= since for stage in left)
    return not clock.replaced and (lost or (_over(clock, since) and owed))


def _ended(watch: Watch, clock: Clock, cause: Cause, gone: Sequence[Stage], policy: Policy) -> Iterator[WatchEvent]:
    """The end of a generation, and of what it fired for which the next one answers."""
    if clock.cancelled is None:
        at = cause.since(watch, clock) if cause.ground == "merged" else cause.at
        yield ClockCancelled(watch.case, clock.name, clock.generation, cause.ground, at)
    if gone:
        yield rescind(watch, clock, gone, cause.fact, cause.at, policy)


def _runs(watch: Watch, clock: Clock, policy: Policy, cause: Cause) -> bool:
    """Whether it still runs; after a merger was undone also a clock that was cancelled by it."""
    if clock.stopped_at is not None or watch.evidence(clock, policy):
        return False
    return clock.cancelled is None or (cause.ground == "merged" and clock.cancelled == "merged")


def _late(watch: Watch, clock: Clock, policy: Policy, cause: Cause) -> bool:
    """Whether it came to its end after its due time, and the cause is one to look at that again."""
    if clock.replaced or not cause.favours(clock):
        return False
    return min((e.at for e in watch.evidence(clock, policy)), default=clock.due_at) > clock.due_at


def _over(clock: Clock, since: datetime) -> bool:
    """Whether its deadline was past when the cause happened: a miss, even if the sweep has not been there yet."""
    return clock.due_at < since


def _same(found: Schedule, clock: Clock) -> bool:
    """Whether due time and levels are as they were; another reminder alone makes no new generation."""
    then, now = ([s for s in stages if s.kind != "reminder"] for stages in (clock.stages, found.stages))
    return (found.due_at, now, found.provisional) == (clock.due_at, then, clock.provisional)
