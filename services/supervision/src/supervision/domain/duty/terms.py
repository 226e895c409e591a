"""The periods of a duty, each with the moments at which something comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import NamedTuple

from supervision.domain.duty.events import DutyOpened
from supervision.domain.limits import Counting, Limit, parse_limit
from supervision.domain.periods import ONCE, Period, period_of
from supervision.domain.policy import Quiet


class Paired(NamedTuple):
    """Days on which somebody is in a team, from `since` until before `until`; None: still."""

    since: date
    until: date | None


class Moments(NamedTuple):
    """When what is owed once is due, reminded of, and broken."""

    due_at: datetime
    remind_at: datetime | None
    broken_at: datetime | None


@dataclass(frozen=True, slots=True)
class Term:
    """One period with its moments; deeds count from `from_at` until before `to_at`.

    `partial`: it was not owed, or could not be done, on all its days: it can be fulfilled but not missed.
    """

    period: str
    from_at: datetime
    to_at: datetime | None
    due_at: datetime
    remind_at: datetime | None
    broken_at: datetime | None
    partial: bool


@dataclass(frozen=True, slots=True)
class View:
    """How duties of a programme are judged: counted so, nothing after `until`, nothing before it was known so long.

    `quiet`: when nobody is reminded. `paired`: for what only somebody in a team can do, the days on which the person is
    in one, as few spans as there can be; None where that does not matter.
    """

    counting: Counting
    until: datetime | None
    grace: timedelta
    quiet: Quiet | None = None
    paired: tuple[Paired, ...] | None = None

    def remind_at(self, due_at: datetime, span: Limit | None, since: datetime) -> datetime | None:
        """So long before it is due, outside quiet hours; None where that is not after `since` and before it is due."""
        if span is None:
            return None
        at = self.counting.earlier(due_at, span).at
        if self.quiet is not None:
            at = self.quiet.moved(at, due_at, self.counting.zone)
        return at if since < at < due_at else None

    def able(self, first: date, last: date) -> bool:
        """Whether the person is in a team on all these days, where that matters."""
        spans = self.paired
        return spans is None or any(s.since <= first and (s.until is None or last < s.until) for s in spans)

    def parted(self, day: date) -> bool:
        """Whether the person is in no team from a day on, where that matters."""
        return self.paired is not None and all(s.until is not None and s.until <= day for s in self.paired)


def terms(opened: DutyOpened, view: View, upto: datetime) -> Iterator[Term]:
    """The periods that have begun before `upto`, in order."""
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
    remind = view.remind_at(due, None if opened.remind is None else parse_limit(opened.remind), begin)
    assert opened.since is not None
    partial = opened.since > period.first or not view.able(period.first, period.last)
    reminded = remind if view.able(period.last, period.last) else None
    return Term(period.name, begin, end, due, reminded, None, partial)


def ahead(opened: DutyOpened, view: View, upto: datetime) -> Iterator[Term]:
    """The periods that have begun before `upto`, and those to the next that is owed in full, if ever one is."""
    if opened.every == ONCE:
        yield once(opened)
        return
    for term in _recurring(opened, view):
        yield term
        first = term.from_at.astimezone(view.counting.zone).date()
        if term.from_at >= upto and (not term.partial or view.parted(first)):
            return
