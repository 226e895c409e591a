"""Where issues gather: by kind, township, department and month, with what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, func, select

from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text
from reporting.queries.cases import cases, is_open
from reporting.queries.filters import OF_CASES, Filters, conditions
from reporting.queries.issues import as_dict
from reporting.queries.moments import Moment
from reporting.queries.periods import Period
from reporting.queries.scope import Scope
from reporting.queries.zones import month_of
from reporting.read_model.tables import enterprises

GROUPS = ("kind", "township", "department", "month")
MOST = 1000


def hotspots(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    moment: Moment,
    groups: Sequence[str],
    limit: int | None,
    within: Period | None = None,
) -> list[dict[str, Any]]:
    """One row per combination of the groups, the most issues first; `unsatisfied` and `open` as of the moment.

    `limit`: of the rows; None: all of them.

    `within`: only of issues reported in this period.
    """
    of = cases(moment)
    joined = of.outerjoin(enterprises, enterprises.c.enterprise_id == of.c.enterprise)
    keys = [_key(name, of).label(name) for name in groups]
    count = func.count()
    counted = (
        count.label("issues"),
        count.filter(is_open(of)).label("open"),
        count.filter(of.c.satisfaction == "unsatisfied").label("unsatisfied"),
        count.filter(of.c.synthetic).label("synthetic"),
    )
    where = [scope.cases(of), *conditions(of, filters, OF_CASES)]
    if within is not None:
        where += [of.c.reported_at >= within.begin, of.c.reported_at < within.end]
    wanted: Select[Any] = select(*keys, *counted).select_from(joined).where(*where).group_by(*keys)
    rows = connection.execute(wanted.order_by(count.desc(), *(key.asc().nulls_last() for key in keys)).limit(limit))
    return [as_dict(row) for row in rows]


def checked_groups(given: str) -> list[str]:
    """The groups that a parameter names, commas between; Faulty for one that there is not, or twice."""
    groups = given.split(",")
    if unknown := [name for name in groups if name not in GROUPS or groups.count(name) > 1]:
        mend = Text("use some of {groups}, each once", groups=list(GROUPS))
        raise Faulty([FieldProblem("group_by", Text("there are no groups by {name!r}", name=unknown[0]), mend)])
    return groups


def _key(name: str, of: FromClause) -> ColumnElement[Any]:
    if name == "township":
        return enterprises.c.township
    if name == "month":
        return month_of(of.c.reported_at, of.c.zone)
    return of.c["lead" if name == "department" else name]
