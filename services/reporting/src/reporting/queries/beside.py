"""What is kept beside the cases: joint sessions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from eventkit.paging import Window
from reporting.projections.case_event import short_type
from reporting.queries.scope import Scope
from reporting.read_model.tables import records

_PROGRAMME = records.c.data["programme"].astext


def sessions(
    connection: Connection, scope: Scope, programme: str, before: datetime | None, window: Window
) -> tuple[list[Row[Any]], dict[str, dict[str, Any]]]:
    """A page of joint sessions by start of their stream, and each as it stood."""
    of = records
    wanted = select(of.c.occurred_at, of.c.stream).where(
        of.c.version == 1, of.c.type == "bugle.routing.session_called.v1", programme == _PROGRAMME
    )
    if scope.agency is not None:
        wanted = wanted.where(of.c.data["agency"].astext == scope.agency)
    if scope.department is not None:
        wanted = wanted.where(of.c.data["units"].contains([scope.department]))
    if before is not None:
        wanted = wanted.where(of.c.occurred_at < before)
    rows = list(connection.execute(window.select(wanted, of.c.occurred_at, of.c.stream)))
    held: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(
        select(of).where(of.c.stream.in_([row.stream for row in rows])).order_by(of.c.stream, of.c.version)
    ):
        if before is None or row.occurred_at < before:
            held[row.stream].append(row)
    return rows, {stream: session_of(events) for stream, events in held.items()}


def session_of(events: Iterable[Row[Any]]) -> dict[str, Any]:
    """A session as its events in order tell it; empty without any. Once it was held its minutes say who was there."""
    shown: dict[str, Any] = {}
    for event in events:
        data = event.data
        match short_type(event.type):
            case "session_called":
                names = ("session", "programme", "agency", "enterprise", "cases", "units", "starts_at", "place")
                shown = {name: data[name] for name in names}
                shown |= {"state": "called", "present": [], "absent": list(data["units"]), "minutes": None}
            case "unit_reported_in":
                shown["present"].append(data["unit"])
                shown["absent"].remove(data["unit"])
            case "session_held":
                shown |= {"state": "held", "held_at": event.occurred_at}
                shown |= {name: data[name] for name in ("minutes", "present", "absent")}
            case "session_cancelled":
                shown |= {"state": "cancelled", "reason": data["reason"]}
    return shown
