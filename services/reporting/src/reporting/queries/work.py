"""The work list: open cases, the one that is due next first; those without a deadline stand at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
    tuple_,
    union_all,
)

from eventkit.paging import Window
from reporting.queries.cases import cases, is_open
from reporting.queries.filters import OF_CASES, Filters, conditions
from reporting.queries.moments import NOW
from reporting.queries.scope import Scope
from reporting.read_model.tables import enterprises, ledger, unanswered

NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""Where cases without a deadline stand in the order."""
_OF_CASE: Final = (
    "case_id",
    "ledger_row",
    "programme",
    "enterprise",
    "kind",
    "state",
    "lead",
    "supporting",
    "reported_at",
)
_OF_CLOCK: Final = ("clock", "unit", "due_at", "status", "provisional")


def work(connection: Connection, scope: Scope, filters: Filters, window: Window) -> Sequence[Row[Any]]:
    """Open cases with their next deadline, by `due` and case id; one more than the window holds.

    A department's are the deadlines that are its own. Cases without one are looked for only where the others do not
    fill the page.
    """
    of = cases(NOW)
    mine = (scope.cases(of), is_open(of), *conditions(of, filters, OF_CASES))
    owed = _owed(of, scope.department, window).where(*mine).cte("owed")
    some = select(func.count()).select_from(owed).scalar_subquery() <= window.limit
    free = _free(of, scope.department, window).where(some, *mine).subquery("free")
    page = union_all(select(owed), select(free)).subquery("page")
    rows = (
        select(
            *(page.c[name] for name in _OF_CASE),
            ledger.c.title,
            enterprises.c.name.label("enterprise_name"),
            *(page.c[name] for name in _OF_CLOCK),
            page.c.due,
        )
        .join_from(page, ledger, ledger.c.case_id == page.c.case_id)
        .outerjoin(enterprises, enterprises.c.enterprise_id == page.c.enterprise)
    )
    return connection.execute(replace(window, after=None).select(rows, page.c.due, page.c.case_id)).all()


def _owed(of: FromClause, department: str | None, window: Window) -> Select[Any]:
    """A page of the cases that have a deadline, by it: deadlines in their order, each looked at as it comes."""
    next_, earlier = unanswered.alias("next_deadline"), unanswered.alias("earlier")
    place = ("due_at", "clock", "generation")
    comes_before = tuple_(*(earlier.c[name] for name in place)) < tuple_(*(next_.c[name] for name in place))
    another = select(earlier.c.case_id).where(
        earlier.c.case_id == next_.c.case_id, comes_before, _waits(earlier, department)
    )
    rows = (
        select(*(of.c[name] for name in _OF_CASE), *(next_.c[name] for name in _OF_CLOCK), next_.c.due_at.label("due"))
        .join_from(next_, of, of.c.case_id == next_.c.case_id)
        .where(_waits(next_, department), ~another.exists())
    )
    return window.select(rows, next_.c.due_at, next_.c.case_id)


def _free(of: FromClause, department: str | None, window: Window) -> Select[Any]:
    """A page of the cases that have none, by case id."""
    any_ = select(unanswered.c.case_id).where(unanswered.c.case_id == of.c.case_id, _waits(unanswered, department))
    none = (cast(null(), unanswered.c[name].type).label(name) for name in _OF_CLOCK)
    due = literal(NEVER, unanswered.c.due_at.type).label("due")
    rows = select(*(of.c[name] for name in _OF_CASE), *none, due).where(~any_.exists())
    after = None if window.after is None or window.after[0] < NEVER else window.after[1:]
    return replace(window, after=after).select(rows, of.c.case_id)


def _waits(rows: FromClause, department: str | None) -> ColumnElement[bool]:
    """Which of these deadlines are of account: nobody has taken them back, and for a department they are its own."""
    own = true() if department is None else or_(rows.c.unit == department, rows.c.unit.is_(None))
    return rows.c.cancelled_at.is_(None) & own


def item(row: Row[Any]) -> dict[str, Any]:
    """A row as the API tells it."""
    return {str(name): value for name, value in row._mapping.items() if name != "due"}
