"""Filters of lists and figures. An unknown one, or a value that cannot be, is refused by name and never passed over."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import Request
from sqlalchemy import ColumnElement, Connection, FromClause, and_, not_, select

from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text
from reporting.projections.workflow import STATES
from reporting.queries.cases import is_open
from reporting.queries.scope import Scope
from reporting.queries.zones import month_of
from reporting.read_model.tables import WAITING, enterprises, ledger, programmes

Filters = Mapping[str, str]
Condition = Callable[[FromClause, str], ColumnElement[bool]]

UNANSWERED = "unanswered"
"""As a status: of the clocks for which somebody waits, whichever of theirs they have."""

_CHOICES = {
    "state": STATES,
    "jurisdiction": ("own", "passed_on"),
    "synthetic": ("true", "false"),
    "open": ("true", "false"),
    "findings": ("true", "false"),
    "tier": ("key", "ordinary"),
    "mode": ("visit", "call", "survey", "return_visit"),
    "outcome": ("solved", "explained", "long_term"),
    "satisfaction": ("satisfied", "basically_satisfied", "unsatisfied"),
    "form": ("card", "duty_card", "letter"),
    "colour": ("yellow", "red"),
    "withdrawn": ("true", "false"),
    "answered": ("true", "false"),
    "status": ("running", "met", "late", "missed", "unobserved", "cancelled", UNANSWERED),
}

_MONTHS = ("reported", "closed", "issued")
_MONTH = re.compile(r"(?!9999)[1-9][0-9]{3}-(0[1-9]|1[0-2])")  # the month after the last one has no date
_DAYS = ("due",)
_DAY = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}")


def shown(name: str) -> dict[str, Any]:
    """The JSON Schema of a filter's value."""
    if name in _MONTHS:
        return {"type": "string", "pattern": f"^{_MONTH.pattern}$"}
    if name in _DAYS:
        return {"type": "string", "format": "date"}
    return {"type": "string", "enum": list(_CHOICES[name])} if name in _CHOICES else {"type": "string"}


def read_filters(request: Request, known: Collection[str], besides: Collection[str] = ()) -> dict[str, str]:
    """The filters in the query string; `besides` names its parameters that are no filters. Raises Faulty (422)."""
    given = request.query_params
    faults = [
        FieldProblem(
            name,
            Text("{name!r} is no filter here", name=name),
            Text("use {known}, or leave it out", known=sorted(known)),
        )
        for name in given
        if name not in known and name not in besides
    ]
    faults += [
        FieldProblem(
            name,
            Text("{value!r} is no {name}", value=given[name], name=name),
            Text("write one of {choices}", choices=list(choices)),
        )
        for name, choices in _CHOICES.items()
        if name in given and name in known and given[name] not in choices
    ]
    faults += [
        FieldProblem(
            name, Text("{value!r} is no {name}", value=given[name], name=name), Text("write a month such as 2021-05")
        )
        for name in _MONTHS
        if name in given and name in known and _MONTH.fullmatch(given[name]) is None
    ]
    faults += [
        FieldProblem(
            name, Text("{value!r} is no {name}", value=given[name], name=name), Text("write a date such as 2021-04-22")
        )
        for name in _DAYS
        if name in given and name in known and not _is_day(given[name])
    ]
    twice, nul = Text("is given twice"), Text("holds the character U+0000")
    faults += [FieldProblem(n, twice, Text("give it once")) for n in set(given) if len(given.getlist(n)) > 1]
    faults += [FieldProblem(n, nul, Text("leave it out")) for n in given if "\x00" in given[n]]
    if faults:
        raise Faulty(faults)
    return {name: given[name] for name in given if name in known}


def _is_day(value: str) -> bool:
    try:
        return _DAY.fullmatch(value) is not None and date.fromisoformat(value) < date.max
    except ValueError:
        return False


