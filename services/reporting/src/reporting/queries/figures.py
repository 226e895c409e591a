"""Figures: a measure counted at a moment, with its parts, its groups and how much of it is synthetic."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, func, null, select, text, true

from reporting.queries.filters import Filters, conditions
from reporting.queries.measure import Measure
from reporting.queries.moments import Moment
from reporting.queries.periods import Period
from reporting.queries.scope import Scope


def figure(
    connection: Connection,
    measure: Measure,
    scope: Scope,
    filters: Filters,
    moment: Moment,
    group_by: str | None = None,
    within: Period | None = None,
) -> dict[str, Any]:
    """The figure's numbers, from one statement, so that groups and total agree.

    `within`: only what the measure's `month` dates in this period; such a measure must have one.

    `value`; `synthetic`: synthetic rows among those counted; of a ratio also `numerator`, `denominator`, `excluded` and
    `exclusions` by reason, its value is their quotient or None. With `group_by` the same for each group in `groups`.
    """
    rows = measure.relation(moment)
    where = [measure.visible(scope, rows), *conditions(rows, filters, measure.filters)]
    if measure.where is not None:
        where.append(measure.where(rows))
    if within is not None:
        assert measure.month is not None
        where += [rows.c[measure.month] >= within.begin, rows.c[measure.month] < within.end]
    group = null() if group_by is None else measure.group(group_by, rows)
    kept = select(rows, group.label("group_key")).where(*where).subquery("kept")
    counted = _columns(measure, kept)
    if group_by is None:
        return _told(measure, connection.execute(select(*counted)).one())
    sets = func.grouping_sets(text("()"), kept.c.group_key)
    statement = select(kept.c.group_key, func.grouping(kept.c.group_key).label("is_total"), *counted).group_by(sets)
    found = connection.execute(statement.order_by(kept.c.group_key)).all()
    total = next(_told(measure, row) for row in found if row.is_total)
    return total | {"groups": list(_groups(measure, group_by, found))}


def _groups(measure: Measure, group_by: str, found: Iterable[Row[Any]]) -> Iterable[dict[str, Any]]:
    return ({group_by: row.group_key} | _told(measure, row) for row in found if not row.is_total)


def _columns(measure: Measure, rows: FromClause) -> list[ColumnElement[Any]]:
    if measure.numerator is None:
        return [measure.value(rows).label("value"), func.count().filter(rows.c.synthetic).label("synthetic")]
    counts = true() if measure.denominator is None else measure.denominator(rows)
    return [
        func.count().filter(measure.numerator(rows), counts).label("numerator"),
        func.count().filter(counts).label("denominator"),
        func.count().filter(rows.c.synthetic, counts).label("synthetic"),
        *(func.count().filter(test(rows)).label(f"excluded_{reason}") for reason, test in measure.excluded.items()),
    ]


def _told(measure: Measure, row: Row[Any]) -> dict[str, Any]:
    if measure.numerator is None:
        return {"value": int(row.value), "synthetic": row.synthetic}
    exclusions = {reason: getattr(row, f"excluded_{reason}") for reason in measure.excluded}
    return {
        "value": round(row.numerator / row.denominator, 6) if row.denominator else None,
        "numerator": row.numerator,
        "denominator": row.denominator,
        "excluded": sum(exclusions.values()),
        "exclusions": exclusions,
        "synthetic": row.synthetic,
    }
