"""Events by their id alone: of an issue, or what said that an enterprise, a team, a visit or a service is there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from eventkit.errors import Problem
from reporting.queries.issues import as_dict
from reporting.read_model.tables import ledger, records, timeline
from reporting.web.opening import View

_STREAMS = ("enterprise", "team", "visit", "service")


class UnknownEvent(Problem):
    """There is no such event, or it is not yours to see."""

    slug = "unknown-event"
    status = 404


def kept_event(view: View, event: UUID) -> dict[str, Any]:
    """The event whole, as far as its agency is the caller's."""
    of, agency = records.c, view.asked.scope.agency
    wanted = select(records).where(of.event_id == str(event), or_(*(of.stream.like(f"{s}-%") for s in _STREAMS)))
    if view.asked.moment.before is not None:
        wanted = wanted.where(of.occurred_at < view.asked.moment.before)
    if agency is not None:
        wanted = wanted.where(of.data["agency"].astext == agency)
    row = view.connection.execute(wanted).one_or_none()
    if row is None:
        raise UnknownEvent
    return as_dict(row)


def case_of(view: View, event: UUID) -> str | None:
    """The case whose event it is, as far as the caller may see it."""
    joined = timeline.join(ledger, ledger.c.case_id == timeline.c.case_id)
    wanted = select(timeline.c.case_id).select_from(joined)
    found = view.connection.scalar(wanted.where(timeline.c.event_id == str(event), view.asked.scope.cases(ledger)))
    return None if found is None else str(found)
