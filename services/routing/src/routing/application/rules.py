"""Questions about routing rules: a dry run of one issue, a backtest on cases of the past. Neither records anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from eventkit.caller import Caller
from eventkit.session import Session
from routing.application.handlers import directory_of, known_newest
from routing.application.ports import Between, Desk
from routing.domain import candidates
from routing.domain.backtest import Verdict, judge
from routing.domain.candidates import Fault
from routing.domain.course import course_of
from routing.domain.errors import UnknownProgramme, UnknownVersion
from routing.domain.programme import Programme
from routing.domain.rules import Rules, Subject
from routing.domain.trial import Trial, try_rules

Told = Sequence[Mapping[str, Any]]

SECONDS = 10.0
"""How long a page may be worked on before it ends early."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """The rules that are asked: candidates, or those of a version of the programme, with what is wrong about them."""

    programme: Programme
    rules: Rules
    candidate: bool
    faults: Sequence[Fault]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a backtest stands: up to which number of the log it reads, and behind which case."""

    as_of: int
    case: tuple[datetime, UUID] | None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page of verdicts in the order of the cases' opening; `next` is None on the last."""

    verdicts: Sequence[Verdict]
    as_of: int
    next: Place | None


def ballot(
    desk: Desk, session: Session, caller: Caller, programme: str, version: int | None, told: Told | None
) -> Ballot:
    """The rules of a version (None: the newest), or candidates for it. UnknownProgramme hides other agencies' ones."""
    newest = known_newest(desk, session, programme)
    if not caller.acts_for(newest.agency):
        raise UnknownProgramme
    asked = newest if version is None else desk.programmes.get(session, programme, version)
    if asked is None:
        raise UnknownVersion
    rules = asked.rules if told is None else Rules.of(asked.version, told)
    faults = candidates.faults(rules, asked, directory_of(desk, session, asked.agency))
    return Ballot(asked, rules, told is not None, faults)


def try_issue(desk: Desk, session: Session, asked: Ballot, subject: Subject, enterprise: str | None) -> Trial:
    """What the rules would do with the issue; UnknownKind when the programme has no such kind.

    The enterprise's township counts, as far as it is the agency's own and has one.
    """
    if subject.kind is not None:
        asked.programme.require_kind(subject.kind)
    township = subject.township
    if enterprise is not None:
        township = desk.townships.of_agency(session, asked.programme.agency, [enterprise]).get(enterprise)
    return try_rules(asked.rules, Subject(subject.kind, subject.title, subject.text, township))


def days(programme: Programme, first: date | None, last: date | None) -> Between:
    """From the beginning of the first day to the end of the last, in the programme's zone."""

    def midnight(day: date) -> datetime:
        return datetime.combine(day, time(), programme.zone)

    until = None if last is None or last == date.max else midnight(last + timedelta(days=1))
    return None if first is None else midnight(first), until


def backtest(desk: Desk, session: Session, asked: Ballot, between: Between, place: Place | None, limit: int) -> Leaf:
    """The next page. What was recorded after the first page was asked for is not seen by the others.

    It holds fewer than `limit` cases, and yet others follow, when so many rules take longer than SECONDS.
    """
    as_of = desk.histories.head(session) if place is None else place.as_of
    page = desk.histories.page(session, asked.programme, between, None if place is None else place.case, limit)
    end, reached, verdicts = monotonic() + SECONDS, 0, list[Verdict]()
    for verdict in _judged(desk, session, asked, page.cases, as_of):
        reached += 1
        verdicts += [] if verdict is None else [verdict]
        if monotonic() > end:
            break
    if not page.more and reached == len(page.cases):
        return Leaf(verdicts, as_of, None)
    case, _, opened_at = page.cases[reached - 1]
    return Leaf(verdicts, as_of, Place(as_of, (opened_at, UUID(case))))


def _judged(
    desk: Desk, session: Session, asked: Ballot, cases: Sequence[tuple[str, str, datetime]], as_of: int
) -> Iterator[Verdict | None]:
    """The verdict on each case; None where its opening is not in the log yet."""
    histories = desk.histories.read(session, [case for case, _, _ in cases], as_of)
    where = _places(desk, session, asked, [enterprise for _, enterprise, _ in cases])
    for case, enterprise, _ in cases:
        course = course_of(histories.get(case, ()))
        yield None if course is None else judge(course, asked.rules, where(enterprise))


def _places(desk: Desk, session: Session, asked: Ballot, enterprises: Sequence[str]) -> Callable[[str], str | None]:
    """Where enterprises lie, looked up only when a rule asks for it."""
    if not asked.rules.placed:
        return lambda _: None
    return dict(desk.townships.of_agency(session, asked.programme.agency, enterprises)).get
