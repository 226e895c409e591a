"""What a measure is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, FromClause, Subquery, and_, func, not_

from reporting.queries.filters import Condition
from reporting.queries.moments import Moment
from reporting.queries.scope import Scope
from reporting.queries.tallied import Tally
from reporting.queries.zones import month_of

Count = Callable[[FromClause], ColumnElement[int]]
Test = Callable[[FromClause], ColumnElement[bool]]
Visible = Callable[[Scope, FromClause], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Measure:
    """`relation` has a row per thing at a moment; `where` says which of them count.

    A plain measure has `value`. A ratio has a `numerator` within a `denominator`; `excluded` says for each reason what
    is in neither. `groups`: columns by group_by's names. `month`: the column whose instant decides the month.
    `by_clock`: rows are clocks, not cases. `tallies`: where a measure that counts rows may be counted instead:
    in the first that holds what is asked for. `grounds`: traits of a case whose events decide where a ratio counts it.
    """

    relation: Callable[[Moment], Subquery]
    filters: Mapping[str, Condition]
    visible: Visible
    formula: str
    where: Test | None = None
    value: Count = field(default=lambda rows: func.count())
    numerator: Test | None = None
    denominator: Test | None = None
    excluded: Mapping[str, Test] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    month: str | None = None
    by_clock: bool = False
    tallies: tuple[Tally, ...] = ()
    grounds: tuple[str, ...] = ()

    def group(self, name: str, rows: FromClause) -> ColumnElement[object]:
        """The expression to group by."""
        if name == "month":
            assert self.month is not None
            return month_of(rows.c[self.month], rows.c.zone)
        return rows.c[self.groups[name]]

    @property
    def group_names(self) -> list[str]:
        """What group_by may be."""
        return [*self.groups, *(["month"] if self.month else [])]


def apart(reasons: Mapping[str, Test]) -> dict[str, Test]:
    """The reasons for which something is left out, each where none before it holds."""
    names = list(reasons)

    def only(place: int) -> Test:
        return lambda rows: and_(reasons[names[place]](rows), *(not_(reasons[name](rows)) for name in names[:place]))

    return {name: only(place) for place, name in enumerate(names)}


def of_cases(scope: Scope, rows: FromClause) -> ColumnElement[bool]:
    """Visible as cases are: to a department, its own."""
    return scope.cases(rows)


def of_agency(scope: Scope, rows: FromClause) -> ColumnElement[bool]:
    """Visible to the whole agency."""
    return scope.rows(rows)


def distinct(column: str) -> Count:
    """How many different values the column has."""
    return lambda rows: func.count(rows.c[column].distinct())


def total(column: str) -> Count:
    """The sum of the column; 0 without rows."""
    return lambda rows: func.coalesce(func.sum(rows.c[column]), 0)
