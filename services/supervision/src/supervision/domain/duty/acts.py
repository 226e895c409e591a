"""What is told of a duty: it was done, it is no longer owed, it is due at another time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from operator import le, lt
from uuid import UUID

from supervision.domain.calendar import Calendar
from supervision.domain.duty.events import (
    DutyCardIssued,
    DutyEnded,
    DutyFulfilled,
    DutyGround,
    DutyMissed,
    DutyRecounted,
    DutyRescinded,
    Event,
    broken_id,
    card_id,
    missed_id,
)
from supervision.domain.duty.state import Duty, apply
from supervision.domain.duty.terms import Moments, Term, View, terms
from supervision.domain.periods import ONCE


def fulfil(
    duty: Duty, term: Term, at: datetime, learnt_at: datetime, evidence: Sequence[UUID], by: str | None = None
) -> list[Event]:
    """Done at `at`; a miss that this covers is withdrawn. Nothing when it was done at least as early before."""
    assert duty.opened is not None
    id, outcome = duty.opened.duty, duty.outcome(term.period)
    if outcome.fulfilled_at is not None and outcome.fulfilled_at <= at:
        return []
    in_time = at <= term.due_at
    happened: list[Event] = [DutyFulfilled(id, term.period, in_time, tuple(evidence), by, learnt_at, at)]
    return happened + _rescinded(duty, term, at)


def absent(duty: Duty, at: datetime) -> list[Event]:
    """Whoever did it was not there in time, as is known since `at`: what seemed fulfilled was missed then, or when due.

    Nothing when it was missed before, or was not done at all: that runs out when it is due.
    """
    opened = duty.opened
    if opened is None or opened.due_at is None or duty.ended is not None:
        return []
    outcome, moment = duty.outcome(ONCE), min(at, opened.due_at)
    if outcome.missed or outcome.fulfilled_at is None or outcome.fulfilled_at <= moment:
        return []
    about = (opened.unit, opened.person, opened.card)
    happened: list[Event] = [DutyMissed(opened.duty, ONCE, moment, (), *about, moment)]
    if opened.card is not None:
        happened.append(DutyCardIssued(opened.duty, ONCE, opened.unit, opened.person, opened.card, moment))
    return happened


def _rescinded(duty: Duty, term: Term, at: datetime, covers: Callable[[datetime, datetime], bool] = le) -> list[Event]:
    """What is withdrawn because it was done, or no longer owed, at `at`; it happened when the last of it did.

    What is done when it is due covers it; what ceases to be owed only then was owed until then.
    """
    assert duty.opened is not None
    id, outcome = duty.opened.duty, duty.outcome(term.period)
    gone: list[tuple[datetime, UUID]] = []
    if outcome.missed and covers(at, term.due_at):
        gone.append((term.due_at, missed_id(id, term.period)))
        gone += [(term.due_at, card_id(id, term.period))] if outcome.card else []
    if outcome.broken and term.broken_at is not None and covers(at, term.broken_at):
        gone.append((term.broken_at, broken_id(id, term.period)))
    if not gone:
        return []
    return [DutyRescinded(id, term.period, tuple(event for _, event in gone), at, gone[-1][0])]


def end(duty: Duty, ground: DutyGround, at: datetime, learnt_at: datetime, view: View) -> list[Event]:
    """No longer owed from `at` on; misses that were due later are withdrawn. Nothing when it has ended before."""
    if duty.opened is None or duty.ended is not None:
        return []
    ended = DutyEnded(duty.opened.duty, ground, learnt_at, at)
    happened: list[Event] = [ended]
    for term in terms(duty.opened, view, learnt_at):
        if apply(duty, ended).gone(term) is not None:
            happened += _rescinded(duty, term, at, lt)
    return happened


def release(duty: Duty, at: datetime, learnt_at: datetime, view: View) -> list[Event]:
    """Who owes it is in no team from `at` on: misses of periods that are therefore not owed in full are withdrawn."""
    if duty.opened is None or duty.ended is not None:
        return []
    partial = (term for term in terms(duty.opened, view, learnt_at) if term.partial)
    return [event for term in partial for event in _rescinded(duty, term, at, lt)]


def recount(duty: Duty, found: Moments, calendar: Calendar) -> list[Event]:
    """Anew by the calendar; nothing when it was done or over before the calendar was published, or stays as it was."""
    opened, published = duty.opened, calendar.published_at
    if opened is None or opened.due_at is None or published is None or duty.ended is not None:
        return []
    outcome, held = duty.outcome(ONCE), Moments(opened.due_at, opened.remind_at, opened.broken_at)
    done = outcome.fulfilled_at is not None or outcome.broken or (outcome.missed and found.due_at != held.due_at)
    if done or found == held or (held.broken_at or held.due_at) < published:
        return []
    return [DutyRecounted(opened.duty, *found, calendar.id, calendar.version, published, published)]
