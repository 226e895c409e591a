"""Figures: a measure counted at a moment, with its parts, its groups and how much of it is synthetic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, Subquery, and_, func, or_, select, text, true

from reporting.queries.filters import Condition, Filters, conditions
from reporting.queries.measure import Measure
from reporting.queries.moments import Moment
from reporting.queries.periods import Period
from reporting.queries.scope import Scope
from reporting.queries.tallied import Tally, may_tell


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a measure is counted: a row per thing, or tallies with the number of things in `count`."""

    rows: FromClause
    filters: Mapping[str, Condition]
    tally: Tally | None = None

    def kept(self, where: Sequence[ColumnElement[bool]], *keys: ColumnElement[Any]) -> Subquery:
        """The rows to be counted, with these keys besides."""
        if self.tally is None:
            return select(self.rows, *keys).where(*where).subquery("kept")
        return self.tally.few(self.rows, where, keys)

    def number(self, rows: FromClause, *tests: ColumnElement[bool]) -> ColumnElement[int]:
        """How many things pass the tests."""
        if self.tally is None:
            return func.count().filter(*tests)
        return func.coalesce(func.sum(rows.c["count"]).filter(*tests), 0)

    def within(self, measure: Measure, period: Period) -> list[ColumnElement[bool]]:
        """Which rows the measure dates in the period."""
        if self.tally is not None:
            return [self.tally.within(self.rows, period)]
        assert measure.month is not None
        instant = self.rows.c[measure.month]
        return [instant >= period.begin, instant < period.end]

    def group(self, measure: Measure, name: str) -> ColumnElement[Any]:
        """The expression to group by."""
        if self.tally is not None and self.tally.month is not None and name == "month":
            return self.rows.c[self.tally.month[1]]
        return measure.group(name, self.rows)


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
    source = _source(connection, measure, scope, filters, moment, group_by, within)
    where = _seen(source, measure, scope, filters)
    if within is not None:
        where += source.within(measure, within)
    keys = [] if group_by is None else [source.group(measure, group_by).label("group_key")]
    kept = source.kept(where, *keys)
    counted, own = _columns(source, measure, kept), _own(measure, kept)
    if group_by is None:
        return _told(measure, connection.execute(select(*counted).where(*own)).one())
    sets = func.grouping_sets(text("()"), kept.c.group_key)
    is_total = func.grouping(kept.c.group_key)
    statement = select(kept.c.group_key, is_total.label("is_total"), *counted).where(*own).group_by(sets)
    statement = statement.having(or_(is_total == 1, source.number(kept) != 0))  # as of an instant, what came and went
    found = connection.execute(statement.order_by(kept.c.group_key)).all()
    total = next(_told(measure, row) for row in found if row.is_total)
    return total | {"groups": list(_groups(measure, group_by, found))}


def figures(
    connection: Connection, measures: Mapping[str, Measure], scope: Scope, filters: Filters, moment: Moment
) -> dict[str, dict[str, Any]]:
    """The numbers of several ratios; those that are counted from the same rows from one statement."""
    told: dict[str, dict[str, Any]] = {}
    for rows in dict.fromkeys(map(_counted_from, measures.values())):
        of = {name: measure for name, measure in measures.items() if _counted_from(measure) == rows}
        first = next(iter(of.values()))
        source = _source(connection, first, scope, filters, moment)
        kept = source.kept(_seen(source, first, scope, filters))
        counted = [
            column
            for name, ratio in of.items()
            for column in _columns(source, ratio, kept, f"{name}_", *_own(ratio, kept))
        ]
        row = connection.execute(select(*counted)).one()
        told |= {name: _told(measure, row, f"{name}_") for name, measure in of.items()}
    return {name: told[name] for name in measures}


def _counted_from(measure: Measure) -> tuple[object, ...]:
    return measure.relation, measure.visible, measure.tallies


def _own(measure: Measure, rows: FromClause) -> list[ColumnElement[bool]]:
    """Which rows the measure counts at all."""
    return [] if measure.where is None else [measure.where(rows)]


def _source(
    connection: Connection,
    measure: Measure,
    scope: Scope,
    filters: Filters,
    moment: Moment,
    group_by: str | None = None,
    within: Period | None = None,
) -> _Source:
    by = None
    if group_by is not None:
        by = measure.month if group_by == "month" else measure.groups[group_by]
    for tally in measure.tallies:
        told = tally.holds(scope, filters, moment, by) and tally.dates(measure.month, filters, within)
        if told and may_tell(connection, moment):
            return _Source(tally.rows(moment), tally.filters, tally)
    return _Source(measure.relation(moment), measure.filters)


def _seen(source: _Source, measure: Measure, scope: Scope, filters: Filters) -> list[ColumnElement[bool]]:
    return [measure.visible(scope, source.rows), *conditions(source.rows, filters, source.filters)]


def _groups(measure: Measure, group_by: str, found: Iterable[Row[Any]]) -> Iterable[dict[str, Any]]:
    return ({group_by: row.group_key} | _told(measure, row) for row in found if not row.is_total)


def _columns(
    source: _Source, measure: Measure, rows: FromClause, prefix: str = "", *own: ColumnElement[bool]
) -> list[ColumnElement[Any]]:
    """`own`: what holds for the rows that a ratio counts, where they are not chosen by it."""
    if measure.numerator is None:
        value = source.number(rows) if source.tally is not None else measure.value(rows)
        return [value.label(f"{prefix}value"), source.number(rows, rows.c.synthetic).label(f"{prefix}synthetic")]
    counts = and_(true() if measure.denominator is None else measure.denominator(rows), *own)
    excluded = {reason: and_(test(rows), *own) for reason, test in measure.excluded.items()}
    return [
        source.number(rows, measure.numerator(rows), counts).label(f"{prefix}numerator"),
        source.number(rows, counts).label(f"{prefix}denominator"),
        source.number(rows, rows.c.synthetic, counts).label(f"{prefix}synthetic"),
        *(source.number(rows, test).label(f"{prefix}excluded_{reason}") for reason, test in excluded.items()),
    ]


def _told(measure: Measure, row: Row[Any], prefix: str = "") -> dict[str, Any]:
    def of(name: str) -> int:
        return int(getattr(row, prefix + name))

    if measure.numerator is None:
        return {"value": of("value"), "synthetic": of("synthetic")}
    exclusions = {reason: of(f"excluded_{reason}") for reason in measure.excluded}
    numerator, denominator = of("numerator"), of("denominator")
    return {
        "value": round(numerator / denominator, 6) if denominator else None,
        "numerator": numerator,
        "denominator": denominator,
        "excluded": sum(exclusions.values()),
        "exclusions": exclusions,
        "synthetic": of("synthetic"),
    }
