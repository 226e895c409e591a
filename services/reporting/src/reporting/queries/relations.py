"""What is counted beside cases and clocks: relations with a row per thing that had happened by a moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, Table, cast, literal, null, or_, select, union_all

from reporting.queries.cases import cases
from reporting.queries.moments import Moment
from reporting.queries.zones import zones
from reporting.read_model.tables import ledger, services, team_enterprises, teams, timeline, visits


def dated(table: Table, instant: str) -> Callable[[Moment], Subquery]:
    """The table's rows that had happened by the moment, with the programme's zone where they belong to one."""

    def relation(moment: Moment) -> Subquery:
        return _until(select(table, _zone(table)), table, instant, moment).subquery("rows")

    return relation


def formed(moment: Moment) -> Subquery:
    """One row per team that stands at the moment, with its programme's zone."""
    return select(teams, _zone(teams)).where(*standing(moment)).subquery("rows")


def standing(moment: Moment) -> list[ColumnElement[bool]]:
    """What holds for a team that had been formed by the moment and had not ended."""
    ended = teams.c.ended_at
    if moment.before is None:
        return [ended.is_(None)]
    return [teams.c.formed_at < moment.before, or_(ended.is_(None), ended >= moment.before)]


def _zone(table: Table) -> ColumnElement[Any]:
    if "programme" not in table.c:
        return null().label("zone")
    return select(zones.c.zone).where(zones.c.programme_id == table.c.programme).scalar_subquery().label("zone")


def _until(rows: Select[Any], table: Table, instant: str, moment: Moment) -> Select[Any]:
    return rows if moment.before is None else rows.where(table.c[instant] < moment.before)


def paired(moment: Moment) -> Subquery:
    """One row per team that stands and enterprise."""
    rows = select(teams, team_enterprises.c.enterprise_id.label("enterprise"))
    joined = rows.join(team_enterprises, team_enterprises.c.team_id == teams.c.team_id)
    return joined.where(*standing(moment)).subquery("rows")


def batches(moment: Moment) -> Subquery:
    """One row per issue, team, visit or service that names a batch: `source` and `id` say which, `named_at` when; of an
    issue also whose it is."""
    of = cases(moment)
    told: list[Select[Any]] = [_naming(of, "issue", of.c.case_id, of.c.reported_at)]
    for source, table, key, instant in (
        ("team", teams, "team_id", "formed_at"),
        ("visit", visits, "visit_id", "visited_at"),
        ("service", services, "record_id", "served_at"),
    ):
        told.append(_until(_naming(table, source, table.c[key], table.c[instant]), table, instant, moment))
    return union_all(*(rows.where(rows.selected_columns.batch.is_not(None)) for rows in told)).subquery("rows")


_UNITS = ("lead", "supporting")


def _naming(of: FromClause, source: str, id: ColumnElement[Any], at: ColumnElement[Any]) -> Select[Any]:
    about = (literal(source).label("source"), id.label("id"), at.label("named_at"))
    units = (of.c[name] if name in of.c else cast(null(), ledger.c[name].type).label(name) for name in _UNITS)
    return select(of.c.programme, of.c.agency, of.c.batch, of.c.synthetic, *units, *about)


def letters(moment: Moment) -> Subquery:
    """One row per assignment that bears a letter, with its case's columns."""
    of, letter = cases(moment), timeline.c.data["letter"].astext
    unit = timeline.c.data["lead"].astext.label("unit")
    at, event = timeline.c.occurred_at.label("assigned_at"), timeline.c.event_id.label("event_id")
    rows = select(at, event, letter.label("letter"), unit, *of.c)
    rows = rows.join_from(timeline, of, of.c.case_id == timeline.c.case_id)
    rows = rows.where(timeline.c.type == "bugle.routing.case_assigned.v1", letter.is_not(None))
    return _until(rows, timeline, "occurred_at", moment).subquery("rows")
