"""Reads: the list of watches from the table, one watch and its clocks from its stream, and calendars."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Engine, Row, Select, select, true

from eventkit.auth import require
from eventkit.caller import READING, Caller
from eventkit.paging import Window, keyset, page
from eventkit.problems import describe
from eventkit.session import Session
from eventkit.store import Store
from eventkit.voice import voice_of
from supervision.adapters.tables import watches
from supervision.application.access import WHOLE_AGENCY, seen
from supervision.application.context import Context
from supervision.application.moves import Mover, blocked, extensions_view, moves_view
from supervision.application.views import calendar_view, clock_view, trace_view, watch_view
from supervision.domain.errors import UnknownCalendar
from supervision.domain.limits import Counting
from supervision.domain.trace import trace, traced

Who = Annotated[Caller, Depends(require("department", "enterprise", *WHOLE_AGENCY))]
Anyone = Annotated[Caller, Depends(require(*READING))]


def reads(engine: Engine, store: Store, context: Context) -> APIRouter:
    """The routes."""
    router = APIRouter(tags=["reads"])

    @router.get("/watches")
    def list_watches(
        who: Who,
        window: Annotated[Window, Depends(keyset(str))],
        programme: str | None = None,
        closed: bool | None = None,
    ) -> dict[str, Any]:
        """Watches by case id; `ripe_at` is when something of one runs out next."""
        query = _visible(who)
        for column, wanted in ((watches.c.programme, programme), (watches.c.closed, closed)):
            if wanted is not None:
                query = query.where(column == wanted)
        with engine.connect() as connection:
            rows = connection.execute(window.select(query, watches.c.case_id)).all()
        return page(rows, window, key=lambda row: (row.case_id,), item=_item)

    @router.get("/watches/{case}")
    def get_watch(case: UUID, who: Who, request: Request, response: Response) -> dict[str, Any]:
        """A watch as it stands; its ETag goes into If-Match of the next command. `moves`: the caller's open ones;
        `blocked`: why the caller cannot close it out yet. An extension on which the caller may decide (`decidable`)
        tells its `reason` and when the deadline would be with it (`due_if_granted`).
        """
        with store.transaction() as tx:
            session = Session(tx)
            watch = seen(session.get(context.streams.watch, str(case)), who)
            version = session.version(context.streams.watch, str(case))
            policy = context.policy(session, watch.programme, watch.programme_version)
            mover = Mover.of(who, policy, context.calendar(session, policy), datetime.now(UTC))
        response.headers["ETag"] = f'"{version}"'
        voice = voice_of(request)
        response.headers.update(voice.headers)
        why = {name: describe(refusal, voice=voice).body["detail"] for name, refusal in blocked(watch, mover).items()}
        asked = {"extensions": extensions_view(watch, mover), "blocked": why}
        return watch_view(watch) | {"version": version} | moves_view(watch, mover) | asked

    @router.get("/cases/{case}/clocks")
    def list_clocks(case: UUID, who: Who, response: Response) -> dict[str, Any]:
        """All clocks of a case with their stages, in the order they were started."""
        with store.transaction() as tx:
            session = Session(tx)
            watch = seen(session.get(context.streams.watch, str(case)), who)
            version = session.version(context.streams.watch, str(case))
        response.headers["ETag"] = f'"{version}"'
        return {"items": [clock_view(clock) for clock in watch.clocks], "next": None}

    @router.get("/cases/{case}/clocks/{clock}/trace")
    def get_trace(case: UUID, clock: str, who: Who, generation: int | None = None) -> dict[str, Any]:
        """How a deadline came about: what was counted, what was not, and why. Else of the newest generation."""
        with store.transaction() as tx:
            session = Session(tx)
            watch = seen(session.get(context.streams.watch, str(case)), who)
            policy = context.policy(session, watch.programme, watch.programme_version)
            found = traced(watch, clock, generation)
            calendar = context.calendar_at(tx, found.calendar, found.calendar_version)
        return trace_view(watch, found, trace(found, Counting(calendar, policy.zone, found.pauses)))

    @router.get("/calendars/{calendar}")
    def get_calendar(calendar: str, who: Anyone, response: Response) -> dict[str, Any]:
        """The newest version of a calendar, whole."""
        with store.transaction() as tx:
            session = Session(tx)
            found = session.get(context.streams.calendar, calendar)
            version = session.version(context.streams.calendar, calendar)
        if not found.version:
            raise UnknownCalendar
        response.headers["ETag"] = f'"{version}"'
        return calendar_view(found)

    return router


def _visible(who: Caller) -> Select[Any]:
    query = select(watches)
    if "operator" not in who.roles and who.roles.isdisjoint(WHOLE_AGENCY) and "enterprise" in who.roles:
        return query.where(watches.c.enterprise == (who.enterprise or ""))
    query = query.where(true() if "operator" in who.roles else watches.c.agency == who.agency)
    return query if not who.roles.isdisjoint(WHOLE_AGENCY) else query.where(watches.c.units.any(who.department or ""))


def _item(row: Row[Any]) -> dict[str, Any]:
    shown = {name: value for name, value in row._mapping.items() if name not in ("partition", "calendar")}
    return {"case": shown.pop("case_id"), "provisional": shown.pop("is_provisional"), **shown}
