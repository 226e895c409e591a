"""The watch over one case: its state as the fold of its events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain, pairwise
from typing import Any

from supervision.domain import events
from supervision.domain.clock import Clock, Evidence, changed, started
from supervision.domain.events import Ground, PartGround, Span, WatchEvent
from supervision.domain.obligations import LONG_TERM
from supervision.domain.policy import Policy

REPORTED = "reported"
EXTERNAL = "external"
SATISFIED = ("satisfied", "basically_satisfied")
MOVED_ON = ("returned", "transferred")
"""Facts with which a department is rid of the case: the next round begins."""
ANSWERING = ("result", "fed_back", "verified")
"""Facts that come anew with each answer: a long-term result is followed by another."""

_GROUNDS: Mapping[str, Ground] = {
    "closed_out": "closed_out",
    "reopening": "reopened",
    "returned": "returned",
    "transferred": "returned",
    "merged": "merged",
    "withdrawn": "withdrawn",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A step of a case as supervision knows it; `parts`, `kind`, `grade`, `rule` and `outcome` where it tells them.

    `answer`: how many long-term results of its round had been followed by another when it came.
    """

    name: str
    round: int
    at: datetime
    learnt_at: datetime
    unit: str | None = None
    about: str | None = None
    parts: tuple[events.Part, ...] = ()
    kind: str | None = None
    grade: str | None = None
    rule: str | None = None
    outcome: str | None = None
    copied_to_office: bool = False
    satisfaction: events.Satisfaction | None = None
    source: str | None = None
    answer: int = 0

    @property
    def ends(self) -> Ground | None:
        """Why clocks of the round end with it, if they do."""
        return _GROUNDS.get(self.name)


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause of the case, by its number; `span` ends with its resumption, if it was `resumed`."""

    number: int
    span: Span
    resumed: bool = False


@dataclass(frozen=True, slots=True)
class Extension:
    """More time that was asked for, and what became of it; `granted` is the span added."""

    number: int
    clock: str
    generation: int
    limit: str
    reason: str
    asked_at: datetime
    decided: bool = False
    granted: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A policy that came for the case, the unit that is to help, and that it has."""

    policy: str
    unit: str | None
    duty: str
    at: datetime
    helped: events.HelpGiven | None = None


@dataclass(frozen=True, slots=True)
class PartEnd:
    """How a part of the case came to its end the last time, the `turn`th; `undone`: it is worked on again."""

    turn: int
    ground: PartGround | None
    undone: bool = False

    @property
    def solved(self) -> bool:
        """Whether it was closed out: a part that was merged or withdrawn has its end, and solved nothing."""
        return not self.undone and self.ground in (None, "closed_out")


