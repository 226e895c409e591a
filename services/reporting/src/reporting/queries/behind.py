"""The rows behind a number: those that a measure counted, by the same relation and the same conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, FromClause, Row, Select, func, literal, select

from eventkit.paging import LIMIT, Window, cursor, keyset
from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text
from reporting.queries.evidence import Part, part_of, reason_of
from reporting.queries.filters import Filters, conditions
from reporting.queries.measure import Measure
from reporting.queries.moments import Moment
from reporting.queries.scope import Scope

_KEYS: tuple[tuple[str, Mapping[str, type]], ...] = (
    ("clocks", {"due_at": datetime, "case_id": UUID, "clock": str, "generation": int}),
    ("letters", {"assigned_at": datetime, "event_id": UUID}),
    ("climbs", {"climbed_at": datetime, "event_id": UUID}),
    ("batches", {"named_at": datetime, "id": UUID}),
    ("cases", {"reported_at": datetime, "case_id": UUID}),
    ("visits", {"visited_at": datetime, "visit_id": UUID}),
    ("services", {"served_at": datetime, "record_id": UUID}),
    ("pairs", {"formed_at": datetime, "team_id": UUID, "enterprise": UUID}),
    ("teams", {"formed_at": datetime, "team_id": UUID}),
    ("enterprises", {"registered_at": datetime, "enterprise_id": UUID}),
)
"""Of which kind a measure's rows are, by the columns that order them; the first whose columns there are."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked: a measure, whose rows, as of when, and of a ratio which part (and within it which reason)."""

    measure: Measure
    scope: Scope
    filters: Filters
    moment: Moment
    part: Part | None = None
    reason: str | None = None

    def rows(self) -> tuple[FromClause, list[ColumnElement[bool]]]:
        """The relation, and which of its rows."""
        rows, measure = self.measure.relation(self.moment), self.measure
        where = [measure.visible(self.scope, rows), *conditions(rows, self.filters, measure.filters)]
        if measure.where is not None:
            where.append(measure.where(rows))
        if self.part is not None:
            where.append(part_of(measure, self.part, rows))
            where += [] if self.reason is None else [reason_of(measure, self.part, rows) == self.reason]
        return rows, where


@dataclass(frozen=True, slots=True)
class Behind:
    """A page of the rows. `kind`: of what; `value`: what they all come to; `total`: how many all are."""

    kind: str
    rows: Sequence[Row[Any]]
    total: int
    value: int
    next: str | None


def part_given(measure: Measure, given: str | None) -> Part | None:
    """The part that is asked for; of a ratio the denominator where none is named. Faulty for one that there is not."""
    if measure.numerator is None:
        return None
    if given is None:
        return "denominator"
    if given not in get_args(Part):
        problem = Text("{value!r} is no {name}", value=given, name="part")
        raise Faulty([FieldProblem("part", problem, Text("write one of {choices}", choices=list(get_args(Part))))])
    part: Part = given  # type: ignore[assignment]  # just compared with all that there are
    return part


@dataclass(frozen=True, slots=True)
class Query:
    """The rows, not read yet: of what kind, and the types of the columns that order them."""

    kind: str
    types: Mapping[str, type]
    rows: FromClause
    wanted: Select[Any]

    @property
    def key(self) -> list[ColumnElement[Any]]:
        """The columns that order them."""
        return [self.rows.c[name] for name in self.types]


def query(asking: Asking) -> Query:
    """The rows behind a number; those of a part have `clock`, `generation` and `reason` too."""
    rows, where = asking.rows()
    kind, types = next((kind, keys) for kind, keys in _KEYS if all(key in rows.c for key in keys))
    return Query(kind, types, rows, select(rows, *_besides(asking, rows)).where(*where))


def behind(connection: Connection, asking: Asking, after: str | None, limit: int = LIMIT) -> Behind:
    """The page of rows after the cursor."""
    rows, where = asking.rows()
    of, count = query(asking), func.count()
    total, value = connection.execute(
        select(count, count if asking.part else asking.measure.value(rows)).select_from(rows).where(*where)
    ).one()
    window: Window = keyset(*of.types.values())(limit, after)
    found = connection.execute(window.select(of.wanted, *of.key)).all()
    shown = found[:limit]
    following = cursor([getattr(shown[-1], key) for key in of.types]) if len(found) > limit else None
    return Behind(of.kind, shown, total, int(value), following)


def _besides(asking: Asking, rows: FromClause) -> list[ColumnElement[Any]]:
    if asking.part is None:
        return []
    clock: list[ColumnElement[Any]] = (
        [] if asking.measure.by_clock else [literal("").label("clock"), literal(0).label("generation")]
    )
    return [*clock, reason_of(asking.measure, asking.part, rows).label("reason")]
