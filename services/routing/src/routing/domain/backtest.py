"""A backtest 回测: what rules would have done with a case of the past, beside what became of it. Why so: docs/adr/0014.

| destination | the rules would have |
|---|---|
| `same` | chosen the unit that leads at the end |
| `elsewhere` | chosen another one |
| `nobody` | chosen nobody: the case has no kind for them, or no rule fits |
| `unled` | nothing to be compared with: nobody leads at the end |

| forecast | because the unit that the rules choose |
|---|---|
| `returned` | `gave_it_back`, or `was_replaced` by a transfer or an arbitration, and does not lead at the end |
| `avoided` | `kept_it`: it leads at the end and never lost the case, which others gave back or lost |
| `ambiguous` | lost it and leads at the end (`kept_it_after_all`), or `never_had_it` while others lost it |

A case that no unit ever lost has no forecast: what another unit would have said of it nobody knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from routing.domain.course import Assigner, Course, Move
from routing.domain.rules import Rules
from routing.domain.trial import Trial, decide

Destination = Literal["same", "elsewhere", "nobody", "unled"]
Forecast = Literal["returned", "avoided", "ambiguous"]
Why = Literal["gave_it_back", "was_replaced", "kept_it", "kept_it_after_all", "never_had_it"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One case. `grounds` are the moves that the forecast rests on."""

    course: Course
    trial: Trial
    destination: Destination
    forecast: Forecast | None = None
    why: Why | None = None
    grounds: tuple[Move, ...] = ()

    @property
    def lead(self) -> str | None:
        """The unit that the rules choose."""
        return None if self.trial.decision is None else self.trial.decision.rule.lead

    @property
    def other_support(self) -> bool:
        """Whether the same lead would have had other supporters."""
        decision = self.trial.decision
        if self.destination != "same" or decision is None:
            return False
        return set(decision.rule.supporting) != set(self.course.supporting)


@dataclass(slots=True)
class Tally:
    """How many cases; by destination, who assigned and synthetic; by forecast, why and synthetic; from → to."""

    destinations: Counter[tuple[Destination, Assigner | None, bool]] = field(default_factory=Counter)
    forecasts: Counter[tuple[Forecast, Why | None, bool]] = field(default_factory=Counter)
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    returns_avoided: int = 0
    other_support: int = 0


def judge(course: Course, rules: Rules, township: str | None) -> Verdict:
    """The verdict on a case whose enterprise lies in the township."""
    trial = decide(rules, replace(course.judged, township=township), course.opening)
    lead = None if trial.decision is None else trial.decision.rule.lead
    return Verdict(course, trial, _destination(course, lead), *_forecast(course, lead))


def _destination(course: Course, lead: str | None) -> Destination:
    if course.last is None:
        return "unled"
    if lead is None:
        return "nobody"
    return "same" if lead == course.last else "elsewhere"


def _forecast(course: Course, lead: str | None) -> tuple[Forecast | None, Why | None, tuple[Move, ...]]:
    if lead is None or not course.losses:
        return None, None, ()
    own = tuple(move for move in course.losses if move.unit == lead)
    if own and lead == course.last:
        return "ambiguous", "kept_it_after_all", own
    if own:
        returned = any(move.what == "returned" for move in own)
        return "returned", "gave_it_back" if returned else "was_replaced", own
    if lead == course.last:
        return "avoided", "kept_it", course.losses
    return "ambiguous", "never_had_it", course.losses


def tally(verdicts: Iterable[Verdict]) -> Tally:
    """The verdicts counted."""
    counted = Tally()
    for verdict in verdicts:
        course, lead = verdict.course, verdict.lead
        counted.destinations[verdict.destination, course.by, course.synthetic] += 1
        counted.other_support += verdict.other_support
        if verdict.forecast is not None:
            counted.forecasts[verdict.forecast, verdict.why, course.synthetic] += 1
        if verdict.forecast == "avoided":
            counted.returns_avoided += sum(move.what == "returned" for move in verdict.grounds)
        if verdict.destination == "elsewhere" and course.last is not None and lead is not None:
            counted.moves[course.last, lead] += 1
    return counted
