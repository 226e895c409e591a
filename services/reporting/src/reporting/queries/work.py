"""The work list: open cases, the one that is due next first; those without a deadline stand at the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Subquery, and_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from eventkit.paging import Window
from reporting.queries.cases import cases, is_open
from reporting.queries.filters import OF_CASES, Filters, conditions
from reporting.queries.moments import NOW
from reporting.queries.scope import Scope
from reporting.read_model.tables import clocks, enterprises, ledger

WAITING: Final = ("running", "missed")
"""Deadlines that somebody still has to answer, unless the case has moved on without them."""
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


def work(connection: Connection, scope: Scope, filters: Filters, window: Window) -> Sequence[Row[Any]]:
    """Open cases with their next deadline, by `due` and case id; one more than the window holds.

    A department's are the deadlines that are its own.
    """
    of, next_ = cases(NOW), _next(scope.department)
    due = func.coalesce(next_.c.due_at, literal(NEVER, clocks.c.due_at.type)).label("due")
    rows = (
        select(
            *(of.c[name] for name in _OF_CASE),
            ledger.c.title,
            enterprises.c.name.label("enterprise_name"),
            *(next_.c[name] for name in ("clock", "unit", "due_at", "status", "provisional")),
            due,
        )
        .join_from(of, ledger, ledger.c.case_id == of.c.case_id)
        .outerjoin(enterprises, enterprises.c.enterprise_id == of.c.enterprise)
        .outerjoin(next_, next_.c.case_id == of.c.case_id)
        .where(scope.cases(of), is_open(of), *conditions(of, filters, OF_CASES))
    )
    return connection.execute(window.select(rows, due, of.c.case_id)).all()


def _next(department: str | None) -> Subquery:
    """The earliest waiting deadline of each case; for a department, of those that are not another unit's."""
    waiting = and_(clocks.c.status.in_(WAITING), clocks.c.cancelled_at.is_(None))
    rows = select(clocks).ext(distinct_on(clocks.c.case_id)).where(waiting).order_by(clocks.c.case_id, clocks.c.due_at)
    if department is not None:
        rows = rows.where(or_(clocks.c.unit == department, clocks.c.unit.is_(None)))
    return rows.subquery("next_deadline")


def item(row: Row[Any]) -> dict[str, Any]:
    """A row as the API tells it."""
    return {str(name): value for name, value in row._mapping.items() if name != "due"}
