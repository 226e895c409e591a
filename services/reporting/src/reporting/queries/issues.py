"""The ledger, page by page, and the timeline of one issue."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from eventkit.errors import Problem
from eventkit.paging import Window
from eventkit.text import Text
from reporting.projections.case_event import short_type
from reporting.projections.case_fold import fold_case
from reporting.projections.workflow import STATES
from reporting.queries.cases import cases, held_at
from reporting.queries.desk import Asked
from reporting.queries.filters import OF_CASES, Filters, conditions
from reporting.queries.moments import NOW, Moment, tells_of
from reporting.queries.scope import Scope
from reporting.read_model.tables import ledger, timeline, traits
from reporting.read_model.writer import timelines

FEW = 10_000
_TRAITS = {"department": "lead", "kind": "kind", "satisfaction": "satisfaction"}
"""Filters by which an index of `traits` finds cases, and its columns."""
NAMES = [str(column.name) for column in ledger.columns]


def as_dict(row: Row[Any]) -> dict[str, Any]:
    """By column name; as str itself, since orjson refuses SQLAlchemy's subclass of it as a key."""
    return {str(name): value for name, value in row._mapping.items()}


class UnknownIssue(Problem):
    """There is no such issue, or it is not yours to see."""

    slug = "unknown-issue"
    status = 404


def ledger_query(scope: Scope, filters: Filters, moment: Moment) -> tuple[Select[Any], Sequence[ColumnElement[Any]]]:
    """`reported_at` and `case_id` of cases, and the key by which they are in order."""
    of = cases(moment, unfinished=_unfinished(filters))
    key = (of.c.reported_at, of.c.case_id)
    return select(*key).where(scope.cases(of), *conditions(of, filters, OF_CASES)), key


def _unfinished(filters: Filters) -> bool:
    """Whether the filters let no case through that is closed out."""
    return filters.get("open") == "true" or filters.get("state", STATES[-1]) != STATES[-1]


def ledger_rows(asked: Asked, window: Window) -> Sequence[Row[Any]]:
    """`reported_at` and `case_id` of the page's cases, by these; one more than the window holds."""
    rows, key = ledger_query(asked.scope, asked.filters, asked.moment)
    if (few := _few(asked)) is not None:
        rows = rows.where(key[1] == any_(literal(few, ARRAY(traits.c.case_id.type))))
    return asked.connection.execute(window.select(rows, *key)).all()


def _few(asked: Asked) -> Sequence[str] | None:
    """The cases that had the lead, kind and answer that are asked for at a day, where they are few; else None.

    What is open or unsatisfied at a day came in shortly before it. The planner takes it for spread over all time, and
    would look up how each older case stood.
    """
    of = traits.c
    named = [of[column] == asked.filters[name] for name, column in _TRAITS.items() if name in asked.filters]
    if asked.moment.before is None or asked.as_of.before is not None or not named:
        return None
    held = held_at(traits, asked.moment)
    found = asked.connection.scalars(select(of.case_id).where(held, *named).limit(FEW + 1)).all()
    return found if len(found) <= FEW else None


def ledger_of(connection: Connection, wanted: Sequence[str], moment: Moment) -> dict[str, dict[str, Any]]:
    """The ledger rows of these cases as they stood: for a moment that is past, folded anew from what had occurred."""
    if moment.before is None:
        rows = connection.execute(select(ledger).where(ledger.c.case_id.in_(wanted)))
        return {row.case_id: as_dict(row) for row in rows}
    before = moment.before
    events = timelines(connection, wanted)
    folded = {case: fold_case(case, (e for e in events[case] if e.occurred_at < before)) for case in events}
    return {case: dict(zip(NAMES, rows.ledger[0], strict=True)) for case, rows in folded.items() if rows.ledger}


def titles_of(connection: Connection, cases: Collection[str], moment: Moment) -> dict[str, str]:
    """What cases are about, by id, as they were called at the moment."""
    if moment.before is not None:
        return {case: row["title"] for case, row in ledger_of(connection, sorted(set(cases)), moment).items()}
    rows = select(ledger.c.case_id, ledger.c.title).where(ledger.c.case_id.in_(set(cases)))
    return dict(connection.execute(rows).all()) if cases else {}


def timeline_of(
    connection: Connection, scope: Scope, case: str, moment: Moment, *, whole: bool = False
) -> dict[str, Any]:
    """The issue's ledger row and its events in order. Raises UnknownIssue also when the caller may not see it.

    Whoever could see it at the moment still may as it stood then: lists of that moment name it. `whole`: it is told as
    it is now, with all its events.
    """
    case = case_id(case)
    if not any(_visible(connection, scope, case, one) for one in {NOW, moment}):
        raise UnknownIssue
    moment = NOW if whole else moment
    held = ledger_of(connection, [case], moment)
    if case not in held:
        raise UnknownIssue(
            Text("The issue had not been reported by then."), field="at", mend=Text("choose a later moment")
        )
    rows = connection.execute(select(timeline).where(timeline.c.case_id == case))
    events = [as_dict(row) for row in rows if tells_of(short_type(row.type), row.occurred_at, moment)]
    return {"issue": held[case], "items": sorted(events, key=_order)}


def _visible(connection: Connection, scope: Scope, case: str, moment: Moment) -> bool:
    of = cases(moment)
    return connection.scalar(select(of.c.case_id).where(of.c.case_id == case, scope.cases(of))) is not None


def _order(event: dict[str, Any]) -> tuple[Any, ...]:
    """Of one instant as it was recorded: what follows from an event at once has its time, and is of another service."""
    return event["occurred_at"], event["sequenced_at"], event["service"], event["version"]


def case_id(text: str) -> str:
    """The id of a case as it is stored; UnknownIssue for what is none."""
    try:
        return str(UUID(text))
    except ValueError:
        raise UnknownIssue from None
