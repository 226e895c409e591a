"""What a caller may see: an operator everything, the others their own agency, a department only its own cases."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, FromClause, and_, any_, literal, or_, select, true

from eventkit.caller import Caller, Forbidden
from eventkit.text import Text
from reporting.read_model.tables import programmes

WIDE = frozenset({"office", "leader", "analyst"})
READERS = ("analyst", "department", "leader", "office", "operator")


@dataclass(frozen=True, slots=True)
class Scope:
    """The agency and the department whose rows may be seen; None: all."""

    agency: str | None
    department: str | None

    def cases(self, rows: FromClause) -> ColumnElement[bool]:
        """Which of these case rows may be seen; a department's are those it leads or supports."""
        visible = self.rows(rows)
        if self.department is None:
            return visible
        supports = literal(self.department) == any_(rows.c.supporting)
        return and_(visible, or_(rows.c.lead == self.department, supports))

    def rows(self, rows: FromClause) -> ColumnElement[bool]:
        """Which of these rows that have an agency may be seen."""
        return true() if self.agency is None else rows.c.agency == self.agency


def agency_of(programme: str) -> ColumnElement[str]:
    """The agency of a programme: ids of its units and people mean nothing in another one's directory."""
    return select(programmes.c.agency).where(programmes.c.programme_id == programme).scalar_subquery()


def scope_of(caller: Caller) -> Scope:
    """The widest scope of the caller's roles; Forbidden when none may read, or the token lacks what it needs."""
    if "operator" in caller.roles:
        return Scope(None, None)
    caller.needs(READERS)
    if caller.agency is None:
        raise Forbidden(Text("The token names no agency."), mend=Text("use a token with the claim agency"))
    if caller.roles & WIDE:
        return Scope(caller.agency, None)
    if caller.department is None:
        mend = Text("use a token with the claim department")
        raise Forbidden(Text("The token names no department."), mend=mend)
    return Scope(caller.agency, caller.department)


def needs_agency(caller: Caller) -> None:
    """Raises Forbidden for one who sees a part of the agency alone: what compares all of it is not for him."""
    caller.needs(WIDE | {"operator"})
