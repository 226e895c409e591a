"""The cases as they stood at a moment: one relation that lists, figures and rates filter and count alike."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, and_, or_, select

from reporting.queries.moments import Moment
from reporting.read_model.tables import ledger, programmes, spans, traits

_LASTING = ("case_id", "programme", "agency", "enterprise", "ledger_row", "synthetic", "reported_at")
_CHANGING = (
    *("kind", "batch", "jurisdiction", "lead", "supporting", "outcome", "satisfaction", "closed_at"),
    *("grade", "merged_into", "withdrawn"),
)


def cases(moment: Moment) -> Subquery:
    """One row per case reported by then, with state and traits of that time and the programme's `zone`."""
    zone = programmes.c.document["zone"].astext.label("zone")
    of_state, of_traits = ledger, ledger
    source: FromClause = ledger
    if moment.before is not None:
        of_state, of_traits = spans, traits
        source = ledger.join(spans, _held(spans, moment)).join(traits, _held(traits, moment))
    columns = [*(ledger.c[n] for n in _LASTING), of_state.c.state, *(of_traits.c[n] for n in _CHANGING), zone]
    named = source.outerjoin(programmes, programmes.c.programme_id == ledger.c.programme)
    rows: Select[Any] = select(*columns).select_from(named)
    if moment.before is not None:
        rows = rows.where(ledger.c.reported_at < moment.before)
    return rows.subquery("cases")


def _held(intervals: FromClause, moment: Moment) -> ColumnElement[bool]:
    """A case's interval that holds at the end of the moment."""
    return and_(
        intervals.c.case_id == ledger.c.case_id,
        intervals.c.from_at < moment.before,
        or_(intervals.c.to_at.is_(None), intervals.c.to_at >= moment.before),
    )
