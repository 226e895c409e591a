"""What presses, and what has been got through: deadlines, climbs to leaders, and the share that is closed out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, FromClause, Subquery, Text, and_, cast, func, not_, select
from sqlalchemy.dialects.postgresql import TIMESTAMP

from reporting.queries.cases import cases
from reporting.queries.climbing import CLIMBS
from reporting.queries.clocks import clocks_at
from reporting.queries.filters import OF_CASES, UNANSWERED, Condition, equals, status
from reporting.queries.fired import types_of
from reporting.queries.measure import Measure, distinct, of_cases
from reporting.queries.moments import Moment
from reporting.queries.past import RESCINDED
from reporting.queries.tallied import CLOCKS, DUES, ISSUES
from reporting.read_model.tables import timeline


def _due(rows: FromClause, value: str) -> ColumnElement[bool]:
    """Due on this day or before, in the programme's zone; so at the latest when it is over everywhere, which an index
    on the instant finds."""
    local = func.timezone(func.coalesce(rows.c.zone, "UTC"), rows.c.last_at)
    following = datetime.combine(date.fromisoformat(value) + timedelta(days=1), time(), UTC)
    return and_(rows.c.due_at < following + timedelta(days=1), local < cast(str(following.date()), TIMESTAMP))


OF_DEADLINES: Mapping[str, Condition] = OF_CASES | {
    "clock": equals("clock"),
    "status": status,
    "unit": equals("unit"),
    "due": _due,
}
TO_ANSWER: Mapping[str, str] = {"status": UNANSWERED, "open": "true"}
"""The deadlines that somebody has to answer, by these filters."""


def climbs(moment: Moment) -> Subquery:
    """One row per escalation or raising of a case that was not withdrawn, with its case's columns."""
    of = cases(moment)
    columns = (
        timeline.c.occurred_at.label("climbed_at"),
        timeline.c.event_id.label("event_id"),
        timeline.c.data["level"].as_integer().label("level"),
    )
    rows = select(*columns, *of.c).join_from(timeline, of, of.c.case_id == timeline.c.case_id)
    rows = rows.where(timeline.c.type.in_(types_of(CLIMBS)), not_(_withdrawn()))
    if moment.before is not None:
        rows = rows.where(timeline.c.occurred_at < moment.before)
    return rows.subquery("rows")


def _withdrawn() -> ColumnElement[bool]:
    told = timeline.alias("told")
    this = func.jsonb_build_array(func.jsonb_build_object("event", cast(timeline.c.event_id, Text)))
    names = and_(told.c.case_id == timeline.c.case_id, told.c.type.in_(RESCINDED))
    return select(told.c.case_id).where(names, told.c.data["withdrawn"].contains(this)).correlate(timeline).exists()


PRESSING: dict[str, Measure] = {
    "closed_share": Measure(
        cases,
        OF_CASES,
        of_cases,
        "issues closed out ÷ issues reported",
        numerator=lambda rows: rows.c.closed,
        groups={"department": "lead", "kind": "kind", "programme": "programme"},
        month="reported_at",
        grounds=("closed_at",),
        tallies=(ISSUES,),
    ),
    "deadlines": Measure(
        clocks_at,
        OF_DEADLINES,
        of_cases,
        "deadlines, by status and by the day they are due",
        groups={"department": "lead", "kind": "kind", "programme": "programme", "unit": "unit"},
        month="last_at",
        by_clock=True,
        tallies=(DUES, CLOCKS),
    ),
    "climbed": Measure(
        climbs,
        OF_CASES,
        of_cases,
        "distinct issues that climbed to a leader",
        None,
        distinct("case_id"),
        groups={"department": "lead", "kind": "kind", "programme": "programme"},
        month="climbed_at",
    ),
}
