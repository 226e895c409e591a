"""What can be counted: each measure is a relation, what is counted of it, its filters and its groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, Table, func, null, select, union

from reporting.queries.cases import cases
from reporting.queries.clocks import clocks_at
from reporting.queries.filters import OF_CASES, Condition, enterprise, equals, truth
from reporting.queries.moments import Moment
from reporting.queries.scope import Scope
from reporting.read_model.tables import enterprises, programmes, services, team_enterprises, teams, timeline, visits

Count = Callable[[FromClause], ColumnElement[int]]
Test = Callable[[FromClause], ColumnElement[bool]]
Visible = Callable[[Scope, FromClause], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Measure:
    """`relation` has a row per thing at a moment; `where` says which of them count.

    A plain measure has `value`. A ratio has a `numerator` within a `denominator`; `excluded` says for each reason what
    is in neither. `groups`: columns by group_by's names. `month`: the column whose instant decides the month.
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

    def group(self, name: str, rows: FromClause) -> ColumnElement[object]:
        """The expression to group by."""
        if name == "month":
            assert self.month is not None
            return func.to_char(func.timezone(func.coalesce(rows.c.zone, "UTC"), rows.c[self.month]), "YYYY-MM")
        return rows.c[self.groups[name]]

    @property
    def group_names(self) -> list[str]:
        """What group_by may be."""
        return [*self.groups, *(["month"] if self.month else [])]


def _of_cases(scope: Scope, rows: FromClause) -> ColumnElement[bool]:
    return scope.cases(rows)


def _of_agency(scope: Scope, rows: FromClause) -> ColumnElement[bool]:
    return scope.rows(rows)


def _dated(table: Table, instant: str, *more: ColumnElement[object]) -> Callable[[Moment], Subquery]:
    """The table's rows that had happened by the moment, with the programme's zone where they belong to one."""

    def relation(moment: Moment) -> Subquery:
        return _until(select(table, *more, _zone(table)), table, instant, moment).subquery("rows")

    return relation


def _zone(table: Table) -> ColumnElement[Any]:
    if "programme" not in table.c:
        return null().label("zone")
    zone = programmes.c.document["zone"].astext
    return select(zone).where(programmes.c.programme_id == table.c.programme).scalar_subquery().label("zone")


def _until(rows: Select[Any], table: Table, instant: str, moment: Moment) -> Select[Any]:
    return rows if moment.before is None else rows.where(table.c[instant] < moment.before)


def _paired(moment: Moment) -> Subquery:
    """One row per team and enterprise."""
    rows = select(teams, team_enterprises.c.enterprise_id.label("enterprise"))
    joined = rows.join(team_enterprises, team_enterprises.c.team_id == teams.c.team_id)
    return _until(joined, teams, "formed_at", moment).subquery("rows")


def _batches(moment: Moment) -> Subquery:
    """One row per programme, batch and mark, wherever a batch is named."""
    of = cases(moment)
    named: list[Select[Any]] = [select(of.c.programme, of.c.agency, of.c.batch, of.c.synthetic)]
    for table, instant in ((teams, "formed_at"), (visits, "visited_at"), (services, "served_at")):
        rows = select(table.c.programme, table.c.agency, table.c.batch, table.c.synthetic)
        named.append(_until(rows, table, instant, moment))
    return union(*(rows.where(rows.selected_columns.batch.is_not(None)) for rows in named)).subquery("rows")


def _letters(moment: Moment) -> Subquery:
    """One row per assignment that bears a letter, with its case's columns."""
    of, letter = cases(moment), timeline.c.data["letter"].astext
    rows = select(timeline.c.occurred_at.label("assigned_at"), letter.label("letter"), *of.c)
    rows = rows.join_from(timeline, of, of.c.case_id == timeline.c.case_id)
    rows = rows.where(timeline.c.type == "bugle.routing.case_assigned.v1", letter.is_not(None))
    return _until(rows, timeline, "occurred_at", moment).subquery("rows")


def _of_programme_agency(rows: FromClause, value: str) -> ColumnElement[bool]:
    """A library belongs to the agency; the programme names it."""
    return rows.c.agency.in_(select(programmes.c.agency).where(programmes.c.programme_id == value))


def _distinct(column: str) -> Count:
    return lambda rows: func.count(rows.c[column].distinct())


def _sum(column: str) -> Count:
    return lambda rows: func.coalesce(func.sum(rows.c[column]), 0)


_CASE_GROUPS = {"department": "lead", "kind": "kind", "programme": "programme"}


def _issues(formula: str, where: Test | None = None, month: str = "reported_at") -> Measure:
    return Measure(cases, OF_CASES, _of_cases, formula, where, groups=_CASE_GROUPS, month=month)


def _visited(formula: str, modes: tuple[str, ...]) -> Measure:
    return Measure(
        _dated(visits, "visited_at"),
        {
            "programme": equals("programme"),
            "batch": equals("batch"),
            "enterprise": enterprise("enterprise"),
            "mode": equals("mode"),
            "synthetic": truth("synthetic"),
        },
        _of_agency,
        formula,
        lambda rows: rows.c.mode.in_(modes),
        _distinct("enterprise"),
        groups={"programme": "programme"},
        month="visited_at",
    )


