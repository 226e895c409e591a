"""Where issues gather: by kind, township, department and month, with what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, FromClause, Select, cast, func, select

from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text
from reporting.queries.cases import cases, is_open
from reporting.queries.filters import OF_CASES, Filters, conditions
from reporting.queries.issues import as_dict
from reporting.queries.moments import Moment
from reporting.queries.periods import Period
from reporting.queries.scope import Scope
from reporting.queries.tallied import ISSUES, Tally, may_tell
from reporting.queries.zones import month_of
from reporting.read_model.tables import enterprises

GROUPS = ("kind", "township", "department", "month")
MOST = 1000
_COUNTED = ("issues", "open", "unsatisfied", "synthetic")
_COLUMNS = {"kind": "kind", "township": "township", "department": "lead", "month": "reported_at"}
"""By which column of issues each group is."""


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
    tally = _tally(scope, filters, moment, groups, within)
    if tally is not None and may_tell(connection, moment):
        wanted = _added_up(tally, scope, filters, moment, groups, within)
    else:
        wanted = _by_row(scope, filters, moment, groups, within)
    counted = wanted.subquery("counted")
    keys = (counted.c[name].asc().nulls_last() for name in groups)
    ordered = select(counted).where(counted.c.issues != 0).order_by(counted.c.issues.desc(), *keys)
    return [as_dict(row) for row in connection.execute(ordered.limit(limit))]


def _tally(
    scope: Scope, filters: Filters, moment: Moment, groups: Sequence[str], within: Period | None
) -> Tally | None:
    """The tally that tells these groups; None: they are counted row by row."""
    by = [_COLUMNS[name] for name in groups]
    told = ISSUES.holds(scope, filters, moment, *by) and ISSUES.dates("reported_at", filters, within)
    return ISSUES if told else None


def _added_up(
    tally: Tally, scope: Scope, filters: Filters, moment: Moment, groups: Sequence[str], within: Period | None
) -> Select[Any]:
    rows = tally.rows(moment)
    where = [scope.cases(rows), *conditions(rows, filters, tally.filters)]
    where += [] if within is None else [tally.within(rows, within)]
    told = {name: rows.c[_COLUMNS[name]] for name in groups if name != "month"}
    if "month" in groups:
        assert tally.month is not None
        told["month"] = rows.c[tally.month[1]]
    keys = [told[name].label(f"{name}_key") for name in groups]
    kept = tally.few(rows, where, keys)
    tests = (None, *_tests(kept))
    sums = [func.sum(kept.c["count"]) if test is None else func.sum(kept.c["count"]).filter(test) for test in tests]
    counted = (cast(func.coalesce(one, 0), BigInteger).label(name) for name, one in zip(_COUNTED, sums, strict=True))
    grouped = [kept.c[f"{name}_key"].label(name) for name in groups]
    return select(*grouped, *counted).group_by(*grouped)


def _by_row(
    scope: Scope, filters: Filters, moment: Moment, groups: Sequence[str], within: Period | None
) -> Select[Any]:
    of = cases(moment)
    joined = of.outerjoin(enterprises, enterprises.c.enterprise_id == of.c.enterprise)
    keys = [_key(name, of).label(name) for name in groups]
    counts = (func.count(), *(func.count().filter(test) for test in _tests(of)))
    counted = (count.label(name) for name, count in zip(_COUNTED, counts, strict=True))
    where = [scope.cases(of), *conditions(of, filters, OF_CASES)]
    if within is not None:
        where += [of.c.reported_at >= within.begin, of.c.reported_at < within.end]
    return select(*keys, *counted).select_from(joined).where(*where).group_by(*keys)


def _tests(rows: FromClause) -> tuple[ColumnElement[bool], ...]:
    """Of which issues there are columns besides, as `_COUNTED` names them."""
    return is_open(rows), rows.c.satisfaction == "unsatisfied", rows.c.synthetic


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
    return of.c[_COLUMNS[name]]
