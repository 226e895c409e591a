"""The list behind a number: the very rows that a measure counted, by the same relation and the same conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Row, Select, and_, func, literal, select

from eventkit.errors import Problem
from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text
from reporting.queries.evidence import Part, part_of, reason_of, shown
from reporting.queries.filters import Condition, conditions
from reporting.queries.measure import Measure
from reporting.queries.measures import MEASURES, RATES
from reporting.queries.weighing import WEIGHED
from reporting.read_model.tables import enterprises
from reporting.web.figures import rates_of
from reporting.web.opening import View
from reporting.web.paging import split, window_of

Keyed = tuple[str, Mapping[str, type]]


class UnknownNumber(Problem):
    """There is no such number."""

    slug = "unknown-number"
    status = 404


_KEYS: tuple[Keyed, ...] = (
    ("clocks", {"due_at": datetime, "case_id": UUID, "clock": str, "generation": int}),
    ("letters", {"assigned_at": datetime, "case_id": UUID, "letter": str}),
    ("cases", {"reported_at": datetime, "case_id": UUID}),
    ("visits", {"visited_at": datetime, "visit_id": UUID}),
    ("services", {"served_at": datetime, "record_id": UUID}),
    ("pairs", {"formed_at": datetime, "team_id": UUID, "enterprise": UUID}),
    ("teams", {"formed_at": datetime, "team_id": UUID}),
    ("enterprises", {"registered_at": datetime, "enterprise_id": UUID}),
    ("batches", {"programme": str, "batch": str, "synthetic": bool}),
)
"""Of which kind a measure's rows are, by the columns that order them; the first whose columns there are."""


@dataclass(frozen=True, slots=True)
class Behind:
    """A page of the rows. `value`: what the measure comes to; `total`: rows behind it."""

    name: str
    kind: str
    formula: str
    part: str | None
    rows: Sequence[Row[Any]]
    total: int
    value: int
    next: str | None
    evidence: Mapping[tuple[Any, ...], Mapping[str, Any]]


GENERAL = MEASURES | RATES
_BY_NAME = GENERAL | {name: RATES[general] for name, general in WEIGHED.items()}


def filters_of(name: str) -> dict[str, Condition]:
    """The filters of a number: its measure's, and its groups as filters; UnknownNumber when there is none."""
    measure = _BY_NAME.get(name)
    if measure is None:
        raise UnknownNumber
    groups: dict[str, Condition] = {group: _in_group(measure, group) for group in measure.group_names}
    return groups | dict(measure.filters) | {"without": _without(measure)}


@dataclass(frozen=True, slots=True)
class Counted:
    """What a number counted, not read yet. `kind`: of its rows; `key`: the types of the columns that order them."""

    measure: Measure
    part: Part | None
    kind: str
    rows: FromClause
    where: Sequence[ColumnElement[bool]]
    key: Mapping[str, type]

    @property
    def query(self) -> Select[Any]:
        """The rows, and what evidence is told by."""
        return select(self.rows, *_besides(self.measure, self.part, self.rows)).where(*self.where)

    @property
    def order(self) -> Sequence[ColumnElement[Any]]:
        """The columns of the key."""
        return [self.rows.c[name] for name in self.key]


def counted(view: View, name: str, part: str | None) -> Counted:
    """What the address asks for. A ratio has parts, of which one must be named."""
    measure = _measure(view, name)
    rows = measure.relation(view.asked.moment)
    where = [measure.visible(view.asked.scope, rows), *conditions(rows, view.asked.filters, filters_of(name))]
    if measure.where is not None:
        where.append(measure.where(rows))
    chosen = _part(measure, part)
    if chosen is not None:
        where.append(part_of(measure, chosen, rows))
        reason = view.request.query_params.get("reason")
        where += [] if reason is None else [reason_of(measure, chosen, rows) == reason]
    kind, key = next((kind, keys) for kind, keys in _KEYS if all(key in rows.c for key in keys))
    return Counted(measure, chosen, kind, rows, where, key)


def behind(view: View, name: str, part: str | None) -> Behind:
    """The page of rows that the address asks for."""
    of = counted(view, name, part)
    measure, count = of.measure, func.count()
    total, value = view.connection.execute(
        select(count, count if of.part else measure.value(of.rows)).select_from(of.rows).where(*of.where)
    ).one()
    window = window_of(view.request, *of.key.values())
    found = view.connection.execute(window.select(of.query, *of.order)).all()
    page, following = split(found, window, lambda row: [getattr(row, key) for key in of.key])
    evidence = shown(view.connection, measure, page, view.asked.moment) if of.part else {}
    return Behind(name, of.kind, measure.formula, of.part, page, total, int(value), following, evidence)


def _measure(view: View, name: str) -> Measure:
    """By its name; a rate that only programmes weigh is unknown without one that does."""
    if name in MEASURES:
        return MEASURES[name]
    rates = rates_of(view)
    if name not in rates:
        raise UnknownNumber
    return rates[name][0]


def _part(measure: Measure, given: str | None) -> Part | None:
    if measure.numerator is None:
        return None
    if given not in get_args(Part):
        problem = Text("{value!r} is no {name}", value=given or "", name="part")
        raise Faulty([FieldProblem("part", problem, Text("write one of {choices}", choices=list(get_args(Part))))])
    part: Part = given  # type: ignore[assignment]  # just compared with all that there are
    return part


def _besides(measure: Measure, part: Part | None, rows: FromClause) -> list[ColumnElement[Any]]:
    """What evidence is told by."""
    if part is None:
        return []
    clock: list[ColumnElement[Any]] = (
        [] if measure.by_clock else [literal("").label("clock"), literal(0).label("generation")]
    )
    return [*clock, reason_of(measure, part, rows).label("reason")]


def _in_group(measure: Measure, group: str) -> Condition:
    return lambda rows, value: measure.group(group, rows) == value


def _without(measure: Measure) -> Condition:
    """What has no value for some of the groups, or is of an enterprise without a township."""
    names = [*measure.group_names, *(name for name in ("township",) if name in measure.filters)]

    def lacking(rows: FromClause, name: str) -> ColumnElement[bool]:
        if name != "township":
            return measure.group(name, rows).is_(None)
        somewhere = select(enterprises.c.enterprise_id).where(enterprises.c.township.is_not(None))
        return rows.c.enterprise.not_in(somewhere)

    def condition(rows: FromClause, value: str) -> ColumnElement[bool]:
        wanted = value.split(",")
        if not set(wanted) <= set(names):
            problem = Text("{value!r} is no {name}", value=value, name="without")
            raise Faulty([FieldProblem("without", problem, Text("use some of {known}", known=names))])
        return and_(*(lacking(rows, name) for name in wanted))

    return condition