@dataclass(frozen=True, slots=True)
class Watch:
    """A watch as it stands. `round`: supervision's; `course`: the round in which the department is, as far as known.

    `adoptions`: the versions of its programme that it came under, each since when; the first since it was reported.
    """

    case: str = ""
    programme: str = ""
    programme_version: int = 0
    adoptions: tuple[tuple[datetime, int], ...] = ()
    agency: str = ""
    enterprise: str = ""
    due_at: datetime | None = None
    synthetic: bool = False
    round: int = 1
    course: int = 1
    raised: int = 0
    facts: tuple[Fact, ...] = ()
    clocks: tuple[Clock, ...] = ()
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    parent: str | None = None
    parts: frozenset[str] = frozenset()
    ends: Mapping[str, PartEnd] = field(default_factory=dict)
    matches: tuple[Match, ...] = ()

    @property
    def opened(self) -> bool:
        """Whether the case is watched at all."""
        return self.case != ""

    @property
    def closed(self) -> bool:
        """Whether the case has been closed out."""
        return self.fact("closed_out", None) is not None

    @property
    def gone(self) -> Ground | None:
        """Why the case is no longer worked on although it was not closed out: withdrawn for good, or merged."""
        if self.fact("withdrawn", None) is not None:
            return "withdrawn"
        last = next((f for f in reversed(self.facts) if f.name in ("merged", "unmerged")), None)
        return None if last is None else last.ends

    @property
    def over(self) -> bool:
        """Whether nothing more is to be done with it."""
        return self.closed or self.gone is not None

    @property
    def end(self) -> Fact | None:
        """The fact with which it came to its end, None while something may still be done with it."""
        name = "closed_out" if self.closed else self.gone
        return next((fact for fact in reversed(self.facts) if fact.name == name), None)

    @property
    def open_parts(self) -> frozenset[str]:
        """Its parts that have not come to their end."""
        return self.parts - {part for part, end in self.ends.items() if not end.undone}

    @property
    def solved_parts(self) -> frozenset[str]:
        """Its parts that were closed out."""
        return self.parts & {part for part, end in self.ends.items() if end.solved}

    @property
    def spans(self) -> tuple[Span, ...]:
        """When nothing was counted: the pauses, and the time a case was merged into another."""
        merged = [f for f in self.facts if f.name in ("merged", "unmerged")]
        apart = (Span(a.at, b.at) for a, b in pairwise(merged) if a.name == "merged" and b.name == "unmerged")
        return (*(pause.span for pause in self.pauses), *(span for span in apart if span.from_at < span.to_at))

    @property
    def level(self) -> int:
        """The highest level of the ladder that the case has reached and that was not withdrawn; 0: none."""
        climbed = (s.level or 0 for c in self.clocks for s in c.stages if s.stage in c.standing)
        return max((self.raised, *climbed))

    def fact(self, name: str, round: int | None) -> Fact | None:
        """The first fact of this name in the round, or in any for None."""
        return next((f for f in self.facts if f.name == name and round in (None, f.round)), None)

    def first(self, name: str, round: int, answer: int) -> Fact | None:
        """The fact that starts clocks: the first of this name in the round, or in the answer that it belongs to."""
        of = (f for f in self.facts if (f.name, f.round) == (name, round))
        return next((f for f in of if name not in ANSWERING or f.answer == answer), None)

    @property
    def answered(self) -> Sequence[Fact]:
        """The facts of the round as far as they are about its last result: a long-term one is followed by another."""
        held = [fact for fact in self.facts if fact.round == self.round]
        results = [place for place, fact in enumerate(held) if fact.name == "result"]
        return held[results[-1] :] if len(results) > 1 else held

    def answer(self, name: str) -> Fact | None:
        """The first fact of this name about the last result of the round."""
        return next((fact for fact in self.answered if fact.name == name), None)

    def told(self, what: str) -> str | None:
        """The last `kind`, `grade` or `rule` that a fact told."""
        values = (getattr(fact, what) for fact in reversed(self.facts))
        return next((value for value in values if value is not None), None)

    def lead(self, known_by: datetime | None = None) -> str | None:
        """The lead unit of the latest assignment, or of the latest that was known by a moment."""
        known = [f for f in self.facts if f.name == "assigned" and (known_by is None or f.learnt_at <= known_by)]
        return max(known, key=lambda f: (f.round, f.learnt_at)).unit if known else None

    def concerned(self) -> frozenset[str]:
        """Every unit that has a part in the case now: lead, supporters, and whoever was asked first."""
        assigned = [f for f in self.facts if f.name == "assigned"]
        now = max(assigned, key=lambda f: (f.round, f.learnt_at)) if assigned else None
        units = {f.unit for f in self.facts if f.name == "first_asked"}
        if now is not None:
            units |= {now.unit, *(part.name for part in now.parts)}
        return frozenset(unit for unit in units if unit is not None)

    def generation(self, clock: str) -> int:
        """The last generation of the clock; 0 when it never ran."""
        return max((c.generation for c in self.clocks if c.name == clock), default=0)

    def version_for(self, clock: Clock) -> int:
        """The programme version by which a clock is judged: that of the day on which it was due, if it is over."""
        in_force = (version for at, version in self.adoptions if at <= clock.due_at)
        return max((clock.policy_version, *in_force))

    def match(self, policy: str) -> Match | None:
        """The policy's match with the case."""
        return next((match for match in self.matches if match.policy == policy), None)

    def clock(self, name: str, generation: int) -> Clock:
        """A clock that has been started."""
        return next(c for c in self.clocks if (c.name, c.generation) == (name, generation))

    def newest(self, name: str) -> Clock | None:
        """The last generation of a clock in its last lap; one of an earlier lap may have begun since."""
        return max((c for c in self.clocks if c.name == name), key=lambda c: (c.lap, c.generation), default=None)

    def granted(self, clock: str, round: int, answer: int, since: datetime | None = None) -> tuple[str, ...]:
        """The spans by which a clock was extended in an answer of a round, as asked since a moment."""
        asked = (e for e in self.extensions if since is None or e.asked_at >= since)
        of = (e for e in asked if e.clock == clock and e.granted is not None)
        return tuple(str(e.granted) for e in of if self.clock(e.clock, e.generation).lap == (round, answer))

    def asked(self, clock: Clock) -> bool:
        """Whether an extension of the clock, of whichever generation, was asked for and is not decided."""
        undecided = (e for e in self.extensions if e.clock == clock.name and not e.decided)
        return any(self.clock(e.clock, e.generation).lap == clock.lap for e in undecided)

    def evidence(self, clock: Clock, policy: Policy) -> list[Evidence]:
        """What ends or stops the clock, in the order learnt."""
        stops = [Evidence(f.name, f.at, f.learnt_at) for f in self.facts if stops_clock(clock, f, policy)]
        return stops + [Evidence(f.name, f.at, f.learnt_at, f.ends) for f in self.facts if self._ends(clock, f)]

    def _ends(self, clock: Clock, fact: Fact) -> bool:
        if clock.fact == fact.name or fact.ends is None or self._undone(fact):
            return False
        whole = fact.ends in ("closed_out", "merged", "withdrawn")  # the case, whatever round it is in
        return whole or (clock.fact != REPORTED and fact.round >= clock.round)

    def _undone(self, fact: Fact) -> bool:
        """Whether it is a merger after which the case was worked on again: one withdrawn meanwhile never was."""
        if fact.name != "merged":
            return False
        after = self.facts[self.facts.index(fact) :]
        return next((f.name for f in after if f.name in ("unmerged", "withdrawn")), None) == "unmerged"

    def ripe_at(self, policy: Policy) -> datetime | None:
        """When some clock does its next thing; None when none ever will unless more is learnt."""
        level = self.level
        found = (clock.next(self.evidence(clock, policy), policy, level) for clock in self.clocks)
        return min((due.at for due in found if due is not None), default=None)


