"""What is kept beside the cases: joint sessions, and which fired events stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, FromClause, Row, Text, and_, any_, cast, func, or_, select, text, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from eventkit.paging import Window
from reporting.projections.case_event import short_type
from reporting.queries.scope import Scope
from reporting.read_model.tables import ledger, records, timeline, traits

_PROGRAMME = records.c.data["programme"].astext


def sessions(
    connection: Connection, scope: Scope, programme: str, before: datetime | None, window: Window
) -> tuple[list[Row[Any]], dict[str, dict[str, Any]]]:
    """A page of joint sessions by start of their stream, and each as it stood."""
    of = records
    wanted = select(of.c.occurred_at, of.c.stream).where(
        of.c.version == 1, of.c.type == "bugle.routing.session_called.v1", programme == _PROGRAMME
    )
    if scope.agency is not None:
        wanted = wanted.where(of.c.data["agency"].astext == scope.agency)
    if scope.department is not None:
        wanted = wanted.where(of.c.data["units"].contains([scope.department]))
    if before is not None:
        wanted = wanted.where(of.c.occurred_at < before)
    rows = list(connection.execute(window.select(wanted, of.c.occurred_at, of.c.stream)))
    held: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(
        select(of).where(of.c.stream.in_([row.stream for row in rows])).order_by(of.c.stream, of.c.version)
    ):
        if before is None or row.occurred_at < before:
            held[row.stream].append(row)
    return rows, {stream: session_of(events) for stream, events in held.items()}


def session_of(events: Iterable[Row[Any]]) -> dict[str, Any]:
    """A session as its events in order tell it; empty without any. Once it was held its minutes say who was there."""
    shown: dict[str, Any] = {}
    for event in events:
        data = event.data
        match short_type(event.type):
            case "session_called":
                names = ("session", "programme", "agency", "enterprise", "cases", "units", "starts_at", "place")
                shown = {name: data[name] for name in names}
                shown |= {"state": "called", "present": [], "absent": list(data["units"]), "minutes": None}
            case "unit_reported_in":
                shown["present"].append(data["unit"])
                shown["absent"].remove(data["unit"])
            case "session_held":
                shown |= {"state": "held", "held_at": event.occurred_at}
                shown |= {name: data[name] for name in ("minutes", "present", "absent")}
            case "session_cancelled":
                shown |= {"state": "cancelled", "reason": data["reason"]}
    return shown


class Fired(NamedTuple):
    """An event of a case, or of what is kept beside cases, that was not withdrawn. `unit`: for whom it counts.

    That is the unit it names, else the lead that the case had at that moment. The case of a duty is in what opened it:
    `opened` is the data of the first event of such a stream.
    """

    event_id: str
    name: str
    at: datetime
    case_id: str | None
    unit: str | None
    data: dict[str, Any]
    opened: dict[str, Any]


def fired(
    connection: Connection,
    scope: Scope,
    programme: str,
    names: Iterable[str],
    begin: datetime,
    end: datetime,
    cases: Collection[str] | None = None,
) -> list[Fired]:
    """Events of these short types in [begin, end) of the programme's cases, and of its records, that stand.

    Of the whole agency: an event counts for its unit also when another has the case now. `cases`: about these alone.
    """
    types = [f"bugle.{service}.{name}.v{n}" for name in set(names) for service in _SERVICES for n in (1, 2)]
    sought = _Sought(scope, programme, types, begin, end, cases)
    found = [*_of_cases(connection, sought), *_of_records(connection, sought)]
    gone = _withdrawn(connection, {one.case_id for one in found if one.case_id is not None}, begin)
    return sorted((one for one in found if one.event_id not in gone), key=lambda one: (one.at, one.event_id))


_SERVICES = ("intake", "routing", "supervision")


class _Sought(NamedTuple):
    """Events of these full types, in [begin, end); `cases`: about these alone, None: about any."""

    scope: Scope
    programme: str
    types: list[str]
    begin: datetime
    end: datetime
    cases: Collection[str] | None

    def fits(self, of: FromClause, case: ColumnElement[Any], kind: TypeEngine[Any]) -> tuple[ColumnElement[bool], ...]:
        """By type, time and case, of a table of events; `kind`: the type of its `case`. Cases may be very many."""
        among = true() if self.cases is None else case == any_(cast(sorted(self.cases), ARRAY(kind)))
        return of.c.type.in_(self.types), of.c.occurred_at >= self.begin, of.c.occurred_at < self.end, among


def _of_cases(connection: Connection, sought: _Sought) -> Iterable[Fired]:
    then = and_(
        traits.c.case_id == timeline.c.case_id,
        traits.c.from_at <= timeline.c.occurred_at,
        or_(traits.c.to_at.is_(None), traits.c.to_at > timeline.c.occurred_at),
    )
    joined = timeline.join(ledger, ledger.c.case_id == timeline.c.case_id).outerjoin(traits, then)
    unit = func.coalesce(timeline.c.data["unit"].astext, traits.c.lead)
    rows = connection.execute(
        select(timeline.c.event_id, timeline.c.type, timeline.c.occurred_at, ledger.c.case_id, unit, timeline.c.data)
        .select_from(joined)
        .where(
            ledger.c.programme == sought.programme,
            sought.scope.rows(ledger),
            *sought.fits(timeline, timeline.c.case_id, timeline.c.case_id.type),
        )
    )
    return (Fired(row[0], short_type(row[1]), *row[2:], {}) for row in rows)


def _of_records(connection: Connection, sought: _Sought) -> Iterable[Fired]:
    first = records.alias("first")
    case = func.coalesce(records.c.data["case"].astext, first.c.data["case"].astext)
    rows = connection.execute(
        select(records.c.event_id, records.c.type, records.c.occurred_at, case, records.c.data, first.c.data)
        .select_from(records.join(first, first.c.stream == records.c.stream))
        .where(
            first.c.version == 1,
            first.c.data["programme"].astext == sought.programme,
            *sought.fits(records, case, Text()),
        )
        .where(*(() if sought.scope.agency is None else (first.c.data["agency"].astext == sought.scope.agency,)))
    )
    return (Fired(row[0], short_type(row[1]), row[2], row[3], row[4].get("unit"), *row[4:]) for row in rows)


_WITHDRAWN = text(
    """
    SELECT CAST(w->>'event' AS uuid) FROM timeline t, jsonb_array_elements(t.data->'withdrawn') AS w
    WHERE t.type IN ('bugle.supervision.misses_rescinded.v1', 'bugle.supervision.misses_rescinded.v2')
        AND t.occurred_at >= :begin AND t.case_id = ANY(CAST(:cases AS uuid[]))
    UNION ALL
    SELECT CAST(w AS uuid) FROM records r, jsonb_array_elements_text(r.data->'withdrawn') AS w
    WHERE r.type = 'bugle.supervision.duty_rescinded.v1' AND r.occurred_at >= :begin
    UNION ALL
    SELECT issued.event_id FROM records r JOIN records issued ON issued.stream = r.stream
    WHERE issued.version = 1 AND r.type = 'bugle.supervision.supervision_letter_withdrawn.v1'
        AND r.occurred_at >= :begin
    """
)


def _withdrawn(connection: Connection, cases: set[str], begin: datetime) -> set[str]:
    """Ids of what was withdrawn. A withdrawal bears the moment of the last of what it withdraws, or a later one."""
    return set(map(str, connection.scalars(_WITHDRAWN, {"cases": sorted(cases), "begin": begin})))
