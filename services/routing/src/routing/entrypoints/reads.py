"""Reads: the list of cases from the read model, one case from its stream. A department sees its own cases only."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from sqlalchemy import Engine, Row, Select, or_, select, true

from eventkit.auth import require
from eventkit.caller import Caller
from eventkit.paging import Window, keyset, page
from eventkit.session import Session
from eventkit.store import Store
from routing.adapters.messages import SESSIONS
from routing.adapters.tables import cases, sessions
from routing.application.access import WHOLE_AGENCY, seen
from routing.application.handlers import known_programme, show
from routing.application.moves import moves
from routing.application.ports import Desk
from routing.application.sessions import seen as may_see
from routing.application.sessions import show as show_session
from routing.domain.case import STATES, Case

Who = Annotated[Caller, Depends(require("department", *WHOLE_AGENCY))]
ByTime = Annotated[Window, Depends(keyset(datetime, UUID))]
State = StrEnum("State", STATES)  # type: ignore[misc]  # made of the domain's states, so that the two cannot differ


def reads(engine: Engine, store: Store, desk: Desk) -> APIRouter:
    """The routes."""
    router = APIRouter(tags=["reads"])

    @router.get("/cases")
    def list_cases(
        who: Who,
        window: ByTime,
        state: State | None = None,
        department: str | None = None,
        kind: str | None = None,
        programme: str | None = None,
    ) -> dict[str, Any]:
        """Cases, the oldest first; `department` leads or supports them."""
        query = _involving(_visible(who), department)
        for column, wanted in ((cases.c.state, state), (cases.c.kind, kind), (cases.c.programme, programme)):
            if wanted is not None:
                query = query.where(column == str(wanted))
        with engine.connect() as connection:
            rows = connection.execute(window.select(query, cases.c.opened_at, cases.c.case_id)).all()
        return page(rows, window, key=lambda row: (row.opened_at, row.case_id), item=_item)

    @router.get("/cases/{case}")
    def get_case(case: UUID, who: Who, response: Response) -> dict[str, Any]:
        """A case as it stands; its ETag goes into If-Match of the next move. `moves`: the caller's open ones."""
        with store.transaction() as tx:
            session = Session(tx)
            found = seen(session.get(desk.cases, str(case)), who)
            version = session.version(desk.cases, str(case))
            programme = known_programme(desk, session, found.programme, found.programme_version)
        response.headers["ETag"] = f'"{version}"'
        return _whole(found) | {"version": version, "moves": moves(found, programme, who, datetime.now(UTC))}

    @router.get("/sessions")
    def list_sessions(who: Who, window: ByTime, programme: str | None = None) -> dict[str, Any]:
        """Joint sessions by their beginning; a department sees those to which it was summoned."""
        query = select(sessions).where(true() if "operator" in who.roles else sessions.c.agency == who.agency)
        if who.roles.isdisjoint(WHOLE_AGENCY):
            query = query.where(sessions.c.units.any(who.department or ""))
        if programme is not None:
            query = query.where(sessions.c.programme == programme)
        with engine.connect() as connection:
            rows = connection.execute(window.select(query, sessions.c.starts_at, sessions.c.session)).all()
        return page(rows, window, key=lambda row: (row.starts_at, row.session), item=_session)

    @router.get("/sessions/{session}")
    def get_session(session: UUID, who: Who) -> dict[str, Any]:
        """A session as it stands."""
        with store.transaction() as tx:
            held = Session(tx).get(SESSIONS, str(session))
        return show_session(str(session), may_see(held, who))

    return router


def _session(row: Row[Any]) -> dict[str, Any]:
    shown = dict(row._mapping)
    return {**shown, "absent": [unit for unit in row.units if unit not in row.present]}


def _visible(who: Caller) -> Select[Any]:
    query = select(cases).where(true() if "operator" in who.roles else cases.c.agency == who.agency)
    return query if not who.roles.isdisjoint(WHOLE_AGENCY) else _involving(query, who.department or "")


def _involving(query: Select[Any], department: str | None) -> Select[Any]:
    if department is None:
        return query
    part = (cases.c.lead == department, cases.c.owner == department, cases.c.supporting.contains([department]))
    return query.where(or_(*part))


def _item(row: Row[Any]) -> dict[str, Any]:
    shown = dict(row._mapping)
    return {"case": shown.pop("case_id"), **shown}


def _whole(case: Case) -> dict[str, Any]:
    return {
        "case": case.id,
        "programme": case.programme,
        "programme_version": case.programme_version,
        "agency": case.agency,
        "enterprise": case.enterprise,
        "title": case.title,
        "text": case.text,
        "synthetic": case.synthetic,
        **show(case),
        "meeting": case.meeting,
        "outcome": case.outcome,
        "policy": None if case.result is None else case.result.policy,
        "note": None if case.result is None else case.result.note,
        "milestones": [{"name": line.name, "due_on": line.due_on} for line in case.milestones],
        "steps": {step.name.lower(): at for step, at in sorted(case.done.items())},
    }
