"""The course of one made-up issue: rounds with their dated facts, as far as they happened before the ledger ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bugle.generating.arrivals import at_work, of_day, per_day
from bugle.generating.world import World

SECOND_UNIT, RETURNED, EXTENDED, DUE, LATE_EVIDENCE, MERGED, WITHDRAWN = 0.15, 0.06, 0.08, 0.3, 0.04, 0.01, 0.01
"""How often: a second unit supports, the first unit hands it back, the due date is moved, there is one at all, the
contact is told only after its deadline, the issue is merged into the one before, it is withdrawn."""
_OUTCOMES = {"solved": 80, "explained": 14, "long_term": 6}
_ANSWERS = {"satisfied": 82, "basically_satisfied": 13, "unsatisfied": 5}
_STEPS = {
    "assigned": 14, "received": 5, "accepted": 8, "contacted": 22, "planned": 20, "progressed": 60, "result": 150,
    "fed_back": 10, "verified": 50, "closed": 20,
}  # fmt: skip
"""Fact → hours after the one before, on average; the first counts from the report or from what began the round."""
_SLOW, _SLOWER = 0.12, timedelta(days=6)
"""How many contacts let the deadline pass, and by how much more they are later."""
_ROUNDS, _TAKEN_UP = 3, 0.7
"""At most so many; how many that were reopened are assigned again before the ledger ends."""


@dataclass(frozen=True, slots=True)
class Round:
    """An assignment and what came of it. `facts`: fact → when, in their order. `returned_at`: the unit handed it back.
    `outcome` and `satisfaction` are of the facts `result` and `verified`."""

    lead: str
    supporting: tuple[str, ...]
    facts: Mapping[str, datetime]
    outcome: str | None = None
    satisfaction: str | None = None
    returned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """One issue. `number` counts from 1 in the order of the reports; `enterprise` is a number of the world's.

    `first_due_at`: a date set elsewhere; `due_at`: the same, but later where it was `extended`. `late_evidence`: the
    contact became known days later.
    """

    number: int
    enterprise: int
    kind: str
    reported_at: datetime
    first_due_at: datetime | None
    due_at: datetime | None
    extended: bool
    late_evidence: bool
    merged: bool
    withdrawn: bool
    rounds: tuple[Round, ...]


def courses(world: World, issues: int, seed: int) -> Iterator[Course]:
    """That many courses, one after the other; the same for the same world, number and seed."""
    random, number = Random(seed), 0
    for day, count in per_day(issues, world.first, world.days):
        for reported_at in of_day(random, day, count, world.zone):
            number += 1
            yield _course(random, world, number, reported_at)


def _course(random: Random, world: World, number: int, reported_at: datetime) -> Course:
    kind = world.kind(random)
    due_at = at_work(reported_at + timedelta(days=random.randrange(15, 31))) if random.random() < DUE else None
    first_due_at = due_at
    extended = due_at is not None and random.random() < EXTENDED / DUE
    if due_at is not None and extended:
        due_at = at_work(due_at + timedelta(days=10))
    return Course(
        number,
        world.enterprise(random),
        kind,
        reported_at,
        first_due_at,
        due_at,
        extended,
        random.random() < LATE_EVIDENCE,
        number > 1 and random.random() < MERGED,
        random.random() < WITHDRAWN,
        tuple(_rounds(random, world, kind, reported_at)),
    )


def _rounds(random: Random, world: World, kind: str, since: datetime) -> Iterator[Round]:
    if random.random() < RETURNED:
        assigned_at = _after(random, since, "assigned")
        returned_at = at_work(assigned_at + timedelta(hours=random.uniform(4, 60)))
        if returned_at >= world.end:
            return
        yield Round(world.other(random, kind), (), {"assigned": assigned_at}, returned_at=returned_at)
        since = returned_at
    lead = world.lead(random, kind)
    supporting = (world.other(random, kind),) if random.random() < SECOND_UNIT else ()
    for _ in range(_ROUNDS):
        held = _round(random, world, since, lead, tuple(unit for unit in supporting if unit != lead))
        if held.facts:
            yield held
        if held.satisfaction != "unsatisfied" or random.random() > _TAKEN_UP:
            return
        since = held.facts["verified"]


def _round(random: Random, world: World, since: datetime, lead: str, supporting: tuple[str, ...]) -> Round:
    facts: dict[str, datetime] = {}
    outcome, satisfaction = _drawn(random, _OUTCOMES), _drawn(random, _ANSWERS)
    at = since
    for fact in _STEPS:
        at = _after(random, at, fact)
        if at >= world.end or _ends(facts, outcome, satisfaction):
            break
        facts[fact] = at
    told = outcome if "result" in facts else None
    return Round(lead, supporting, facts, told, satisfaction if "verified" in facts else None)


def _ends(facts: Mapping[str, datetime], outcome: str, satisfaction: str) -> bool:
    """A long-term issue stays with its result; an unsatisfied enterprise's is not closed."""
    return (outcome == "long_term" and "result" in facts) or (satisfaction == "unsatisfied" and "verified" in facts)


def _after(random: Random, at: datetime, fact: str) -> datetime:
    took = timedelta(minutes=int(60 * random.expovariate(1 / _STEPS[fact])))
    slow = fact == "contacted" and random.random() < _SLOW
    return at_work(at + took + (_SLOWER if slow else timedelta()))


def _drawn(random: Random, weights: Mapping[str, int]) -> str:
    return random.choices(list(weights), list(weights.values()))[0]
