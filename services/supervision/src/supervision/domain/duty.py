"""A duty: something owed, once or in every period, that is not a deadline of a case's course.

Recurring duties are judged by what was done in each period; a first period that had begun before the duty did can be
fulfilled but not missed. What is owed once is fulfilled by an act. As with clocks everything happens in event time: a
miss bears the moment at which the duty was due, and evidence that is learnt late withdraws it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import reduce
from itertools import takewhile
from typing import Literal, NamedTuple
from uuid import UUID

from supervision.domain.calendar import Calendar
from supervision.domain.limits import Counting, parse_limit
from supervision.domain.naming import natural_id
from supervision.domain.obligations import Counts, Need, SubjectKind
from supervision.domain.periods import ONCE, Every, Period, period_of

DutyGround = Literal["closed_out", "returned", "result", "cancelled", "policy", "left", "withdrawn"]
Status = Literal["open", "fulfilled", "late", "missed", "broken", "ended"]


@dataclass(frozen=True, slots=True)
class DutyOpened:
    """Somebody owes something. Recurring: from the day `since` on; else due at `due_at`, `broken_at` for a pledge.

    `about`: the session, dispatch, letter or policy match that it follows from.
    """

    duty: UUID
    programme: str
    programme_version: int
    agency: str
    rule: str
    subject_kind: SubjectKind
    subject: str
    unit: str | None
    person: str | None
    enterprise: str | None
    case: str | None
    about: str | None
    title: str | None
    every: Every
    needs: tuple[Need, ...]
    since: date | None
    until: date | None
    within: str | None
    remind: str | None
    due_at: datetime | None
    remind_at: datetime | None
    broken_at: datetime | None
    card: str | None
    by: str
    learnt_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class DutyFulfilled:
    """What was owed has been done, on the evidence of these events; `in_time`: at or before it was due."""

    duty: UUID
    period: str
    in_time: bool
    evidence: tuple[UUID, ...]
    by: str | None
    learnt_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class DutyReminded:
    """It is about to be due."""

    duty: UUID
    period: str
    due_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class DutyMissed:
    """It was not done when it was due; `lacking` names the needs that were not met."""

    duty: UUID
    period: str
    due_at: datetime
    lacking: tuple[str, ...]
    unit: str | None
    person: str | None
    card: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class DutyBroken:
    """A pledge was not kept at all."""

    duty: UUID
    period: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DutyRescinded:
    """Late evidence: it was done at `evidence_at`, in time, or was no longer owed; the miss is withdrawn."""

    duty: UUID
    period: str
    withdrawn: tuple[UUID, ...]
    evidence_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class DutyEnded:
    """It is no longer owed."""

    duty: UUID
    ground: DutyGround
    learnt_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class DutyRecounted:
    """What is owed once is due at another time, by a newer version of the calendar."""

    duty: UUID
    due_at: datetime
    remind_at: datetime | None
    broken_at: datetime | None
    calendar: str
    calendar_version: int
    learnt_at: datetime
    at: datetime


Event = DutyOpened | DutyFulfilled | DutyReminded | DutyMissed | DutyBroken | DutyRescinded | DutyEnded | DutyRecounted


class Moments(NamedTuple):
    """When what is owed once is due, reminded of, and broken."""

    due_at: datetime
    remind_at: datetime | None
    broken_at: datetime | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the duty in one period."""

    period: str
    fulfilled_at: datetime | None = None
    in_time: bool = False
    reminded: bool = False
    missed: bool = False
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty as it stands; `opened` is None before it exists."""

    opened: DutyOpened | None = None
    outcomes: tuple[Outcome, ...] = ()
    ended: DutyEnded | None = None

    def outcome(self, period: str) -> Outcome:
        """That of a period, which may have none yet."""
        return next((o for o in self.outcomes if o.period == period), Outcome(period))


@dataclass(frozen=True, slots=True)
class Deed:
    """A record that counts. `period`: the one it is for where it names one; `done`: how many it stands for."""

    source: UUID
    counts: Counts
    at: datetime
    learnt_at: datetime
    done: int = 1
    kind: str | None = None
    mode: str | None = None
    roles: frozenset[str] = frozenset()
    period: str | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """One period with its moments; deeds count from `from_at` until before `to_at`."""

    period: str
    from_at: datetime
    to_at: datetime | None
    due_at: datetime
    remind_at: datetime | None
    broken_at: datetime | None
    partial: bool


@dataclass(frozen=True, slots=True)
class View:
    """How duties of a programme are judged: counted so, nothing after `until`, nothing before it was known so long."""

    counting: Counting
    until: datetime | None
    grace: timedelta


def event_id(event: Event) -> UUID:
    """The id of an event of a duty: whoever decides it again names it again."""
    match event:
        case DutyOpened():
            return natural_id(event.duty, "duty_opened")
        case DutyFulfilled():
            return natural_id(event.duty, "duty_fulfilled", event.period, event.at)
        case DutyReminded():
            return natural_id(event.duty, "duty_reminded", event.period)
        case DutyMissed():
            return missed_id(event.duty, event.period)
        case DutyBroken():
            return broken_id(event.duty, event.period)
        case DutyRescinded():
            return natural_id(event.duty, "duty_rescinded", event.period, event.evidence_at)
        case DutyEnded():
            return natural_id(event.duty, "duty_ended", event.at)
        case DutyRecounted():
            return natural_id(event.duty, "duty_recounted", event.calendar, event.calendar_version)


def missed_id(duty: UUID, period: str) -> UUID:
    """The id of the miss of a period."""
    return natural_id(duty, "duty_missed", period)


def broken_id(duty: UUID, period: str) -> UUID:
    """The id of the breach of a period."""
    return natural_id(duty, "duty_broken", period)


def apply(duty: Duty, event: Event) -> Duty:
    """The duty after an event."""
    match event:
        case DutyOpened():
            return Duty(event)
        case DutyFulfilled():
            return _noted(duty, event.period, fulfilled_at=event.at, in_time=event.in_time)
        case DutyReminded():
            return _noted(duty, event.period, reminded=True)
        case DutyMissed():
            return _noted(duty, event.period, missed=True)
        case DutyBroken():
            return _noted(duty, event.period, broken=True)
        case DutyRescinded():
            return _withdrawn(duty, event)
        case DutyEnded():
            return replace(duty, ended=event)
        case DutyRecounted() if duty.opened is not None:
            moments = {"due_at": event.due_at, "remind_at": event.remind_at, "broken_at": event.broken_at}
            return replace(duty, opened=replace(duty.opened, **moments))
    return duty


def _noted(duty: Duty, period: str, **changes: object) -> Duty:
    changed = replace(duty.outcome(period), **changes)  # type: ignore[arg-type]
    others = [o for o in duty.outcomes if o.period != period]
    return replace(duty, outcomes=tuple(sorted([*others, changed], key=lambda o: o.period)))


def _withdrawn(duty: Duty, event: DutyRescinded) -> Duty:
    outcome, gone = duty.outcome(event.period), set(event.withdrawn)
    missed = outcome.missed and missed_id(event.duty, event.period) not in gone
    broken = outcome.broken and broken_id(event.duty, event.period) not in gone
    return _noted(duty, event.period, missed=missed, broken=broken)


def terms(duty: Duty, view: View, upto: datetime) -> Iterator[Term]:
    """The periods that have begun before `upto`, in order."""
    opened = duty.opened
    assert opened is not None
    if opened.every == ONCE:
        return iter([once(opened)])
    return takewhile(lambda term: term.from_at < upto, _recurring(opened, view))


def once(opened: DutyOpened) -> Term:
    """The one period of a duty that is owed once."""
    assert opened.due_at is not None
    return Term(ONCE, opened.at, None, opened.due_at, opened.remind_at, opened.broken_at, False)


def _recurring(opened: DutyOpened, view: View) -> Iterator[Term]:
    """All periods of a recurring duty, for ever if it has no end."""
    assert opened.since is not None
    period = period_of(opened.since, opened.every)
    while opened.until is None or period.first <= opened.until:
        yield _term(opened, period, view)
        period = period.next()


def _term(opened: DutyOpened, period: Period, view: View) -> Term:
    counting = view.counting
    begin, end = counting.end(period.first - timedelta(days=1)), counting.end(period.last)
    due = end if opened.within is None else counting.later(end, parse_limit(opened.within)).at
    remind = None if opened.remind is None else counting.earlier(due, parse_limit(opened.remind)).at
    assert opened.since is not None
    partial = opened.since > period.first
    return Term(period.name, begin, end, due, remind if remind and remind > begin else None, None, partial)


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


def _rescinded(duty: Duty, term: Term, at: datetime) -> list[Event]:
    """What is withdrawn because it was done, or no longer owed, at `at`; it happened when the last of it did."""
    assert duty.opened is not None
    id, outcome = duty.opened.duty, duty.outcome(term.period)
    gone: list[tuple[datetime, UUID]] = []
    if outcome.missed and at <= term.due_at:
        gone.append((term.due_at, missed_id(id, term.period)))
    if outcome.broken and term.broken_at is not None and at <= term.broken_at:
        gone.append((term.broken_at, broken_id(id, term.period)))
    if not gone:
        return []
    return [DutyRescinded(id, term.period, tuple(event for _, event in gone), at, gone[-1][0])]


def end(duty: Duty, ground: DutyGround, at: datetime, learnt_at: datetime, view: View) -> list[Event]:
    """No longer owed from `at` on; misses that were due later are withdrawn. Nothing when it has ended before."""
    if duty.opened is None or duty.ended is not None:
        return []
    happened: list[Event] = [DutyEnded(duty.opened.duty, ground, learnt_at, at)]
    for term in terms(duty, view, learnt_at):
        happened += _rescinded(duty, term, at)
    return happened


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


def settle(duty: Duty, deeds: Sequence[Deed], view: View, upto: datetime) -> list[Event]:
    """All that has come of the duty before `upto`. Every deed learnt until then must be among `deeds`."""
    if duty.opened is None:
        return []
    happened: list[Event] = []
    for term in terms(duty, view, upto):
        done = _done(duty, term, deeds)
        duty = reduce(apply, done, duty)
        ran_out = list(_run_out(duty, term, deeds, view, upto))
        duty = reduce(apply, ran_out, duty)
        happened += [*done, *ran_out]
    return happened


def _done(duty: Duty, term: Term, deeds: Sequence[Deed]) -> list[Event]:
    assert duty.opened is not None
    if not duty.opened.needs or (duty.ended is not None and duty.ended.at <= term.from_at):
        return []
    met = [_met(need, term, deeds) for need in duty.opened.needs]
    if any(not counted for counted in met):
        return []
    used = [deed for counted in met for deed in counted]
    at, learnt_at = max(deed.at for deed in used), max(deed.learnt_at for deed in used)
    return fulfil(duty, term, at, learnt_at, list(dict.fromkeys(deed.source for deed in used)))


def _met(need: Need, term: Term, deeds: Sequence[Deed]) -> list[Deed]:
    """The deeds that were enough for the need, in order; empty when there were not enough."""
    counted, done = [], 0
    for deed in sorted(deeds, key=lambda deed: (deed.at, str(deed.source))):
        if _counts(need, term, deed):
            counted.append(deed)
            done += deed.done
            if done >= need.min:
                return counted
    return []


def _counts(need: Need, term: Term, deed: Deed) -> bool:
    within = deed.period == term.period if deed.period is not None else _lies_in(term, deed.at)
    asked = ((need.kind, deed.kind), (need.mode, deed.mode))
    return (
        within
        and deed.counts == need.counts
        and all(want in (None, have) for want, have in asked)
        and (need.role is None or need.role in deed.roles)
    )


def _lies_in(term: Term, at: datetime) -> bool:
    return term.from_at <= at and (term.to_at is None or at < term.to_at)


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
                lacking = tuple(need.id for need in opened.needs if not _met(need, term, deeds))
                about = (opened.unit, opened.person, opened.card)
                yield DutyMissed(id, term.period, moment, lacking, *about, moment)
            case "break":
                yield DutyBroken(id, term.period, moment)


def _pending(duty: Duty, term: Term, view: View) -> Iterator[tuple[Literal["remind", "miss", "break"], datetime]]:
    """What is still to come of a period when nothing more is done, with its moment."""
    outcome = duty.outcome(term.period)
    done, gone = outcome.fulfilled_at, None if duty.ended is None else duty.ended.at

    def open_at(moment: datetime) -> bool:
        seen = view.until is None or moment <= view.until
        return seen and (done is None or done > moment) and (gone is None or gone >= moment)

    if term.remind_at is not None and not outcome.reminded and open_at(term.remind_at) and not outcome.missed:
        yield "remind", term.remind_at
    if not term.partial and not outcome.missed and open_at(term.due_at):
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
    moments = [moment for term in _ahead(opened, view, upto) for _, moment in _pending(duty, term, view)]
    return _ripens(opened, min(moments), view) if moments else None


def _ahead(opened: DutyOpened, view: View, upto: datetime) -> Iterator[Term]:
    """The periods that have begun before `upto`, and the next one."""
    if opened.every == ONCE:
        yield once(opened)
        return
    for term in _recurring(opened, view):
        yield term
        if term.from_at >= upto:
            return


def status(duty: Duty, period: str) -> Status:
    """How a period stands."""
    outcome = duty.outcome(period)
    if outcome.fulfilled_at is not None:
        return "fulfilled" if outcome.in_time else ("broken" if outcome.broken else "late")
    if outcome.broken:
        return "broken"
    if outcome.missed:
        return "missed"
    return "open" if duty.ended is None else "ended"
