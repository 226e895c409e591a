"""What other limits or another calendar would have made of a programme's clocks. Nothing is recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Query
from sqlalchemy import Select, func, select, text, true

from eventkit.auth import require
from eventkit.caller import Caller
from eventkit.paging import Window, cursor, keyset
from eventkit.postgres import PostgresTransaction
from eventkit.problems import Faulty, FieldProblem
from eventkit.session import Session
from eventkit.store import Store
from eventkit.text import Text
from supervision.adapters.tables import watches
from supervision.application.access import WHOLE_AGENCY
from supervision.application.context import Context
from supervision.domain.calendar import EVERY_DAY, Calendar
from supervision.domain.clock import Clock
from supervision.domain.errors import UnknownCalendar
from supervision.domain.limits import Counting, Limit, parse_limit
from supervision.domain.policy import Policy
from supervision.domain.whatif import Recount, Rules, recounts

Who = Annotated[Caller, Depends(require(*WHOLE_AGENCY))]
_READING = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a programme. `first`, `last`: days on which the clocks began, in its zone."""

    session: Session
    policy: Policy
    rules: Rules
    first: date | None
    last: date | None
    until: datetime

    def wants(self, clock: Clock) -> bool:
        """Whether the clock began on one of the days."""
        day = clock.started_at.astimezone(self.policy.zone).date()
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


def whatif(store: Store, context: Context) -> APIRouter:
    """The route."""
    router = APIRouter(tags=["reads"])

    @router.get("/what-if")
    def ask(
        who: Who,
        programme: str,
        window: Annotated[Window, Depends(keyset(str))],
        limits: Annotated[str, Query(description="contact:2wd,closing:10d")] = "",
        calendar: Annotated[str | None, Query(description="Another calendar's id; none: every day counts")] = None,
        first: Annotated[date | None, Query(alias="from", description="First day of the clocks' begin")] = None,
        last: Annotated[date | None, Query(alias="to", description="Last day")] = None,
    ) -> dict[str, Any]:
        """Clocks that would have ended otherwise, and each unit's counts before and after; page by page of cases."""
        with _reading(store) as session:
            connection = cast(PostgresTransaction, session.tx).connection
            cases = connection.scalars(window.select(_visible(who, programme), watches.c.case_id)).all()
            if not cases:
                return _told([], [], None)
            policy = context.newest(session, programme)
            rules = Rules(_limits(limits, policy), _calendar(context, session, calendar))
            asked = Asked(session, policy, rules, first, last, connection.execute(select(func.now())).scalar_one())
            found = list(_recounts(context, asked, cases[: window.limit]))
        return _told(found, cases, window)

    return router


def _visible(who: Caller, programme: str) -> Select[Any]:
    mine = true() if "operator" in who.roles else watches.c.agency == who.agency
    return select(watches.c.case_id).where(watches.c.programme == programme, mine)


def _limits(given: str, policy: Policy) -> dict[str, Limit]:
    """Raises Faulty for a clock that the programme does not have, or a limit that is none."""
    found = {}
    for pair in filter(None, given.split(",")):
        name, _, limit = pair.partition(":")
        if name not in policy.clocks:
            problem = Text("the programme has no clock {name!r}", name=name)
            raise Faulty([FieldProblem("limits", problem, Text("use some of {known}", known=sorted(policy.clocks)))])
        try:
            found[name] = parse_limit(limit)
        except ValueError:
            problem = Text("{limit!r} is no limit", limit=limit)
            mend = Text("write contact:3wd, with 3wd, 10d, 4h or same_day as the limit")
            raise Faulty([FieldProblem("limits", problem, mend)]) from None
    return found


def _calendar(context: Context, session: Session, id: str | None) -> Calendar | None:
    if id is None or id == EVERY_DAY:
        return None if id is None else Calendar(EVERY_DAY)
    held = session.get(context.streams.calendar, id)
    if not held.version:
        raise UnknownCalendar
    return held


def _recounts(context: Context, asked: Asked, cases: Sequence[str]) -> Iterator[tuple[str, Recount]]:
    """The clocks of these cases that are asked about, each with its case's id."""
    streams, held = context.streams.watch, asked.policy
    asked.session.preload((streams, case) for case in cases)

    @cache
    def calendar(id: str | None, version: int | None) -> Calendar:
        return context.calendar_at(asked.session.tx, id, version)

    def counting(clock: Clock) -> Counting:
        return Counting(calendar(clock.calendar, clock.calendar_version), held.zone, clock.pauses)

    for case in cases:
        watch = asked.session.get(streams, case)
        for one in recounts(watch, asked.rules, counting, asked.until, held.observed_until):
            if asked.wants(one.clock):
                yield case, one


def _told(found: Sequence[tuple[str, Recount]], cases: Sequence[str], window: Window | None) -> dict[str, Any]:
    before: dict[str | None, Counter[str]] = {}
    after: dict[str | None, Counter[str]] = {}
    for _, one in found:
        before.setdefault(one.clock.unit, Counter())[one.clock.status] += 1
        after.setdefault(one.clock.unit, Counter())[one.status] += 1
    more = window is not None and len(cases) > window.limit
    return {
        "items": [_item(case, one) for case, one in found if one.differs],
        "units": [{"unit": unit, "before": before[unit], "after": after[unit]} for unit in before],
        "clocks": len(found),
        "next": cursor([cases[window.limit - 1]]) if window is not None and more else None,
    }


def _item(case: str, one: Recount) -> dict[str, Any]:
    clock = one.clock
    return {
        "case": case,
        "clock": clock.name,
        "generation": clock.generation,
        "unit": clock.unit,
        "stopped_at": clock.stopped_at,
        "before": {"limit": clock.limit, "due_at": clock.due_at, "status": clock.status},
        "after": {"limit": str(one.limit), "due_at": one.due_at, "status": one.status},
    }


@contextmanager
def _reading(store: Store) -> Iterator[Session]:
    """A session on one state of the database, which refuses to write."""
    with store.transaction() as tx:
        cast(PostgresTransaction, tx).connection.execute(_READING)
        yield Session(tx)
