"""What a ledger's row tells of supervision's own: answers, close-out, reopenings, and more time that was granted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import reduce

from eventkit.errors import NotYet
from supervision.application.incoming import Declared
from supervision.domain.calendar import Calendar
from supervision.domain.clock import Clock
from supervision.domain.events import (
    CaseClosedOut,
    EnterpriseVerified,
    ExtensionAsked,
    ExtensionDecided,
    ReopeningOrdered,
    WatchEvent,
)
from supervision.domain.facts import learn
from supervision.domain.policy import Policy
from supervision.domain.renewal import Cause, renew
from supervision.domain.watch import EXTERNAL, REPORTED, Watch, apply

LEDGER = "ledger"
_TURNS = ("returned", "extended", "reopened")
_INSTANT = timedelta(microseconds=1)


def assigned_token(case: str, round: int) -> str:
    """What an extension waits for: the assignment with which the issue's own due date begins to run."""
    return f"assigned:{case}:{round}"


def declare(
    watch: Watch, facts: Sequence[Declared], learnt_at: datetime, policy: Policy, calendar: Calendar
) -> list[WatchEvent]:
    """The events of the facts that are not known yet, in their order, without a check of it.

    Facts of a row that knows no rounds are of the round in which the watch is. Raises NotYet while routing has not told
    of the assignment by which an extended clock runs.
    """
    first = 1 if any(fact.round is not None or fact.fact in _TURNS for fact in facts) else watch.round
    decided: list[WatchEvent] = []
    for fact in facts:
        happened = _declared(watch, fact, fact.round or first, learnt_at, policy, calendar)
        watch = reduce(apply, happened, watch)
        decided += happened
    return decided


def _declared(
    watch: Watch, fact: Declared, round: int, learnt_at: datetime, policy: Policy, calendar: Calendar
) -> Sequence[WatchEvent]:
    if fact.fact == "extended":
        return _extended(watch, fact, round, learnt_at, policy, calendar)
    told = _told(watch, fact, round, learnt_at)
    return [] if told is None else learn(watch, told, policy, calendar)


def _told(watch: Watch, fact: Declared, round: int, learnt_at: datetime) -> WatchEvent | None:
    """None for what is known, and for routing's facts: they come from there."""
    signed = (LEDGER, None, learnt_at, fact.at)
    match fact.fact:
        case "verified" if watch.fact("verified", round) is None:
            return EnterpriseVerified(watch.case, fact.satisfaction, fact.note, round, *signed)
        case "closed_out" if watch.fact("closed_out", round) is None:
            return CaseClosedOut(watch.case, round, *signed)
        case "reopened" if watch.fact("reopening", round) is None:
            return ReopeningOrdered(watch.case, round + 1, fact.reason, LEDGER, learnt_at, fact.at)
    return None


def _extended(
    watch: Watch, fact: Declared, round: int, learnt_at: datetime, policy: Policy, calendar: Calendar
) -> list[WatchEvent]:
    """Asked and granted for each clock that goes by the issue's own due date; where none ran nothing was moved.

    It is known no earlier than the assignment: what routing told together with that, a result perhaps, is not late.
    """
    assigned = watch.fact("assigned", round)
    if assigned is None:
        raise NotYet(assigned_token(watch.case, round))
    learnt_at = max(learnt_at, assigned.learnt_at)
    happened: list[WatchEvent] = []
    for clock in _external(watch, round):
        granted = list(_granted(watch, clock, fact, learnt_at, policy))
        watch = reduce(apply, granted, watch)
        cause = Cause("extended", fact.asked_at or fact.at, learnt_at, "extended", clock=clock.name)
        renewed = renew(watch, policy, calendar, cause) if granted else []
        watch = reduce(apply, renewed, watch)
        happened += [*granted, *renewed]
    return happened


def _external(watch: Watch, round: int) -> list[Clock]:
    """The newest generation of each clock of the issue's own due date that runs in the round."""
    clocks = (c for c in watch.clocks if c.limit == EXTERNAL and (c.fact == REPORTED or c.round == round))
    return list({clock.name: clock for clock in clocks}.values())


def _granted(watch: Watch, clock: Clock, fact: Declared, learnt_at: datetime, policy: Policy) -> Iterator[WatchEvent]:
    ended = (clock.due_at - _INSTANT).astimezone(policy.zone).date()  # 24:00 belongs to the day that it ends
    days = 0 if fact.due_on is None else (fact.due_on - ended).days
    if days < 1:
        return  # an extension of an earlier round reaches as far already
    number, limit, about = len(watch.extensions) + 1, f"{days}d", (clock.name, clock.generation)
    asked_at, reason = fact.asked_at or fact.at, fact.reason or ""
    yield ExtensionAsked(
        watch.case, number, *about, limit, reason, fact.unit or clock.unit, LEDGER, None, learnt_at, asked_at
    )
    yield ExtensionDecided(watch.case, number, *about, "granted", limit, None, LEDGER, None, learnt_at, fact.at)
