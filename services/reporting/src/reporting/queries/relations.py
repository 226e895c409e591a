"""What is counted beside cases and clocks: relations with a row per thing that had happened by a moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, Table, null, select, union

from reporting.queries.cases import cases
from reporting.queries.moments import Moment
from reporting.read_model.tables import programmes, services, team_enterprises, teams, timeline, visits


def dated(table: Table, instant: str) -> Callable[[Moment], Subquery]:
    """The table's rows that had happened by the moment, with the programme's zone where they belong to one."""

    def relation(moment: Moment) -> Subquery:
        return _until(select(table, _zone(table)), table, instant, moment).subquery("rows")

    return relation


def _zone(table: Table) -> ColumnElement[Any]:
    if "programme" not in table.c:
        return null().label("zone")
    zone = programmes.c.document["zone"].astext
    return select(zone).where(programmes.c.programme_id == table.c.programme).scalar_subquery().label("zone")


def _until(rows: Select[Any], table: Table, instant: str, moment: Moment) -> Select[Any]:
    return rows if moment.before is None else rows.where(table.c[instant] < moment.before)


def paired(moment: Moment) -> Subquery:
    """One row per team and enterprise."""
    rows = select(teams, team_enterprises.c.enterprise_id.label("enterprise"))
    joined = rows.join(team_enterprises, team_enterprises.c.team_id == teams.c.team_id)
    return _until(joined, teams, "formed_at", moment).subquery("rows")


def batches(moment: Moment) -> Subquery:
    """One row per programme, batch and mark, wherever a batch is named."""
    of = cases(moment)
    named: list[Select[Any]] = [select(of.c.programme, of.c.agency, of.c.batch, of.c.synthetic)]
    for table, instant in ((teams, "formed_at"), (visits, "visited_at"), (services, "served_at")):
        rows = select(table.c.programme, table.c.agency, table.c.batch, table.c.synthetic)
        named.append(_until(rows, table, instant, moment))
    return union(*(rows.where(rows.selected_columns.batch.is_not(None)) for rows in named)).subquery("rows")


def letters(moment: Moment) -> Subquery:
    """One row per assignment that bears a letter, with its case's columns."""
    of, letter = cases(moment), timeline.c.data["letter"].astext
    unit = timeline.c.data["lead"].astext.label("unit")
    rows = select(timeline.c.occurred_at.label("assigned_at"), letter.label("letter"), unit, *of.c)
    rows = rows.join_from(timeline, of, of.c.case_id == timeline.c.case_id)
    rows = rows.where(timeline.c.type == "bugle.routing.case_assigned.v1", letter.is_not(None))
    return _until(rows, timeline, "occurred_at", moment).subquery("rows")
