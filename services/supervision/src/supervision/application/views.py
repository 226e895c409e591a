"""How watches, clocks and calendars are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from supervision.application.duties import PLEDGE
from supervision.domain.calendar import Calendar
from supervision.domain.clock import Clock
from supervision.domain.duty import Duty, Outcome, status
from supervision.domain.periods import ONCE
from supervision.domain.trace import Interval
from supervision.domain.watch import Extension, Fact, Watch


def watch_view(watch: Watch) -> dict[str, Any]:
    """A watch with its facts and clocks; its extensions stand in `moves.extensions_view`."""
    return {
        "case": watch.case,
        "programme": watch.programme,
        "programme_version": watch.programme_version,
        "agency": watch.agency,
        "enterprise": watch.enterprise,
        "lead": watch.lead(),
        "due_at": watch.due_at,
        "round": watch.round,
        "closed": watch.closed,
        "gone": watch.gone,
        "level": watch.level,
        "parent": watch.parent,
        "parts": sorted(watch.parts),
        "pauses": [{"pause": p.number, "from": p.span.from_at, "until": p.span.to_at} for p in watch.pauses],
        "synthetic": watch.synthetic,
        "facts": [_fact_view(fact) for fact in watch.facts],
        "clocks": [clock_view(clock) for clock in watch.clocks],
    }


def extension_view(extension: Extension) -> dict[str, Any]:
    """More time that was asked for, and what was decided; `granted` is the span added."""
    decision = ("granted" if extension.granted else "refused") if extension.decided else None
    return {
        "extension": extension.number,
        "clock": extension.clock,
        "limit": extension.limit,
        "asked_at": extension.asked_at,
        "decision": decision,
        "granted": extension.granted,
    }


def _fact_view(fact: Fact) -> dict[str, Any]:
    return {"fact": fact.name, "round": fact.round, "at": fact.at, "learnt_at": fact.learnt_at, "unit": fact.unit}


def clock_view(clock: Clock) -> dict[str, Any]:
    """A clock with its stages; `fired` and not `withdrawn` is what stands against the unit."""
    return {
        "clock": clock.name,
        "generation": clock.generation,
        "round": clock.round,
        "unit": clock.unit,
        "starts": clock.fact,
        "limit": clock.limit,
        "started_at": clock.started_at,
        "due_at": clock.due_at,
        "stopped_at": clock.stopped_at,
        "status": clock.status,
        "calendar": clock.calendar,
        "calendar_version": clock.calendar_version,
        "provisional": clock.provisional,
        "stages": [
            {
                "stage": stage.stage,
                "kind": stage.kind,
                "level": stage.level,
                "due_at": stage.due_at,
                "fired": stage.stage in clock.fired,
                "withdrawn": stage.stage in clock.withdrawn,
            }
            for stage in clock.stages
        ],
    }


def trace_view(watch: Watch, clock: Clock, intervals: Sequence[Interval]) -> dict[str, Any]:
    """A clock of one generation with the intervals that make its due time, and the generations there are."""
    return {
        "case": watch.case,
        **clock_view(clock),
        "policy_version": clock.policy_version,
        "extensions": list(clock.extensions),
        "intervals": [
            {
                "from": interval.from_at,
                "to": interval.to_at,
                "counted": interval.counted,
                "cause": interval.cause,
                "extension": interval.extension,
            }
            for interval in intervals
        ],
        "generations": [
            {"generation": one.generation, "due_at": one.due_at, "cancelled": one.cancelled, "known_at": one.known_at}
            for one in watch.clocks
            if one.name == clock.name
        ],
    }


def calendar_view(calendar: Calendar) -> dict[str, Any]:
    """A calendar as it is published."""
    return {
        "calendar": calendar.id,
        "version": calendar.version,
        "source": calendar.source,
        "published_at": calendar.published_at,
        "years": {
            str(number): {"off": sorted(year.off), "work": sorted(year.work), "notice": year.notice}
            for number, year in sorted(calendar.years.items())
        },
    }


_KEPT = {"fulfilled": "kept"}
"""How the office speaks of a pledge."""


def duty_view(held: Duty) -> dict[str, Any]:
    """A duty with how each of its periods stands; one that is owed once has its status and moments itself."""
    opened = held.opened
    assert opened is not None
    shown = {
        "duty": str(opened.duty),
        "programme": opened.programme,
        "agency": opened.agency,
        "rule": opened.rule,
        "subject_kind": opened.subject_kind,
        "subject": opened.subject,
        "unit": opened.unit,
        "person": opened.person,
        "enterprise": opened.enterprise,
        "case": opened.case,
        "about": opened.about,
        "title": opened.title,
        "every": opened.every,
        "opened_at": opened.at,
        "ended": None if held.ended is None else {"at": held.ended.at, "ground": held.ended.ground},
    }
    if opened.every != ONCE:
        needs = [{"id": need.id, "counts": need.counts, "min": need.min} for need in opened.needs]
        return {**shown, "needs": needs, "periods": [_period(held, outcome) for outcome in held.outcomes]}
    stands = status(held, ONCE)
    outcome = held.outcome(ONCE)
    return {
        **shown,
        "status": _KEPT.get(stands, stands) if opened.rule == PLEDGE else stands,
        "due_at": opened.due_at,
        "broken_at": opened.broken_at,
        "reminded": outcome.reminded,
        "fulfilled_at": outcome.fulfilled_at,
    }


def _period(held: Duty, outcome: Outcome) -> dict[str, Any]:
    return {
        "period": outcome.period,
        "status": status(held, outcome.period),
        "reminded": outcome.reminded,
        "fulfilled_at": outcome.fulfilled_at,
    }
