"""The watch over one case: its state as the fold of its events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from supervision.domain import events
from supervision.domain.clock import Clock, Evidence, changed, started
from supervision.domain.events import Ground, WatchEvent
from supervision.domain.policy import ClockRule, Policy

REPORTED = "reported"
SATISFIED = ("satisfied", "basically_satisfied")


@dataclass(frozen=True, slots=True)
class Fact:
    """A step of a case as supervision knows it."""

    name: str
    round: int
    at: datetime
    learnt_at: datetime
    unit: str | None = None
    milestone: str | None = None
    milestones: tuple[events.Milestone, ...] = ()
    copied_to_office: bool = False
    satisfaction: events.Satisfaction | None = None

    @property
    def ends(self) -> Ground | None:
        """Why clocks of the round end with it, if they do."""
        return "closed_out" if self.name == "closed_out" else "reopened" if self.name == "reopening" else None


@dataclass(frozen=True, slots=True)
class Watch:
    """A watch as it stands. `round`: supervision's; `course`: the round in which the department is, as far as known."""

    case: str = ""
    programme: str = ""
    programme_version: int = 0
    agency: str = ""
    enterprise: str = ""
    due_at: datetime | None = None
    synthetic: bool = False
    round: int = 1
    course: int = 1
    facts: tuple[Fact, ...] = ()
    clocks: tuple[Clock, ...] = ()

    @property
    def opened(self) -> bool:
        """Whether the case is watched at all."""
        return self.case != ""

    @property
    def closed(self) -> bool:
        """Whether the case has been closed out."""
        return self.fact("closed_out", None) is not None

    def fact(self, name: str, round: int | None) -> Fact | None:
        """The first fact of this name in the round, or in any for None."""
        return next((f for f in self.facts if f.name == name and round in (None, f.round)), None)

    def lead(self, known_by: datetime | None = None) -> str | None:
        """The lead unit of the latest assignment, or of the latest that was known by a moment."""
        known = [f for f in self.facts if f.name == "assigned" and (known_by is None or f.learnt_at <= known_by)]
        return max(known, key=lambda f: (f.round, f.learnt_at)).unit if known else None

    def generation(self, clock: str) -> int:
        """The last generation of the clock; 0 when it never ran."""
        return max((c.generation for c in self.clocks if c.name == clock), default=0)

    def clock(self, name: str, generation: int) -> Clock:
        """A clock that has been started."""
        return next(c for c in self.clocks if (c.name, c.generation) == (name, generation))

    def evidence(self, clock: Clock, rule: ClockRule) -> list[Evidence]:
        """What ends or stops the clock, in the order learnt."""
        stops = [Evidence(f.name, f.at, f.learnt_at) for f in self.facts if stops_clock(clock, rule, f)]
        return stops + [Evidence(f.name, f.at, f.learnt_at, f.ends) for f in self.facts if _ends_clock(clock, f)]

    def ripe_at(self, policy: Policy) -> datetime | None:
        """When some clock does its next thing; None when none ever will unless more is learnt."""
        found = (clock.next(self.evidence(clock, policy.rule(clock.name)), policy) for clock in self.clocks)
        return min((due.at for due in found if due is not None), default=None)


def stops_clock(clock: Clock, rule: ClockRule, fact: Fact) -> bool:
    """Whether the clock waits for the fact. A clock runs within its round; one from the report on through all."""
    if fact.name not in rule.stops or (fact.name == "milestone" and fact.milestone != clock.milestone):
        return False
    return clock.fact == REPORTED or fact.round == clock.round


def _ends_clock(clock: Clock, fact: Fact) -> bool:
    if clock.fact == fact.name or fact.ends is None:
        return False
    if clock.fact == REPORTED:
        return fact.ends == "closed_out"
    return fact.round >= clock.round


def _opened(_: Watch, event: events.WatchOpened) -> Watch:
    return Watch(
        case=event.case,
        programme=event.programme,
        programme_version=event.programme_version,
        agency=event.agency,
        enterprise=event.enterprise,
        due_at=event.due_at,
        synthetic=event.synthetic,
        facts=(Fact(REPORTED, 1, event.at, event.learnt_at),),
    )


def _learnt(watch: Watch, event: events.FactLearnt) -> Watch:
    fact = Fact(
        event.fact,
        event.round,
        event.at,
        event.learnt_at,
        event.unit,
        event.milestone,
        event.milestones,
        event.copied_to_office,
    )
    return replace(watch, course=event.round, facts=(*watch.facts, fact))


def _verified(watch: Watch, event: events.EnterpriseVerified) -> Watch:
    fact = Fact("verified", event.round, event.at, event.learnt_at, satisfaction=event.satisfaction)
    return replace(watch, facts=(*watch.facts, fact))


def _closed(watch: Watch, event: events.CaseClosedOut) -> Watch:
    return replace(watch, facts=(*watch.facts, Fact("closed_out", event.round, event.at, event.learnt_at)))


def _reopening(watch: Watch, event: events.ReopeningOrdered) -> Watch:
    ended = Fact("reopening", event.round - 1, event.at, event.learnt_at)
    return replace(watch, round=event.round, facts=(*watch.facts, ended))


def _started(watch: Watch, event: events.ClockStarted) -> Watch:
    return replace(watch, clocks=(*watch.clocks, started(event)))


_FOLDS: Mapping[type, Callable[[Watch, Any], Watch]] = {
    events.WatchOpened: _opened,
    events.FactLearnt: _learnt,
    events.EnterpriseVerified: _verified,
    events.CaseClosedOut: _closed,
    events.ReopeningOrdered: _reopening,
    events.ClockStarted: _started,
}


def apply(watch: Watch, event: WatchEvent) -> Watch:
    """The watch after the event. Pure, and total: whatever was recorded can be folded."""
    fold = _FOLDS.get(type(event))
    if fold is not None:
        return fold(watch, event)
    name, generation = getattr(event, "clock"), getattr(event, "generation")  # noqa: B009 - all others are a clock's
    clocks = tuple(changed(c, event) if (c.name, c.generation) == (name, generation) else c for c in watch.clocks)
    return replace(watch, clocks=clocks)