def stops_clock(clock: Clock, fact: Fact, policy: Policy) -> bool:
    """Whether the clock waits for the fact. A clock runs within its round; one from the report on through all.

    What was said of a long-term result stops none of the clocks of the result that followed it.
    Work that is put off for long does not meet the issue's own due date: that clock goes on.
    """
    if clock.limit == EXTERNAL and fact.outcome == LONG_TERM:
        return False
    if fact.name not in policy.stops(clock) or (clock.about is not None and fact.about != clock.about):
        return False
    return clock.fact == REPORTED or (fact.round == clock.round and fact.answer >= clock.answer)


def _opened(watch: Watch, event: events.WatchOpened) -> Watch:
    return replace(  # a part may have ended before its case was watched
        watch,
        case=event.case,
        programme=event.programme,
        programme_version=event.programme_version,
        adoptions=((event.at, event.programme_version),),
        agency=event.agency,
        enterprise=event.enterprise,
        due_at=event.due_at,
        synthetic=event.synthetic,
        facts=(Fact(REPORTED, 1, event.at, event.learnt_at),),
    )


def _learnt(watch: Watch, event: events.FactLearnt) -> Watch:
    fact = Fact(
        name=event.fact,
        round=event.round,
        at=event.at,
        learnt_at=event.learnt_at,
        unit=event.unit,
        about=event.about,
        parts=event.parts,
        kind=event.kind,
        grade=event.grade,
        rule=event.rule,
        outcome=event.outcome,
        copied_to_office=event.copied_to_office,
        source=str(event.source),
    )
    course = event.round + 1 if event.fact in MOVED_ON else event.round
    round = max(watch.round, course) if event.fact in MOVED_ON else watch.round
    return replace(watch, course=course, round=round, facts=_known(watch, fact))


def _verified(watch: Watch, event: events.EnterpriseVerified) -> Watch:
    fact = Fact("verified", event.round, event.at, event.learnt_at, satisfaction=event.satisfaction)
    return replace(watch, facts=_known(watch, fact))


def _known(watch: Watch, fact: Fact) -> tuple[Fact, ...]:
    """The facts with this one, which is about the answer that its round has come to."""
    results = [f.outcome for f in watch.facts if (f.name, f.round) == ("result", fact.round)]
    followed = results if fact.name == "result" else results[:-1]
    return (*watch.facts, replace(fact, answer=sum(outcome == LONG_TERM for outcome in followed)))


def _closed(watch: Watch, event: events.CaseClosedOut) -> Watch:
    fact = Fact("closed_out", event.round, event.at, event.learnt_at)
    return replace(watch, facts=_known(watch, fact))


def _reopening(watch: Watch, event: events.ReopeningOrdered) -> Watch:
    ended = Fact("reopening", event.round - 1, event.at, event.learnt_at)
    round = max(watch.round, event.round)  # a ledger's may be learnt after the return that followed it
    return replace(watch, round=round, facts=(*watch.facts, ended))


def _started(watch: Watch, event: events.ClockStarted) -> Watch:
    begun = replace(started(event), answer=_begun(watch, event))
    before = (
        replace(clock, superseded=True) if (clock.name, clock.lap) == (begun.name, begun.lap) else clock
        for clock in watch.clocks
    )
    return replace(watch, clocks=(*before, begun))


