"""What runs out: everything that a watch does because nothing has happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from supervision.domain.clock import Clock, Due, Evidence
from supervision.domain.events import (
    CardIssued,
    CaseEscalated,
    ClockCancelled,
    ClockUnobserved,
    DeadlineMissed,
    FiredKind,
    MissesRescinded,
    ReminderSent,
    Stage,
    WatchEvent,
    Withdrawn,
)
from supervision.domain.naming import natural_id
from supervision.domain.policy import Policy
from supervision.domain.watch import Watch, apply

_TYPES: dict[FiredKind, str] = {
    "reminder": "reminder_sent",
    "miss": "deadline_missed",
    "card": "card_issued",
    "escalation": "case_escalated",
}


def settle(watch: Watch, policy: Policy, upto: datetime) -> list[WatchEvent]:
    """All that is ripe before `upto`, in order. Every fact learnt until then must be in the watch."""
    happened: list[WatchEvent] = []
    while True:
        ripe = [(due, clock) for clock in watch.clocks if (due := _next(watch, clock, policy)) and due.at < upto]
        if not ripe:
            return happened
        due, clock = min(ripe, key=lambda pair: (pair[0].order, pair[1].name, pair[1].generation))
        for event in _act(watch, clock, due, policy):
            happened.append(event)
            watch = apply(watch, event)


def _next(watch: Watch, clock: Clock, policy: Policy) -> Due | None:
    return clock.next(watch.evidence(clock, policy), policy, watch.level)


def _act(watch: Watch, clock: Clock, due: Due, policy: Policy) -> Sequence[WatchEvent]:
    match due:
        case Due(act="fire", stage=Stage() as stage):
            return _fire(watch, clock, stage, policy, clock.unit or watch.lead(due.at))
        case Due(act="unobserve") if policy.observed_until is not None:
            until = policy.observed_until
            return [ClockUnobserved(watch.case, clock.name, clock.generation, until, until)]
        case Due(act="rescind", evidence=Evidence() as evidence):
            return [_rescind(watch, clock, evidence, policy)]
        case Due(act="cancel", evidence=Evidence(ends=str() as ground) as evidence):
            return [ClockCancelled(watch.case, clock.name, clock.generation, ground, evidence.at)]
    raise AssertionError(due)


def _fire(watch: Watch, clock: Clock, stage: Stage, policy: Policy, unit: str | None) -> list[WatchEvent]:
    about = (watch.case, clock.name, clock.generation)
    at = stage.due_at
    match stage.kind:
        case "reminder":
            return [ReminderSent(*about, stage.stage, at, unit, at)]
        case "escalation":
            assert stage.level is not None
            role = stage.role or policy.ladder[stage.level]  # a clock from before stages named their role
            return [CaseEscalated(*about, stage.stage, stage.level, role, at)]
        case "miss":
            missed = DeadlineMissed(*about, stage.stage, at, unit, at)
            colour = policy.card(clock)
            if colour is None:
                return [missed]
            card = natural_id(watch.case, "card", clock.name, clock.generation)
            return [missed, CardIssued(card, *about, stage.stage, unit, colour, at)]


def _rescind(watch: Watch, clock: Clock, evidence: Evidence, policy: Policy) -> MissesRescinded:
    """Withdraw what fired although the evidence covers it, as far as no earlier evidence withdraws it."""
    gone = [s for s in clock.stages if s.stage in clock.standing and evidence.covers(s)]
    return rescind(watch, clock, gone, evidence.fact, evidence.at, policy)


def rescind(
    watch: Watch, clock: Clock, gone: Sequence[Stage], fact: str, evidence_at: datetime, policy: Policy
) -> MissesRescinded:
    """One event for all stages whose ground has gone; it happened when the last of them did."""
    withdrawn = [
        Withdrawn(event_of(watch.case, clock, kind, stage.stage), kind, stage.stage)
        for stage in gone
        for kind in _kinds(stage, policy.card(clock))
    ]
    last = max(stage.due_at for stage in gone)
    return MissesRescinded(watch.case, clock.name, clock.generation, fact, evidence_at, tuple(withdrawn), last)


def _kinds(stage: Stage, card: str | None) -> list[FiredKind]:
    return ["miss", "card"] if stage.kind == "miss" and card is not None else [stage.kind]


def event_of(case: str, clock: Clock, kind: FiredKind, stage: int) -> UUID:
    """The id of the event by which a stage fired (see `naming`)."""
    return natural_id(case, _TYPES[kind], clock.name, clock.generation, stage)
