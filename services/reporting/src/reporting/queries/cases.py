"""The cases as they stood at a moment: one relation that lists, figures and rates filter and count alike."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, Subquery, and_, not_, or_, select

from reporting.queries.moments import Moment
from reporting.queries.zones import zones
from reporting.read_model.tables import ledger, spans, timeline, traits

_LASTING = ("case_id", "programme", "agency", "enterprise", "ledger_row", "synthetic", "reported_at")
_CHANGING = (
    *("kind", "batch", "jurisdiction", "lead", "supporting", "outcome", "satisfaction", "closed_at"),
    *("grade", "merged_into", "withdrawn"),
)

_ENDED = {"closed": "closed_at", "merged": "merged_into"}


def cases(moment: Moment, *, unfinished: bool = False) -> Subquery:
    """One row per case reported by then, with state and traits of that time and the programme's `zone`.

    `closed`, `merged`: whether it was by then. `passed_on`: it was reported as a matter of others, or has been passed
    on to a body outside by then.

    The parameter `unfinished`: the caller takes none that was closed out by then. One that has stayed so since is not
    even looked up.
    """
    of_state, of_traits = ledger, ledger
    source: FromClause = ledger
    if moment.before is not None:
        of_state, of_traits = spans, traits
        source = ledger.join(spans, _held(spans, moment)).join(traits, _held(traits, moment))
    outside = or_(of_traits.c.jurisdiction.is_not_distinct_from("passed_on"), _passed_on(moment)).label("passed_on")
    ended = (of_traits.c[was].is_not(None).label(name) for name, was in _ENDED.items())
    changing = (of_traits.c[name] for name in _CHANGING)
    zone = select(zones.c.zone).where(zones.c.programme_id == ledger.c.programme).correlate(ledger).scalar_subquery()
    columns = [*(ledger.c[n] for n in _LASTING), of_state.c.state, *changing, *ended, outside, zone.label("zone")]
    rows: Select[Any] = select(*columns).select_from(source)
    if moment.before is not None:
        rows = rows.where(ledger.c.reported_at < moment.before)
        if unfinished:
            rows = rows.where(or_(ledger.c.closed_at.is_(None), ledger.c.closed_at >= moment.before))
    return rows.subquery("cases")


def _passed_on(moment: Moment) -> ColumnElement[bool]:
    of = timeline.c.case_id == ledger.c.case_id
    told = select(timeline.c.case_id).where(of, timeline.c.type == "bugle.routing.case_passed_on.v1")
    if moment.before is not None:
        told = told.where(timeline.c.occurred_at < moment.before)
    return told.correlate(ledger).exists()


def programme_of(connection: Connection, case: str) -> str | None:
    """The programme of a case; None where there is none of this id."""
    return connection.scalar(select(ledger.c.programme).where(ledger.c.case_id == case))


def is_open(rows: FromClause) -> ColumnElement[bool]:
    """Whether a case is still to be solved: neither closed out nor merged nor withdrawn."""
    return and_(not_(rows.c.closed), not_(rows.c.merged), not_(rows.c.withdrawn))


def _held(intervals: FromClause, moment: Moment) -> ColumnElement[bool]:
    """A case's interval that holds at the end of the moment."""
    return and_(intervals.c.case_id == ledger.c.case_id, held_at(intervals, moment))


def held_at(intervals: FromClause, moment: Moment) -> ColumnElement[bool]:
    """Which intervals hold at the end of a moment that is past."""
    return and_(
        intervals.c.from_at < moment.before,
        or_(intervals.c.to_at.is_(None), intervals.c.to_at >= moment.before),
    )
