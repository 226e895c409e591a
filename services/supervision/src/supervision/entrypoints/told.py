"""Reads: one's inbox, how deliveries stand, and whose addresses are set."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Response
from sqlalchemy import ColumnElement, Engine, Row, Select, and_, or_, select, true

from eventkit.auth import require
from eventkit.caller import Caller
from eventkit.catalogues import ON_PAPER, accepted
from eventkit.paging import Window, keyset, page
from eventkit.store import Store
from eventkit.voice import Voice
from supervision.adapters.tables import addresses, deliveries, notifications, people
from supervision.adapters.wording import told as of_rows
from supervision.application.context import Context
from supervision.application.postroom import KEEPERS, READERS, WATCHERS
from supervision.application.wording import say

Reader = Annotated[Caller, Depends(require(*READERS))]
Watcher = Annotated[Caller, Depends(require(*WATCHERS))]
Keeper = Annotated[Caller, Depends(require(*KEEPERS))]
State = Literal["waiting", "held", "no_address", "delivered", "dead", "cancelled"]

_SHOWN = ("notification", "programme", "case_id", "recipient_kind", "recipient", "at")


def told(engine: Engine, store: Store, context: Context) -> APIRouter:
    """The routes."""
    router = APIRouter(tags=["reads"])

    @router.get("/inbox")
    def list_inbox(
        who: Reader,
        window: Annotated[Window, Depends(keyset(datetime, UUID))],
        response: Response,
        unread: bool | None = None,
        accept_language: Annotated[str | None, Header()] = None,
    ) -> dict[str, Any]:
        """What the caller is told: of the unit, of the office, as a person (`sub` of the token is the id in the
        directory), by role, or of the enterprise. `withdrawn`: its ground has gone. In Chinese unless asked otherwise.
        """
        held = notifications.c
        query = select(notifications).where(held.inbox, _mine(who))
        if unread is not None:
            query = query.where(held.read_at.is_(None) if unread else held.read_at.is_not(None))
        language = accepted(accept_language, ON_PAPER)
        response.headers.update(Voice(language).headers)
        with engine.connect() as connection:
            rows = connection.execute(window.select(query, held.at, held.notification)).all()
        with store.transaction() as tx:
            words = {one.notification: say(one, language) for one in of_rows(tx, context.reads, rows)}

        def item(row: Row[Any]) -> dict[str, Any]:
            said, read = words[row.notification], {"read_at": row.read_at, "read_by": row.read_by}
            return {**_about(row), "subject": said.subject, "text": said.text, **read, "withdrawn": row.withdrawn}

        return page(rows, window, key=lambda row: (row.at, row.notification), item=item)

    @router.get("/deliveries")
    def list_deliveries(
        who: Watcher,
        window: Annotated[Window, Depends(keyset(datetime, UUID, str))],
        state: State | None = None,
        channel: Literal["inbox", "email", "webhook"] | None = None,
        programme: str | None = None,
    ) -> dict[str, Any]:
        """How notifications get to their recipients, by time."""
        query = _deliveries().where(true() if "operator" in who.roles else deliveries.c.agency == who.agency)
        wanted = ((deliveries.c.state, state), (deliveries.c.channel, channel), (notifications.c.programme, programme))
        query = query.where(*(column == value for column, value in wanted if value is not None))
        key = (deliveries.c.at, deliveries.c.notification, deliveries.c.channel)
        with engine.connect() as connection:
            rows = connection.execute(window.select(query, *key)).all()
        return page(rows, window, key=lambda row: (row.at, row.notification, row.channel), item=_delivery)

    @router.get("/addresses")
    def list_addresses(who: Keeper, window: Annotated[Window, Depends(keyset(str, str, str))]) -> dict[str, Any]:
        """Whose addresses are set; of each only as much is shown as lets one recognise it. A department: its own."""
        held = addresses.c
        query = select(addresses).where(held.agency == who.agency)
        if "office" not in who.roles:
            query = query.where(_of_department(who))
        with engine.connect() as connection:
            rows = connection.execute(window.select(query, held.kind, held.recipient, held.channel)).all()
        return page(rows, window, key=lambda row: (row.kind, row.recipient, row.channel), item=_address)

    return router


def _mine(who: Caller) -> ColumnElement[bool]:
    """The caller's inbox, as `postroom.may_read` has it for one."""
    held = notifications.c
    to, agency = held.recipient_kind, held.agency == who.agency
    mine: list[ColumnElement[bool]] = []
    if "enterprise" in who.roles:
        mine.append(and_(to == "enterprise", held.recipient == (who.enterprise or "")))
    staff = who.roles & {"office", "department", "leader"}
    if staff:
        mine.append(and_(agency, to == "person", held.recipient == who.sub))
    if "office" in staff:
        mine.append(and_(agency, to == "office"))
    if "department" in staff:
        unit = who.department or ""
        mine.append(and_(agency, to == "unit", held.recipient == unit))
        mine.append(and_(agency, to == "role", held.access == "department", held.unit == unit))
    mine += [and_(agency, to == "role", held.access == role) for role in sorted(staff - {"department"})]
    return or_(*mine)


def _of_department(who: Caller) -> ColumnElement[bool]:
    """The unit's addresses and those of its people."""
    held, unit = addresses.c, who.department or ""
    own = select(people.c.person).where(people.c.agency == who.agency, people.c.unit == unit)
    return or_(and_(held.kind == "unit", held.recipient == unit), and_(held.kind == "person", held.recipient.in_(own)))


def _deliveries() -> Select[Any]:
    held = notifications.c
    named = (held.name, held.programme, held.case_id, held.recipient_kind, held.recipient)
    return select(deliveries, *named).join(notifications, held.notification == deliveries.c.notification)


def _about(row: Row[Any]) -> dict[str, Any]:
    shown = {name: getattr(row, name) for name in _SHOWN}
    return {"event": row.name, "case": shown.pop("case_id"), **shown}


def _delivery(row: Row[Any]) -> dict[str, Any]:
    names = ("channel", "state", "attempts", "reason", "done_at")
    next_at = row.next_at if row.state == "waiting" else None
    return {**_about(row), **{name: getattr(row, name) for name in names}, "next_at": next_at}


def _address(row: Row[Any]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row._fields if name != "agency"}
