"""What a clock may be counted by, and what that gives."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from supervision.domain.clock import Clock
from supervision.domain.limits import Counting, parse_limit
from supervision.domain.policy import ClockRule
from supervision.domain.schedule import Schedule, Terms, levels, schedule
from supervision.domain.starting import Basis, terms
from supervision.domain.watch import Fact, Watch


class Next(NamedTuple):
    """What a further generation is counted by, and what that gives."""

    basis: Basis
    terms: Terms
    found: Schedule


def choices(watch: Watch, clock: Clock, fact: Fact, rule: ClockRule) -> list[Terms]:
    """What a running clock may be counted by; one that left the day also by that day, whichever ends later."""
    mine = own(watch, clock, fact)
    plain = terms(watch, rule, fact, clock.name, mine.part)
    return [plain, mine] if clock.started_at > fact.at else [plain]


def own(watch: Watch, clock: Clock, fact: Fact) -> Terms:
    """What a clock was counted by, with all extensions that were granted meanwhile."""
    part = next((part for part in fact.parts if part.name == clock.about), None)
    left = clock.started_at if clock.started_at > fact.at else None
    extensions = tuple(map(parse_limit, watch.granted(clock.name, *clock.lap, left)))
    return Terms(clock.started_at, parse_limit(clock.limit), watch.due_at, part, extensions)


def latest(watch: Watch, basis: Basis, choices: list[Terms]) -> Next | None:
    """By those terms that end last; None where none of them gives a date."""
    rule, policy, calendar = basis
    counting = Counting(calendar, policy.zone, watch.spans)
    found = ((wanted, schedule(rule, counting, wanted, policy.quiet)) for wanted in choices)
    known = [Next(basis, wanted, held) for wanted, held in found if held is not None]
    return max(known, key=lambda one: one.found.due_at, default=None)


def taken_up(watch: Watch, clock: Clock, fact: Fact, basis: Basis, since: datetime) -> Next:
    """As it was, but for the levels that it had not reached since: what was not counted meanwhile puts them off."""
    basis = as_it_was(clock, basis)
    counting = Counting(basis.calendar, basis.policy.zone, watch.spans)
    later = {step.level: moment for step, moment in levels(basis.rule, counting, clock.due_at)}
    put_off = {s.stage: later[s.level] for s in clock.stages if s.level in later and s.due_at >= since}
    stages = tuple(
        replace(s, due_at=max(s.due_at, put_off[s.stage].at)) if s.stage in put_off else s for s in clock.stages
    )
    provisional = clock.provisional or any(moment.provisional for moment in put_off.values())
    return Next(basis, own(watch, clock, fact), Schedule(clock.due_at, stages, provisional))


def as_it_was(clock: Clock, basis: Basis) -> Basis:
    """By the version that the clock was started under, as far as it carries it."""
    rule, policy, calendar = basis
    held = replace(rule, stops=policy.stops(clock), card=policy.card(clock))
    return Basis(held, replace(policy, version=clock.policy_version), calendar)