def _begun(watch: Watch, event: events.ClockStarted) -> int:
    """The answer that a clock is about: of the clock whose place it takes, or of the fact that it counts from.

    A clock that left the day counts from no fact, and two answers may have been fed back at one moment.
    """
    if event.fact not in ANSWERING:
        return 0
    held = [c for c in watch.clocks if (c.name, c.round) == (event.clock, event.round) and not c.superseded]
    making_way = (clock.answer for clock in held if clock.replaced)
    counted = (event.fact, event.round, event.started_at)
    facts = [f.answer for f in reversed(watch.facts) if (f.name, f.round, f.at) == counted]
    unclocked = (answer for answer in facts if all(clock.answer != answer for clock in held))
    ended = (clock.answer for clock in held if clock.cancelled is not None and _counts_as(watch, clock, event))
    return next(chain(making_way, unclocked, ended, facts), 0)


def _counts_as(watch: Watch, clock: Clock, event: events.ClockStarted) -> bool:
    """Whether the start counts from where an ended clock did, by the extensions that are granted to that by now."""
    granted = watch.granted(clock.name, *clock.lap, clock.started_at)
    return (clock.started_at, granted) == (event.started_at, event.extensions)


def _paused(watch: Watch, event: events.CasePaused) -> Watch:
    return replace(watch, pauses=(*watch.pauses, Pause(event.pause, Span(event.at, event.until))))


def _resumed(watch: Watch, event: events.CaseResumed) -> Watch:
    pauses = (
        replace(pause, span=Span(pause.span.from_at, event.at), resumed=True) if pause.number == event.pause else pause
        for pause in watch.pauses
    )
    return replace(watch, pauses=tuple(pauses))


def _asked(watch: Watch, event: events.ExtensionAsked) -> Watch:
    asked = Extension(event.extension, event.clock, event.generation, event.limit, event.reason, event.at)
    return replace(watch, extensions=(*watch.extensions, asked))


def _decided(watch: Watch, event: events.ExtensionDecided) -> Watch:
    extensions = (
        replace(e, decided=True, granted=event.limit) if e.number == event.extension else e for e in watch.extensions
    )
    return replace(watch, extensions=tuple(extensions))


def _adopted(watch: Watch, event: events.PolicyAdopted) -> Watch:
    adoptions = (*watch.adoptions, (event.at, event.programme_version))
    return replace(watch, programme_version=event.programme_version, adoptions=adoptions)


def _raised(watch: Watch, event: events.CaseRaised) -> Watch:
    return replace(watch, raised=max(watch.raised, event.level))


def _parts(watch: Watch, event: events.PartsLearnt) -> Watch:
    return replace(watch, parts=watch.parts | set(event.parts))


def _parent(watch: Watch, event: events.ParentLearnt) -> Watch:
    return replace(watch, parent=event.parent)


def _part_closed(watch: Watch, event: events.PartClosed) -> Watch:
    return replace(watch, ends={**watch.ends, event.part: PartEnd(event.turn, event.ground)})


def _part_reopened(watch: Watch, event: events.PartReopened) -> Watch:
    end = replace(watch.ends[event.part], undone=True)
    return replace(watch, ends={**watch.ends, event.part: end})


def _matched(watch: Watch, event: events.PolicyMatched) -> Watch:
    return replace(watch, matches=(*watch.matches, Match(event.policy, event.unit, str(event.duty), event.at)))


def _helped(watch: Watch, event: events.HelpGiven) -> Watch:
    matches = (replace(m, helped=event) if m.policy == event.policy else m for m in watch.matches)
    return replace(watch, matches=tuple(matches))


_FOLDS: Mapping[type, Callable[[Watch, Any], Watch]] = {
    events.WatchOpened: _opened,
    events.FactLearnt: _learnt,
    events.EnterpriseVerified: _verified,
    events.CaseClosedOut: _closed,
    events.ReopeningOrdered: _reopening,
    events.ClockStarted: _started,
    events.CasePaused: _paused,
    events.CaseResumed: _resumed,
    events.ExtensionAsked: _asked,
    events.ExtensionDecided: _decided,
    events.PolicyAdopted: _adopted,
    events.CaseRaised: _raised,
    events.PartsLearnt: _parts,
    events.ParentLearnt: _parent,
    events.PartClosed: _part_closed,
    events.PartReopened: _part_reopened,
    events.PolicyMatched: _matched,
    events.HelpGiven: _helped,
}


def apply(watch: Watch, event: WatchEvent) -> Watch:
    """The watch after the event. Pure, and total: whatever was recorded can be folded."""
    fold = _FOLDS.get(type(event))
    if fold is not None:
        return fold(watch, event)
    name, generation = getattr(event, "clock"), getattr(event, "generation")  # noqa: B009 - all others are a clock's
    clocks = tuple(changed(c, event) if (c.name, c.generation) == (name, generation) else c for c in watch.clocks)
    return replace(watch, clocks=clocks)
