"""Why a restatement differs: what became known between the two documents of what they are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Row, String, Table, and_, cast, func, literal, or_, select, text, true

from reporting.projections.case_event import short_type
from reporting.projections.workflow import FACTS
from reporting.read_model.tables import VERSIONS, clocks, ledger, records, timeline

MOST = 200
"""Causes that are listed; how many there are is told."""
_BESIDE = (
    *("issue_amended", "case_graded", "owner_named", "case_passed_on", "case_merged", "case_unmerged"),
    *("case_withdrawn", "deadline_missed", "card_issued", "case_escalated", "case_raised"),
    *("clock_stopped", "clock_unobserved"),
)
"""Events of a case that figures go by, beside the facts that move it."""
_RESCINDED = ("misses_rescinded", "clock_cancelled")
"""Events that also undo what was earlier than they are."""
_DESCRIBED = {
    "enterprises": ("enterprise_registered", "enterprise_id", "registered_at", "name"),
    "teams": ("team_formed", "team_id", "formed_at", "name"),
    "visits": ("visit_recorded", "visit_id", "visited_at", "mode"),
    "services": ("service_recorded", "record_id", "served_at", "kind"),
}
"""Of what is no case: the event's name, and the columns of its id, its time and what it is called."""


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

    Each has `event` (its id, of a reference the id of the thing), `type`, `occurred_at`, `known_at` and `about`.
    Reads the tables as they are, not as they were known.
    """
    found = sorted(
        chain(_of_cases(connection, span), _of_records(connection, span), _described(connection, span)),
        key=lambda one: (one["known_at"], one["event"]),
    )
    return {"total": len(found), "items": found[:MOST]}


def _of_cases(connection: Connection, span: Span) -> Iterator[dict[str, Any]]:
    """Facts and what was fired or withdrawn. A cancelled clock counts when it had begun by the end of the period."""
    names = (*FACTS, *_BESIDE)
    begun = select(literal(1)).where(
        clocks.c.case_id == timeline.c.case_id,
        clocks.c.clock == timeline.c.data["clock"].astext,
        cast(clocks.c.generation, String) == timeline.c.data["generation"].astext,
        clocks.c.started_at < span.end,
    )
    rows = select(timeline, ledger.c.title).join(ledger, ledger.c.case_id == timeline.c.case_id)
    wanted = rows.where(
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
    return (_told(row, row.title) for row in connection.execute(wanted))


def _withdraws_earlier(span: Span) -> Any:
    """Whether something that is withdrawn had occurred before the end of the period."""
    return text(
        "EXISTS (SELECT FROM live.timeline AS gone, jsonb_array_elements(live.timeline.data->'withdrawn') AS w"
        " WHERE gone.case_id = live.timeline.case_id AND gone.event_id = CAST(w->>'event' AS uuid)"
        " AND gone.occurred_at < :end)"
    ).bindparams(end=span.end)


def _of_records(connection: Connection, span: Span) -> Iterator[dict[str, Any]]:
    """Events of the programme's sessions, duties, letters and the like."""
    first = records.alias("first")
    rows = select(records).join(first, and_(first.c.stream == records.c.stream, first.c.version == 1))
    wanted = rows.where(
        first.c.data["programme"].astext == span.programme,
        records.c.sequenced_at >= span.known_from,
        records.c.sequenced_at < span.known_before,
        true() if span.only is None else records.c.stream.endswith(span.only, autoescape=True),
        or_(records.c.occurred_at < span.end, _named(records, ("duty_rescinded", "supervision_letter_withdrawn"))),
    )
    return (_told(row, row.stream) for row in connection.execute(wanted))


def _described(connection: Connection, span: Span) -> Iterator[dict[str, Any]]:
    """Enterprises, teams, visits and services that were told of, or told of differently."""
    for table, (event, id, at, called) in _DESCRIBED.items() if span.only is None else ():
        held = VERSIONS[table].c
        owner = held.agency == span.agency if table == "enterprises" else held.programme == span.programme
        anew = held.ended_at.is_(None) if table == "teams" else true()  # its end is an event among the records
        known = (held.known_from >= span.known_from, held.known_from < span.known_before)
        rows = select(held[id], held[at], held[called], held.known_from).where(owner, anew, *known, held[at] < span.end)
        for thing, occurred, name, learnt in connection.execute(rows):
            yield {"event": thing, "type": event, "occurred_at": occurred, "known_at": learnt, "about": name}


def _named(table: Table, names: Iterable[str]) -> Any:
    return func.split_part(table.c.type, ".", 3).in_(list(names))


def _told(row: Row[Any], about: str) -> dict[str, Any]:
    return {
        "event": row.event_id,
        "type": short_type(row.type),
        "occurred_at": row.occurred_at,
        "known_at": row.sequenced_at,
        "about": about,
    }
