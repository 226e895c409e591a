"""What comes of a duty by the deeds that are known and by time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import reduce
from typing import Literal

from supervision.domain.duty.acts import fulfil
from supervision.domain.duty.deeds import Deed, met
from supervision.domain.duty.events import DutyBroken, DutyCardIssued, DutyMissed, DutyOpened, DutyReminded, Event
from supervision.domain.duty.state import Duty, apply
from supervision.domain.duty.terms import Term, View, ahead, terms


def settle(duty: Duty, deeds: Sequence[Deed], view: View, upto: datetime) -> list[Event]:
    """All that has come of the duty before `upto`. Every deed learnt until then must be among `deeds`."""
    if duty.opened is None:
        return []
    happened: list[Event] = []
    for term in terms(duty.opened, view, upto):
        done = _done(duty, term, deeds)
        duty = reduce(apply, done, duty)
        ran_out = list(_run_out(duty, term, deeds, view, upto))
        duty = reduce(apply, ran_out, duty)
        happened += [*done, *ran_out]
    return happened


def _done(duty: Duty, term: Term, deeds: Sequence[Deed]) -> list[Event]:
    assert duty.opened is not None
    gone = duty.gone(term)
    if not duty.opened.needs or (gone is not None and gone <= term.from_at):
        return []
    enough = [met(need, term, deeds) for need in duty.opened.needs]
    if not all(enough):
        return []
    used = [deed for counted in enough for deed in counted]
    at, learnt_at = max(deed.at for deed in used), max(deed.learnt_at for deed in used)
    return fulfil(duty, term, at, learnt_at, list(dict.fromkeys(deed.source for deed in used)))


def _run_out(duty: Duty, term: Term, deeds: Sequence[Deed], view: View, upto: datetime) -> Iterator[Event]:
    """What comes of nothing more having been done in this period."""
    opened = duty.opened
    assert opened is not None
    id = opened.duty
    for name, moment in _pending(duty, term, view):
        if _ripens(opened, moment, view) >= upto:
            continue
        match name:
            case "remind":
                yield DutyReminded(id, term.period, term.due_at, moment)
            case "miss":
                lacking = tuple(need.id for need in opened.needs if not met(need, term, deeds))
                about = (opened.unit, opened.person, opened.card)
                yield DutyMissed(id, term.period, moment, lacking, *about, moment)
                if opened.card is not None:
                    yield DutyCardIssued(id, term.period, opened.unit, opened.person, opened.card, moment)
            case "break":
                yield DutyBroken(id, term.period, moment)


def _pending(duty: Duty, term: Term, view: View) -> Iterator[tuple[Literal["remind", "miss", "break"], datetime]]:
    """What is still to come of a period when nothing more is done, with its moment."""
    outcome = duty.outcome(term.period)
    done, gone = outcome.fulfilled_at, duty.gone(term)

    def open_at(moment: datetime) -> bool:
        seen = view.until is None or moment <= view.until
        return seen and (done is None or done > moment) and (gone is None or gone >= moment)

    if term.remind_at is not None and not outcome.reminded and open_at(term.remind_at) and not outcome.missed:
        yield "remind", term.remind_at
    if not (term.partial or outcome.missed or outcome.excused) and open_at(term.due_at):
        yield "miss", term.due_at
    if term.broken_at is not None and not outcome.broken and open_at(term.broken_at):
        yield "break", term.broken_at


def _ripens(opened: DutyOpened, moment: datetime, view: View) -> datetime:
    """Nothing runs out before the duty was known for the grace."""
    return max(moment, opened.learnt_at + view.grace)


def ripe_at(duty: Duty, view: View, upto: datetime) -> datetime | None:
    """When something comes of the duty next if nothing more is done; None: never. It was settled before `upto`."""
    opened = duty.opened
    if opened is None:
        return None
    moments = [moment for term in ahead(opened, view, upto) for _, moment in _pending(duty, term, view)]
    return _ripens(opened, min(moments), view) if moments else None
