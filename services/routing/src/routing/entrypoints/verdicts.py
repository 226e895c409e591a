"""Trials and verdicts as answers tell them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from routing.application.rules import Ballot
from routing.domain.backtest import Verdict, tally
from routing.domain.course import Course, Move
from routing.domain.limits import Limits
from routing.domain.trial import Found, Trial


def show_ballot(asked: Ballot) -> dict[str, Any]:
    """Whose rules were asked; `faults` are those of a published version that would not be taken today."""
    return {
        "programme": asked.programme.id,
        "version": asked.programme.version,
        "candidate": asked.candidate,
        "faults": [{"field": one.field, "problem": one.problem, "mend": one.mend} for one in asked.faults],
    }


def show_trial(asked: Ballot, trial: Trial) -> dict[str, Any]:
    """What one issue would come to, and why."""
    return {
        "automatic": asked.programme.automatic,
        "kind": trial.subject.kind,
        "classified_by": None
        if trial.classified is None
        else {"rule": trial.classified.id, "found": _found(trial.classified_by)},
        "township": trial.subject.township,
        "undecided": trial.undecided,
        "decision": _decision(asked, trial),
        "passed_over": [{"rule": rule.id, "lead": rule.lead, "because": list(why)} for rule, why in trial.passed_over],
    }


def _decision(asked: Ballot, trial: Trial) -> dict[str, Any] | None:
    if (made := trial.decision) is None:
        return None
    rule = made.rule
    return {
        "rule": rule.id,
        "lead": rule.lead,
        "supporting": list(rule.supporting),
        "grade": rule.grade,
        "because": {"kind": made.kind, "place": made.place, "found": _found(made.found), "fallback": made.fallback},
        "limits": [_limit(clock, trial.subject.kind, rule.grade, rule.id) for clock in asked.programme.clocks],
    }


def _limit(clock: Limits, kind: str | None, grade: str | None, rule: str) -> dict[str, Any]:
    special = clock.special(kind, grade, rule)
    if special is None:
        return {"clock": clock.clock, "limit": clock.limit, "special_to": []}
    named = [name for name in ("kind", "grade", "rule") if getattr(special, name) is not None]
    return {"clock": clock.clock, "limit": special.limit, "special_to": named}


def _found(found: Sequence[Found]) -> list[dict[str, str]]:
    return [{"keyword": one.keyword, "in": one.where} for one in found]


def show_verdict(verdict: Verdict) -> dict[str, Any]:
    """One case: what happened, what the rules would have done, and the events on which the comparison rests."""
    course, trial = verdict.course, verdict.trial
    decision = trial.decision
    return {
        "case": course.case,
        "opened_at": course.opened_at,
        "synthetic": course.synthetic,
        "history": _history(course),
        "rules": {
            "kind": trial.subject.kind,
            "classified_by": None if trial.classified is None else trial.classified.id,
            "township": trial.subject.township,
            "undecided": trial.undecided,
            "rule": None if decision is None else decision.rule.id,
            "lead": verdict.lead,
            "supporting": [] if decision is None else list(decision.rule.supporting),
            "grade": None if decision is None else decision.rule.grade,
        },
        "destination": verdict.destination,
        "other_support": verdict.other_support,
        "forecast": verdict.forecast,
        "why": verdict.why,
        "grounds": [_move(move) for move in verdict.grounds],
    }


def _history(course: Course) -> dict[str, Any]:
    return {
        "assigned_by": course.by,
        "rule": course.rule,
        "first": course.first,
        "last": course.last,
        "supporting": list(course.supporting),
        "moves": [_move(move) for move in course.moves],
    }


def _move(move: Move) -> dict[str, Any]:
    return {"event": move.event, "what": move.what, "unit": move.unit, "reason": move.reason, "at": move.at}


def show_counts(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """A page counted: whoever adds up the pages has the whole."""
    counted = tally(verdicts)
    return {
        "cases": len(verdicts),
        "destinations": [
            {"destination": where, "assigned_by": by, "synthetic": synthetic, "cases": cases}
            for (where, by, synthetic), cases in counted.destinations.items()
        ],
        "forecasts": [
            {"forecast": forecast, "why": why, "synthetic": synthetic, "cases": cases}
            for (forecast, why, synthetic), cases in counted.forecasts.items()
        ],
        "moves": [{"from": left, "to": right, "cases": cases} for (left, right), cases in counted.moves.items()],
        "returns_avoided": counted.returns_avoided,
        "other_support": counted.other_support,
    }
