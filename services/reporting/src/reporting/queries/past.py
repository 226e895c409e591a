"""The tables as they stood at a moment, under their own names, for statements that are written as text.

Such a statement names `ledger` or `timeline`; common table expressions of these names stand before it and narrow them
to what had happened. Where nothing is asked about the past there are none, and it reads the tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    Table,
    case,
    cast,
    column,
    func,
    null,
    or_,
    select,
    text,
)

from reporting.queries.cases import cases
from reporting.queries.clocks import clocks_at
from reporting.queries.issues import ledger_of
from reporting.queries.moments import Moment
from reporting.read_model.tables import clocks, ledger, records, spans, teams, timeline, traits

_FOLDED = ("title", "assigned_at", "result_at", "owner", "level")
"""Columns of the ledger that a case's events alone tell for a moment; see `as_folded`."""
RESCINDED = ("bugle.supervision.misses_rescinded.v1", "bugle.supervision.misses_rescinded.v2")
_TAKEN_BACK = ("bugle.supervision.duty_rescinded.v1", "bugle.supervision.supervision_letter_withdrawn.v1")


def written(sql: str, columns: Sequence[str], moment: Moment, about: Mapping[str, Any]) -> Select[Any]:
    """The rows of a statement written as text, over the tables as they stood; `:before` in it is the moment's end."""
    [rows] = all_written([sql], columns, moment, about)
    return rows


def all_written(
    statements: Sequence[str], columns: Sequence[str], moment: Moment, about: Mapping[str, Any]
) -> list[Select[Any]]:
    """The rows of each of several statements, to be parts of one: the tables stand once before it."""
    standing = _tables(moment)
    found = []
    for sql in statements:
        given = dict(about) | ({"before": moment.before} if ":before" in sql else {})
        told = text(sql).bindparams(**given).columns(*(column(name) for name in columns))
        found.append(select(told.add_cte(*standing).subquery("listed")))
    return found


def as_folded(connection: Connection, rows: Sequence[Mapping[str, Any]], moment: Moment) -> list[dict[str, Any]]:
    """Rows about cases with what only a fold tells of them at a moment that is past."""
    told = [dict(row) for row in rows]
    if moment.before is None:
        return told
    held = ledger_of(connection, sorted({str(row["case_id"]) for row in told if row.get("case_id")}), moment)
    for row in told:
        if then := held.get(str(row.get("case_id"))):
            row.update({name: then[name] for name in _FOLDED if name in row})
    return told


def ledger_at(moment: Moment) -> FromClause:
    """The ledger; for a moment that is past what is asked of it there, without the dates but `assigned_at`, which says
    whether there was any."""
    if moment.before is None:
        return ledger
    of = cases(moment)
    said = (traits.c.case_id == of.c.case_id, traits.c.from_at < moment.before)
    round_ = select(traits.c.round).where(*said).order_by(traits.c.from_at.desc()).limit(1).scalar_subquery()
    title = select(ledger.c.title).where(ledger.c.case_id == of.c.case_id).scalar_subquery()
    rows = select(of, round_.label("round"), title.label("title")).subquery("stood")
    lacking = (cast(null(), ledger.c[name].type).label(name) for name in ("result_at", "owner", "level"))
    return select(rows, _assigned_at(rows, moment).label("assigned_at"), *lacking).subquery("ledger_at")


def _assigned_at(rows: FromClause, moment: Moment) -> ColumnElement[Any]:
    told = select(func.min(timeline.c.occurred_at)).where(
        timeline.c.case_id == rows.c.case_id,
        timeline.c.type == "bugle.routing.case_assigned.v1",
        timeline.c.data["round"].astext.cast(Integer) == rows.c.round,
        timeline.c.occurred_at < moment.before,
    )
    return told.scalar_subquery()


def _tables(moment: Moment) -> tuple[CTE, ...]:
    if moment.before is None:
        return ()
    of_clocks = clocks_at(moment)
    withdraws = timeline.c.type.in_(RESCINDED)  # what it withdraws has never been valid
    takes_back = records.c.type.in_(_TAKEN_BACK)
    found: Mapping[str, Select[Any]] = {
        "ledger": select(ledger_at(moment)),
        "timeline": select(timeline).where(or_(timeline.c.occurred_at < moment.before, withdraws)),
        "records": select(records).where(or_(records.c.occurred_at < moment.before, takes_back)),
        "spans": _begun(spans, "from_at", "to_at", moment),
        "traits": _begun(traits, "from_at", "to_at", moment),
        "teams": _begun(teams, "formed_at", "ended_at", moment),
        "clocks": select(*(of_clocks.c[str(one.name)] for one in clocks.columns)),
    }
    return tuple(rows.cte(name).prefix_with("NOT MATERIALIZED") for name, rows in found.items())


def _begun(table: Table, begins: str, ends: str, moment: Moment) -> Select[Any]:
    """What had begun by then; it goes on where it ends later."""

    def shown(one: Column[Any]) -> ColumnElement[Any]:
        return one if one.name != ends else case((one < moment.before, one)).label(ends)

    return select(*map(shown, table.columns)).where(table.c[begins] < moment.before)
