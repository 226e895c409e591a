"""Events by their id alone: of an issue, or of what is kept beside issues, from visits to letters."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select, true

from eventkit.errors import Problem
from reporting.queries.issues import as_dict
from reporting.queries.scope import Scope
from reporting.read_model.tables import ledger, records, timeline
from reporting.web.opening import View

_OF_ALL = ("enterprise", "team", "visit", "service")
"""Streams that the whole agency sees."""
_OF_UNITS = ("duty", "letter", "session", "dispatch", "accountability")
"""Those of which a department sees what names it."""
_first = records.alias("first")
"""What opened a stream says whose it is."""


class UnknownEvent(Problem):
    """There is no such event, or it is not yours to see."""

    slug = "unknown-event"
    status = 404


def kept_event(view: View, event: UUID) -> dict[str, Any]:
    """The event whole, as far as the caller may see it and it had happened by the view's moment."""
    before = view.asked.moment.before
    wanted = kept(view.asked.scope).where(records.c.event_id == str(event))
    if before is not None:
        wanted = wanted.where(records.c.occurred_at < before)
    row = view.connection.execute(wanted).one_or_none()
    if row is None:
        raise UnknownEvent
    return as_dict(row)


def kept(scope: Scope) -> Select[Any]:
    """The records that may be seen: of the agency, and of a department's what it is named in."""
    stream = func.split_part(records.c.stream, "-", 1)
    mine = or_(stream.in_(_OF_ALL), stream.in_(_OF_UNITS) & _names(scope.department))
    of_agency = true() if scope.agency is None else _first.c.data["agency"].astext == scope.agency
    joined = records.join(_first, _first.c.stream == records.c.stream)
    return select(records).select_from(joined).where(_first.c.version == 1, mine, of_agency)


def _names(department: str | None) -> ColumnElement[bool]:
    """Whether the event, or what opened its stream, names this department; any does without one."""
    if department is None:
        return true()
    opened = _first.c.data
    return or_(
        records.c.data["unit"].astext == department,
        opened["unit"].astext == department,
        opened["units"].contains([department]),
        opened["items"].contains([{"unit": department}]),
    )


def case_of(view: View, event: UUID) -> str | None:
    """The case whose event it is, as far as the caller may see it."""
    joined = timeline.join(ledger, ledger.c.case_id == timeline.c.case_id)
    wanted = select(timeline.c.case_id).select_from(joined)
    found = view.connection.scalar(wanted.where(timeline.c.event_id == str(event), view.asked.scope.cases(ledger)))
    return None if found is None else str(found)
