"""Reads: what is owed and by whom, and the papers of supervision: dispatches, letters, accountability, reports."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy import ColumnElement, Engine, Row, and_, false, or_, select, true

from eventkit.auth import require
from eventkit.caller import Caller
from eventkit.paging import Window, keyset, page
from eventkit.session import Session
from eventkit.store import Store
from supervision.adapters.tables import duties, papers
from supervision.application.access import WHOLE_AGENCY
from supervision.application.context import Context
from supervision.application.views import duty_view
from supervision.domain.errors import UnknownDuty, UnknownLetter

Who = Annotated[Caller, Depends(require("department", "frontend", "analyst", *WHOLE_AGENCY))]
ByTime = Annotated[Window, Depends(keyset(datetime, UUID))]
Kind = Literal["dispatch", "letter", "accountability", "report"]

_WHOLE = WHOLE_AGENCY | {"frontend", "analyst"}


def owed(engine: Engine, store: Store, context: Context) -> APIRouter:
    """The routes."""
    router = APIRouter(tags=["reads"])

    def shown(ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
        with store.transaction() as tx:
            session = Session(tx)
            session.preload((context.streams.duty, str(id)) for id in ids)
            return {id: duty_view(session.get(context.streams.duty, str(id))) for id in ids}

    @router.get("/duties")
    def list_duties(
        who: Who,
        window: Annotated[Window, Depends(keyset(UUID))],
        programme: str | None = None,
        rule: str | None = None,
        subject: str | None = None,
        unit: str | None = None,
        case: str | None = None,
        open: bool | None = None,
    ) -> dict[str, Any]:
        """What is owed, with how each period stands. `rule`: a duty of the programme, or `session`, `suggestion`,
        `pledge`, `dispatch_item`, `letter_reply`, `help`, `long_term`, `report:<id>`.
        """
        query = select(duties.c.duty).where(_visible(who, duties.c.agency, _own(who)))
        wanted = {"programme": programme, "rule": rule, "subject": subject, "unit": unit, "case_id": case}
        query = query.where(*(duties.c[name] == value for name, value in wanted.items() if value is not None))
        if open is not None:
            query = query.where(duties.c.ended.is_(not open))
        with engine.connect() as connection:
            rows = connection.execute(window.select(query, duties.c.duty)).all()
        views = shown([UUID(row.duty) for row in rows])
        return page(rows, window, key=lambda row: (row.duty,), item=lambda row: views[UUID(row.duty)])

    @router.get("/duties/{duty}")
    def get_duty(duty: UUID, who: Who) -> dict[str, Any]:
        """One duty; 404 when it is another agency's or department's."""
        query = select(duties.c.duty).where(duties.c.duty == str(duty), _visible(who, duties.c.agency, _own(who)))
        with engine.connect() as connection:
            if connection.execute(query).first() is None:
                raise UnknownDuty
        return shown([duty])[duty]

    def listed(kind: Kind, who: Caller, window: Window, programme: str | None) -> dict[str, Any]:
        query = select(papers).where(papers.c.kind == kind, _may_read(who))
        if programme is not None:
            query = query.where(papers.c.programme == programme)
        with engine.connect() as connection:
            rows = connection.execute(window.select(query, papers.c.at, papers.c.id)).all()
        return page(rows, window, key=lambda row: (row.at, row.id), item=_paper)

    @router.get("/dispatches")
    def list_dispatches(who: Who, window: ByTime, programme: str | None = None) -> dict[str, Any]:
        """Dispatch sessions with their minutes and items, by time."""
        return listed("dispatch", who, window, programme)

    @router.get("/letters")
    def list_letters(who: Who, window: ByTime, programme: str | None = None) -> dict[str, Any]:
        """Supervision letters with their replies, by time."""
        return listed("letter", who, window, programme)

    @router.get("/letters/{letter}")
    def get_letter(letter: UUID, who: Who) -> dict[str, Any]:
        """One letter; 404 when it is another agency's or department's."""
        query = select(papers).where(papers.c.id == str(letter), papers.c.kind == "letter", _may_read(who))
        with engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise UnknownLetter
        return _paper(row)

    @router.get("/accountability")
    def list_accountability(who: Who, window: ByTime, programme: str | None = None) -> dict[str, Any]:
        """Measures against units and people, with the events that are their evidence."""
        return listed("accountability", who, window, programme)

    @router.get("/reports")
    def list_reports(who: Who, window: ByTime, programme: str | None = None) -> dict[str, Any]:
        """Reports that were published, by time."""
        return listed("report", who, window, programme)

    return router


def _visible(who: Caller, agency: ColumnElement[Any], own: ColumnElement[bool]) -> ColumnElement[bool]:
    if "operator" in who.roles:
        return true()
    return and_(agency == who.agency, true() if not who.roles.isdisjoint(_WHOLE) else own)


def _own(who: Caller) -> ColumnElement[bool]:
    return false() if who.department is None else duties.c.unit == who.department


def _may_read(who: Caller) -> ColumnElement[bool]:
    mine = false() if who.department is None else or_(papers.c.units.any(who.department))
    return _visible(who, papers.c.agency, mine)


def _paper(row: Row[Any]) -> dict[str, Any]:
    return dict(row.data)
