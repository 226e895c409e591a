"""Why a restatement differs: what became known between the two documents of what they are about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    String,
    Table,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    text,
    true,
    union_all,
)

from reporting.projections.case_event import short_type
from reporting.projections.workflow import FACTS
from reporting.read_model.tables import clocks, ledger, records, timeline

MOST = 200
"""Causes that are listed; how many there are is told."""
_BESIDE = (
    *("issue_amended", "case_graded", "owner_named", "case_passed_on", "case_merged", "case_unmerged"),
    *("case_withdrawn", "deadline_missed", "card_issued", "case_escalated", "case_raised"),
    *("clock_stopped", "clock_unobserved"),
)
"""Events of a case that figures go by, beside the facts that move it."""
_CALLED = {"enterprise": "name", "team": "name", "visit": "mode", "service": "kind"}
"""What is neither a case nor known by its stream alone: by which field of its first event it is called."""


@dataclass(frozen=True, slots=True)
class Span:
    """What became known from one instant until before another, of what had occurred before the end of the period.

    `only`: of this meeting or case alone.
    """

    programme: str
    agency: str
    known_from: datetime
    known_before: datetime
    end: datetime
    only: str | None = None


def causes(connection: Connection, span: Span) -> dict[str, Any]:
    """`total`, and up to MOST `items` in the order in which they became known.

    Each has `event` (its id), `type`, `occurred_at`, `known_at` and `about`.
    Reads the tables as they are, not as they were known.
    """
    found = union_all(_of_cases(span), _of_records(span)).subquery()
    total = func.count().over().label("total")
    wanted = select(found, total).order_by(found.c.known_at, found.c.event).limit(MOST)
    rows = connection.execute(wanted).all()
    return {"total": rows[0].total if rows else 0, "items": [_told(row) for row in rows]}


def _of_cases(span: Span) -> Select[Any]:
    """Facts and what was fired or withdrawn. A cancelled clock counts when it had begun by the end of the period."""
    names = (*FACTS, *_BESIDE)
    begun = select(literal(1)).where(
        clocks.c.case_id == timeline.c.case_id,
        clocks.c.clock == timeline.c.data["clock"].astext,
        cast(clocks.c.generation, String) == timeline.c.data["generation"].astext,
        clocks.c.started_at < span.end,
    )
    rows = select(*_columns(timeline, ledger.c.title)).join(ledger, ledger.c.case_id == timeline.c.case_id)
    return rows.where(
        ledger.c.programme == span.programme,
        timeline.c.sequenced_at >= span.known_from,
        timeline.c.sequenced_at < span.known_before,
        true() if span.only is None else cast(timeline.c.case_id, String) == span.only,
        or_(
            and_(_named(timeline, names), timeline.c.occurred_at < span.end),
            and_(_named(timeline, ("clock_cancelled",)), begun.exists()),
            and_(_named(timeline, ("misses_rescinded",)), _withdraws_earlier(span)),
        ),
    )


def _withdraws_earlier(span: Span) -> Any:
    """Whether something that is withdrawn had occurred before the end of the period."""
    return text(
        "EXISTS (SELECT FROM live.timeline AS gone, jsonb_array_elements(live.timeline.data->'withdrawn') AS w"
        " WHERE gone.case_id = live.timeline.case_id AND gone.event_id = CAST(w->>'event' AS uuid)"
        " AND gone.occurred_at < :end)"
    ).bindparams(end=span.end)


def _of_records(span: Span) -> Select[Any]:
    """Events of the programme's teams, visits, services, sessions, duties, letters and the like, and of the agency's
    enterprises."""
    first = records.alias("first")
    kind = func.split_part(first.c.stream, "-", 1)
    called = case(*((kind == name, first.c.data[field].astext) for name, field in _CALLED.items()))
    rows = select(*_columns(records, func.coalesce(called, records.c.stream)))
    return rows.join(first, and_(first.c.stream == records.c.stream, first.c.version == 1)).where(
        or_(
            first.c.data["programme"].astext == span.programme,
            and_(kind == "enterprise", first.c.data["agency"].astext == span.agency),
        ),
        records.c.sequenced_at >= span.known_from,
        records.c.sequenced_at < span.known_before,
        true() if span.only is None else records.c.stream.endswith(span.only, autoescape=True),
        or_(records.c.occurred_at < span.end, _named(records, ("duty_rescinded", "supervision_letter_withdrawn"))),
    )


def _named(table: Table, names: Iterable[str]) -> Any:
    return func.split_part(table.c.type, ".", 3).in_(list(names))


def _columns(table: Table, about: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    of = table.c
    return [
        of.event_id.label("event"),
        of.type,
        of.occurred_at,
        of.sequenced_at.label("known_at"),
        about.label("about"),
    ]


def _told(row: Row[Any]) -> dict[str, Any]:
    return {
        "event": row.event,
        "type": short_type(row.type),
        "occurred_at": row.occurred_at,
        "known_at": row.known_at,
        "about": row.about,
    }
