"""Facts, rounds and states of a case, from docs/projections.md."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bugle.verify.event import SERVICES, Event

STATES = (
    "reported", "classified", "returned", "assigned", "received", "accepted", "contacted", "planned", "in_progress",
    "result_reported", "fed_back", "verified", "closed_out",
)  # fmt: skip

ENTERED = {
    "issue_reported": "reported",
    "case_classified": "classified",
    "case_returned": "returned",
    "case_transferred": "returned",
    "case_arbitrated": "returned",
    "case_assigned": "assigned",
    "letter_received": "received",
    "case_accepted": "accepted",
    "enterprise_contacted": "contacted",
    "case_planned": "planned",
    "progress_reported": "in_progress",
    "result_reported": "result_reported",
    "result_fed_back": "fed_back",
    "enterprise_verified": "verified",
    "case_closed_out": "closed_out",
    "case_reopened": "assigned",
}
"""The facts and the states they enter."""


BEGINNINGS = ("case_reopened", "case_returned", "case_transferred", "case_arbitrated")
"""Facts that begin a round."""


@dataclass(frozen=True)
class Fact:
    """An event that moves the workflow, in its round."""

    event: Event
    round: int

    @property
    def name(self) -> str:
        return self.event.short_type

    @property
    def at(self) -> datetime:
        return self.event.occurred_at

    @property
    def order(self) -> tuple[datetime, int, int, int]:
        """Fact order: the round stands between the instant and the service."""
        return self.at, self.round, SERVICES.index(self.event.service), self.event.version


def timeline_order(event: Event) -> tuple[datetime, int, int]:
    """Instant, then service, then version."""
    return event.occurred_at, SERVICES.index(event.service), event.version


def facts_of(timeline: Iterable[Event]) -> list[Fact]:
    """The facts in fact order, from events in timeline order."""
    facts, reopened = [], 1
    for event in timeline:
        if event.short_type in ENTERED:
            facts.append(Fact(event, event.body.get("round", reopened)))
        if event.short_type in BEGINNINGS:
            reopened = event.body["round"]
    return sorted(facts, key=lambda fact: fact.order)


def answers_anew(before: Iterable[Fact], fact: Fact) -> bool:
    """Whether the fact is a result in place of a long-term one; `before`: the facts of its round until then."""
    held = list(before)
    results = [one for one in held if one.name == "result_reported"]
    closed = any(one.name == "case_closed_out" for one in held)
    put_off = bool(results) and results[-1].event.body.get("outcome") == "long_term"
    return fact.name == "result_reported" and put_off and not closed


def states_of(facts: Iterable[Fact]) -> list[tuple[datetime, str]]:
    """Each change of state with its instant."""
    moves: list[tuple[datetime, str]] = []
    round_, rank = 0, -1
    held: list[Fact] = []
    for fact in facts:
        entered = STATES.index(ENTERED[fact.name])
        held = [one for one in held if one.round == fact.round]
        onward = entered > rank or answers_anew(held, fact)
        if fact.round > round_ or (fact.round == round_ and onward):
            round_, rank = fact.round, entered
            moves.append((fact.at, STATES[entered]))
        held.append(fact)
    return moves