_TEAMS: dict[str, Condition] = {
    "programme": equals("programme"),
    "batch": equals("batch"),
    "tier": equals("tier"),
    "synthetic": truth("synthetic"),
}
_SERVICES: dict[str, Condition] = {
    "programme": equals("programme"),
    "service": equals("kind"),
    "department": equals("unit"),
    "batch": equals("batch"),
    "enterprise": enterprise("enterprise"),
    "synthetic": truth("synthetic"),
}
_SERVICE_GROUPS = {"department": "unit", "kind": "kind", "programme": "programme"}


def _has_status(status: str) -> Test:
    return lambda rows: rows.c.status == status


def _clock_ratio(formula: str, which: Test | None = None) -> Measure:
    return Measure(
        clocks_at,
        OF_CASES,
        _of_cases,
        formula,
        which,
        numerator=lambda rows: rows.c.status == "met",
        denominator=lambda rows: rows.c.status.in_(("met", "late", "missed")),
        excluded={status: _has_status(status) for status in ("running", "unobserved", "cancelled")},
        groups=_CASE_GROUPS,
        month="due_at",
    )


MEASURES: dict[str, Measure] = {
    "issues": _issues("issues reported"),
    "issues_closed": _issues("issues closed out", lambda rows: rows.c.closed_at.is_not(None), "closed_at"),
    "issues_open": _issues("issues reported and not closed out", lambda rows: rows.c.closed_at.is_(None)),
    "enterprises_with_issues": Measure(
        cases,
        OF_CASES,
        _of_cases,
        "distinct enterprises with an issue",
        None,
        _distinct("enterprise"),
        groups=_CASE_GROUPS,
    ),
    "letters": Measure(
        _letters, OF_CASES, _of_cases, "assignments with a letter", groups=_CASE_GROUPS, month="assigned_at"
    ),
    "enterprises": Measure(
        _dated(enterprises, "registered_at"),
        {"programme": _of_programme_agency, "tier": equals("tier"), "synthetic": truth("synthetic")},
        _of_agency,
        "enterprises registered in the agency's library",
    ),
    "enterprises_contacted": _visited(
        "distinct enterprises with a visit, call or survey", ("visit", "call", "survey", "return_visit")
    ),
    "enterprises_visited": _visited(
        "distinct enterprises with a visit, survey or return visit", ("visit", "survey", "return_visit")
    ),
    "teams": Measure(
        _dated(teams, "formed_at"),
        _TEAMS,
        _of_agency,
        "teams formed",
        groups={"programme": "programme"},
        month="formed_at",
    ),
    "team_enterprises": Measure(
        _paired,
        _TEAMS,
        _of_agency,
        "distinct enterprises paired with a team",
        None,
        _distinct("enterprise"),
        groups={"programme": "programme"},
    ),
    "batches": Measure(
        _batches,
        {"programme": equals("programme"), "synthetic": truth("synthetic")},
        _of_agency,
        "distinct batches named by issues, teams, visits or services",
        None,
        _distinct("batch"),
        groups={"programme": "programme"},
    ),
    "service_count": Measure(
        _dated(services, "served_at"),
        _SERVICES,
        _of_agency,
        "sum of the services' counts",
        None,
        _sum("count"),
        groups=_SERVICE_GROUPS,
        month="served_at",
    ),
    "service_amount": Measure(
        _dated(services, "served_at"),
        _SERVICES,
        _of_agency,
        "sum of the services' amounts in CNY",
        None,
        _sum("amount"),
        groups=_SERVICE_GROUPS,
        month="served_at",
    ),
}

RATES: dict[str, Measure] = {
    "contact_in_time": _clock_ratio(
        "clocks stopped by a contact: met ÷ (met + late + missed)",
        lambda rows: rows.c.for_contact,
    ),
    "resolution": Measure(
        cases,
        OF_CASES,
        _of_cases,
        "issues whose result is solved or explained ÷ all issues but those tracked long term",
        numerator=lambda rows: rows.c.outcome.in_(("solved", "explained")),
        denominator=lambda rows: rows.c.outcome.is_distinct_from("long_term"),
        excluded={"long_term": lambda rows: rows.c.outcome == "long_term"},
        groups=_CASE_GROUPS,
        month="reported_at",
    ),
    "satisfaction": Measure(
        cases,
        OF_CASES,
        _of_cases,
        "answers satisfied or basically satisfied ÷ all answers of the current round",
        numerator=lambda rows: rows.c.satisfaction.in_(("satisfied", "basically_satisfied")),
        denominator=lambda rows: rows.c.satisfaction.is_not(None),
        excluded={"not_asked": lambda rows: rows.c.satisfaction.is_(None)},
        groups=_CASE_GROUPS,
        month="reported_at",
    ),
    "on_time": _clock_ratio("all clocks: met ÷ (met + late + missed)"),
}
