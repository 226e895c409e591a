"""The points of departments, and the issues whose events gave or took them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, null, select

from reporting.queries import appraisal
from reporting.queries.issues import as_dict
from reporting.read_model.tables import ledger, records, timeline
from reporting.web.kept import kept
from reporting.web.opening import View


def scored(view: View, month: str) -> dict[str, Any]:
    """The appraisal of the view's programme in a month, until its moment."""
    of, held = view.of, view.of.period(month, field="month")
    until = held.until(view.asked.moment.before)
    return appraisal.departments(view.connection, view.asked.scope, of.id, of.document, until, view.asked.filters)


def places_of(view: View, events: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Type and day of these events, with title and case of those that are an issue's, as far as the caller may see
    them, as of the view's moment; by event."""
    joined = timeline.join(ledger, ledger.c.case_id == timeline.c.case_id)
    of, told = timeline.c, records.c
    wanted = select(of.event_id, of.type, of.occurred_at, of.case_id).select_from(joined)
    beside = kept(view.asked.scope).with_only_columns(
        told.event_id, told.type, told.occurred_at, null().label("case_id")
    )
    found: tuple[Select[Any], ...] = (
        wanted.where(of.event_id.in_(events), view.asked.scope.cases(ledger)),
        beside.where(told.event_id.in_(events)),
    )
    rows = [as_dict(row) for query in found for row in view.connection.execute(query)]
    titles = view.titles([row["case_id"] for row in rows if row["case_id"]])
    return {row["event_id"]: row | {"title": titles.get(row["case_id"])} for row in rows}
