"""One clock of a case: what it has done and, at any moment, what it does next.

Nothing here looks at the time of day or at the order in which facts arrived. Every stage has a *ripe* moment, the
later of its due time and the moment the clock became known plus the programme's grace, and does what the facts learnt
until then ask for. So whoever knows all facts up to a moment comes to the same end, whenever he looks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from supervision.domain.events import (
    ClockCancelled,
    ClockStarted,
    ClockStopped,
    ClockUnobserved,
    Ground,
    MissesRescinded,
    Span,
    Stage,
)
from supervision.domain.policy import Policy

Act = Literal["rescind", "fire", "unobserve", "cancel"]
Status = Literal["running", "met", "late", "missed", "unobserved", "cancelled"]

REPLACING: frozenset[Ground] = frozenset({"recomputed", "paused", "extended", "policy"})
"""Grounds on which a clock is cancelled because the next generation is counted anew."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A fact after which a clock has nothing to miss any more. `ends` says so of one that only ended its round."""

    fact: str
    at: datetime
    learnt_at: datetime
    ends: Ground | None = None

    def covers(self, stage: Stage) -> bool:
        """Whether it happened before or when the stage was due."""
        return self.at <= stage.due_at


@dataclass(frozen=True, slots=True)
class Due:
    """What a clock does at a moment. Ordered: what is earlier comes first, and at one moment by `rank`."""

    at: datetime
    rank: int
    act: Act
    stage: Stage | None = None
    evidence: Evidence | None = None

    @property
    def order(self) -> tuple[datetime, int, datetime, int]:
        """Among the clocks of a case. What becomes known at once has run out one after the other, level by level."""
        fires = self.act in ("fire", "unobserve")
        ran_out = self.stage.due_at if fires and self.stage is not None else self.at
        return self.at, 1 if fires else 2 * (self.act == "cancel"), ran_out, self.rank


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock as it stands; `fired` and `withdrawn` hold stage numbers, `answer` is that of the fact that began it."""

    name: str
    generation: int
    round: int
    fact: str
    about: str | None
    started_at: datetime
    known_at: datetime
    due_at: datetime
    stages: tuple[Stage, ...]
    unit: str | None
    limit: str
    calendar: str | None
    calendar_version: int | None
    provisional: bool
    policy_version: int
    stops: frozenset[str]
    card: str | None
    pauses: tuple[Span, ...] = ()
    extensions: tuple[str, ...] = ()
    answer: int = 0
    stopped_at: datetime | None = None
    in_time: bool | None = None
    cancelled: Ground | None = None
    cancelled_at: datetime | None = None
    unobserved: bool = False
    superseded: bool = False
    fired: frozenset[int] = frozenset()
    withdrawn: frozenset[int] = frozenset()

    @property
    def lap(self) -> tuple[int, int]:
        """Its round and its answer: within them a further generation takes the place of the one before."""
        return self.round, self.answer

    @property
    def runs(self) -> bool:
        """Whether it is neither stopped nor cancelled."""
        return self.stopped_at is None and self.cancelled is None

    @property
    def replaced(self) -> bool:
        """Whether a further generation has taken its place."""
        return self.superseded or self.cancelled in REPLACING

    @property
    def movable(self) -> bool:
        """Whether a newer calendar may move its due time: it runs, or was late by one that was not out yet."""
        if self.calendar is None or self.runs:
            return self.calendar is not None
        return self.provisional and not self.replaced and (self.in_time is False or bool(self.standing))

    @property
    def standing(self) -> frozenset[int]:
        """The stages that fired and were not withdrawn."""
        return self.fired - self.withdrawn

    @property
    def status(self) -> Status:
        """The first that applies of cancelled, met, late, missed, unobserved, running.

        What ends a clock takes back no miss that stands: only a clock that missed nothing is cancelled.
        """
        missed = any(stage.kind == "miss" and stage.stage in self.standing for stage in self.stages)
        if self.cancelled is not None and not missed:
            return "cancelled"
        if self.stopped_at is not None:
            return "met" if self.in_time else "late"
        if missed:
            return "missed"
        return "unobserved" if self.unobserved else "running"

    def next(self, evidence: Sequence[Evidence], policy: Policy, level: int) -> Due | None:
        """What it does next if no further fact comes, and when; None when it is done.

        `level`: how high the case stands, by whatever brought it there. Levels up to it are passed over.
        """
        if self.replaced:
            return None
        stages = (due for due in self._stages(evidence, policy) if not _reached(due, level))
        found = [*self._rescissions(evidence), *stages, *self._cancellations(evidence, policy)]
        return min(found, key=lambda due: (due.at, due.rank), default=None)

    def _ripe(self, stage: Stage, policy: Policy) -> datetime:
        return max(stage.due_at, self.known_at + policy.grace)

    def _stages(self, evidence: Sequence[Evidence], policy: Policy) -> Iterator[Due]:
        until = policy.observed_until
        for stage in self.stages:
            ripe = self._ripe(stage, policy)
            dropped = any(e.covers(stage) and e.learnt_at <= ripe for e in evidence)
            if dropped or stage.stage in self.fired or self.unobserved:
                continue
            act: Act = "fire" if until is None or stage.due_at <= until else "unobserve"
            yield Due(ripe, 10 + stage.stage, act, stage)

    def _rescissions(self, evidence: Sequence[Evidence]) -> Iterator[Due]:
        for stage in self.stages:
            first = min((e for e in evidence if e.covers(stage)), key=lambda e: (e.learnt_at, e.fact), default=None)
            if first is not None and stage.stage in self.standing:
                yield Due(first.learnt_at, 0, "rescind", stage, first)

    def _cancellations(self, evidence: Sequence[Evidence], policy: Policy) -> Iterator[Due]:
        for ending in evidence:
            ripe = max(ending.learnt_at, self.known_at) + policy.grace
            stopped = any(e.ends is None and e.learnt_at <= ripe for e in evidence)
            if ending.ends is not None and self.cancelled is None and not stopped:
                yield Due(ripe, 99, "cancel", evidence=ending)


def _reached(due: Due, level: int) -> bool:
    return due.act == "fire" and due.stage is not None and (due.stage.level or level + 1) <= level


def started(event: ClockStarted) -> Clock:
    """The clock that an event starts."""
    return Clock(
        name=event.clock,
        generation=event.generation,
        round=event.round,
        fact=event.fact,
        about=event.about,
        started_at=event.started_at,
        known_at=event.known_at,
        due_at=event.due_at,
        stages=event.stages,
        unit=event.unit,
        limit=event.limit,
        calendar=event.calendar,
        calendar_version=event.calendar_version,
        provisional=event.provisional,
        policy_version=event.policy_version,
        stops=frozenset(event.stops),
        card=event.card,
        pauses=event.pauses,
        extensions=event.extensions,
    )


def changed(clock: Clock, event: object) -> Clock:
    """The clock after an event of its own; events that fire carry the number of their stage."""
    match event:
        case ClockStopped():
            return replace(clock, stopped_at=event.stopped_at, in_time=event.in_time)
        case ClockCancelled():
            return replace(clock, cancelled=event.reason, cancelled_at=event.at)
        case ClockUnobserved():
            return replace(clock, unobserved=True)
        case MissesRescinded():
            return replace(clock, withdrawn=clock.withdrawn | {w.stage for w in event.withdrawn})
    stage: int | None = getattr(event, "stage", None)
    return clock if stage is None else replace(clock, fired=clock.fired | {stage})