def check_programme(connection: Connection, scope: Scope, filters: Filters) -> None:
    """Raises Faulty when there is no such programme, or none that the caller may see: the answer is the same."""
    if not _is_there(connection, scope, filters):
        problem = Text("there is no programme {name!r}", name=filters["programme"])
        raise Faulty([FieldProblem("programme", problem, Text("write the id of a published programme"))])


def check_known(connection: Connection, scope: Scope, filters: Filters) -> None:
    """Raises Faulty when the programme was not known by the moment as of which is asked."""
    if not _is_there(connection, scope, filters):
        problem = Text("the programme was not known by then")
        mend = Text("choose a later moment, or ask by {parameter!r} how things stood then", parameter="at")
        raise Faulty([FieldProblem("as_of", problem, mend)])


def _is_there(connection: Connection, scope: Scope, filters: Filters) -> bool:
    wanted = filters.get("programme")
    found = select(programmes.c.programme_id).where(programmes.c.programme_id == wanted, scope.rows(programmes))
    return wanted is None or connection.scalar(found) is not None


def conditions(rows: FromClause, filters: Filters, known: Mapping[str, Condition]) -> list[ColumnElement[bool]]:
    """The WHERE of these filters."""
    return [known[name](rows, value) for name, value in filters.items()]


def equals(column: str) -> Condition:
    """The column has the value."""
    return lambda rows, value: rows.c[column] == value


def status(rows: FromClause, value: str) -> ColumnElement[bool]:
    """The clock has this status, or one of those that are unanswered."""
    return rows.c.status.in_(WAITING) if value == UNANSWERED else rows.c.status == value


def truth(column: str) -> Condition:
    """The column is "true" or "false"."""
    return lambda rows, value: rows.c[column].is_(value == "true")


def enterprise(column: str) -> Condition:
    """The column has the enterprise of this id, or of this registered name in the row's agency."""

    def condition(rows: FromClause, value: str) -> ColumnElement[bool]:
        try:
            return rows.c[column] == str(UUID(value))
        except ValueError:
            held = enterprises.alias()  # the query around it may join the table itself
            named = select(held.c.enterprise_id).where(held.c.name == value, held.c.agency == rows.c.agency)
            return rows.c[column].in_(named)

    return condition


def month(column: str) -> Condition:
    """The column's instant lies in this month of the programme's zone.

    Wherever that is, it lies within a day of the month in UTC: an index on the instant finds it.
    """

    def condition(rows: FromClause, value: str) -> ColumnElement[bool]:
        first = datetime.strptime(value, "%Y-%m").replace(tzinfo=UTC)
        near = rows.c[column].between(first - timedelta(days=1), first + timedelta(days=32))
        return and_(near, month_of(rows.c[column], rows.c.zone) == value)

    return condition


def _open(rows: FromClause, value: str) -> ColumnElement[bool]:
    return is_open(rows) if value == "true" else not_(is_open(rows))


def _township(rows: FromClause, value: str) -> ColumnElement[bool]:
    """Of an enterprise that is registered there."""
    there = select(enterprises.c.enterprise_id).where(enterprises.c.township == value)
    return rows.c.enterprise.in_(there)


def _title(rows: FromClause, value: str) -> ColumnElement[bool]:
    """The title, as it reads now, contains this."""
    named = select(ledger.c.case_id).where(ledger.c.title.icontains(value, autoescape=True))
    return rows.c.case_id.in_(named)


OF_CASES: dict[str, Condition] = {
    "programme": equals("programme"),
    "department": equals("lead"),
    "kind": equals("kind"),
    "state": equals("state"),
    "batch": equals("batch"),
    "jurisdiction": equals("jurisdiction"),
    "enterprise": enterprise("enterprise"),
    "outcome": equals("outcome"),
    "satisfaction": equals("satisfaction"),
    "synthetic": truth("synthetic"),
    "open": _open,
    "reported": month("reported_at"),
    "closed": month("closed_at"),
    "township": _township,
    "title": _title,
}
"""Filters of everything that counts or lists cases; `department` is the lead."""
