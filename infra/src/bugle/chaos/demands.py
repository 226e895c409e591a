"""I7 by what the programmes demand and routing was told: the clocks that must run, what stops them, and their cards.

What supervision never heard of, or took for something else, its own events cannot show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bugle.chaos.firing import KINDS
from bugle.verify.event import Event, moment
from bugle.verify.report import Invariant

_TOLD_BY = {"assigned": "case_assigned", "received": "letter_received", "contacted": "enterprise_contacted"}
"""A fact of a programme's clocks → the event of routing that tells it: those that the client brings about."""

Rule = Mapping[str, Any]


@dataclass
class _World:
    """Rules of clocks by programme, the newest version; of each case its programme and its facts by their events."""

    rules: dict[str, Sequence[Rule]] = field(default_factory=dict)
    programmes: dict[str, str] = field(default_factory=dict)
    facts: defaultdict[tuple[str, str], list[Event]] = field(default_factory=lambda: defaultdict(list))

    def hear(self, event: Event) -> None:
        if event.short_type == "programme_published":
            self.rules[event.body["programme"]] = event.body["document"]["clocks"]
        elif event.short_type == "issue_reported":
            self.programmes[event.key] = event.body["programme"]
        elif event.short_type in _TOLD_BY.values():
            self.facts[event.key, event.short_type].append(event)

    def clocks(self) -> Iterator[tuple[str, Rule]]:
        """Each case with each rule of its programme whose fact it has."""
        for case, programme in self.programmes.items():
            for rule in self.rules.get(programme, ()):
                if self.of(case, rule["starts"]):
                    yield case, rule

    def of(self, case: str, *facts: str) -> list[Event]:
        return [event for fact in facts for event in self.facts.get((case, _TOLD_BY[fact]), ())]


def check_demands(told: Iterable[Event], supervised: Iterable[Event], grace: timedelta, found: Invariant) -> None:
    """Each clock that a rule demands began with its fact, stopped with the first that stops it, has the rule's card,
    and did not fire for what was done in time, unless that came too late to be known and was withdrawn.

    `told`: the events of intake and routing that supervision has applied; `supervised`: its own.
    """
    world = _World()
    for event in told:
        world.hear(event)
    clocks: defaultdict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in supervised:
        if "clock" in event.body and "generation" in event.body:
            clocks[event.body["case"], event.body["clock"]].append(event)
    for case, rule in world.clocks():
        began, stopped = world.of(case, rule["starts"]), world.of(case, *rule["stops"])
        for wrong in _faults(rule, began, stopped, clocks[case, rule["id"]], grace):
            found.fault(f"clock {rule['id']} of case {case}: {wrong}")
        found.checked += 1


def _faults(
    rule: Rule, began: Sequence[Event], stopped: Sequence[Event], clock: Sequence[Event], grace: timedelta
) -> Iterator[str]:
    started = [event for event in clock if event.short_type == "clock_started"]
    if {event.occurred_at for event in began}.isdisjoint(moment(event.body["started_at"]) for event in started):
        yield f"should have begun {began[0].occurred_at} and did not"
    for event in started:
        if event.body["card"] != rule.get("card"):
            yield f"brings the card {event.body['card']}, the programme demands {rule.get('card')}"
    first = min((event.occurred_at for event in stopped), default=None)
    stops = [moment(event.body["stopped_at"]) for event in clock if event.short_type == "clock_stopped"]
    if first is not None and started and first not in stops:
        yield f"should have stopped {first} and did not"
    known = {event.body["generation"]: moment(event.body["known_at"]) + grace for event in started}
    yield from _fired_in_spite(stopped, clock, known)


def _fired_in_spite(stopped: Sequence[Event], clock: Sequence[Event], known: Mapping[int, Any]) -> Iterator[str]:
    """What fired though a fact had come by its due time. One that stood in the log when it was to fire forbids it;
    of a later one the firing is withdrawn."""
    rescissions = [event.body["withdrawn"] for event in clock if event.short_type == "misses_rescinded"]
    withdrawn = {one["event"] for gone in rescissions for one in gone}
    for event in clock:
        covering = [fact for fact in stopped if fact.occurred_at <= event.occurred_at]
        if event.short_type not in KINDS or event.body["generation"] not in known or not covering:
            continue
        ripe = max(event.occurred_at, known[event.body["generation"]])
        name = f"{KINDS[event.short_type]} of stage {event.body['stage']}"
        if any(fact.sequenced_at <= ripe for fact in covering):
            yield f"{name} fired though the clock had been stopped"
        elif str(event.id) not in withdrawn:
            yield f"{name} fired though the clock was stopped, and was not withdrawn"
