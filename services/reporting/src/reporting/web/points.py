"""The points of departments, and the issues whose events gave or took them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, select

from reporting.queries import appraisal
from reporting.read_model.tables import ledger, timeline
from reporting.web.opening import View


def scored(view: View, month: str) -> dict[str, Any]:
    """The appraisal of the view's programme in a month, until its moment."""
    of, held = view.of, view.of.period(month, field="month")
    until = held.until(view.asked.moment.before)
    return appraisal.departments(view.connection, view.asked.scope, of.id, of.document, until, view.asked.filters)


def places_of(view: View, events: Sequence[str]) -> Mapping[str, RowMapping]:
    """Case, title and day of these events, as far as the caller may see the cases; by event."""
    joined = timeline.join(ledger, ledger.c.case_id == timeline.c.case_id)
    wanted = select(timeline.c.event_id, timeline.c.case_id, timeline.c.occurred_at, ledger.c.title).select_from(joined)
    rows = view.connection.execute(wanted.where(timeline.c.event_id.in_(events), view.asked.scope.cases(ledger)))
    return {row["event_id"]: row for row in rows.mappings()}
