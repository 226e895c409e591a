"""Brings the tables up to a batch of events, in the caller's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, cast

import orjson
from sqlalchemy import Connection, Row, Select, Table, select, text
from sqlalchemy import cast as sql_cast
from sqlalchemy.types import Text

from eventkit.envelope import Envelope
from eventkit.session import Session
from reporting.projections.case_event import CaseEvent, is_case_event, is_kept, short_type
from reporting.projections.case_fold import CaseRows
from reporting.projections.reference import Description, describe
from reporting.projections.versions import KEYS, Changes, changes
from reporting.read_model import statements, tables, tallying

_LOCK = text(
    "SELECT pg_advisory_xact_lock(lock) FROM (SELECT DISTINCT hashtextextended('case/' || id, 0) AS lock"
    " FROM unnest(CAST(:cases AS text[])) AS id ORDER BY lock OFFSET 0) AS sorted"
)
"""Two workers may hold events of one case from two topics: each must see the other's rows before it folds.
In sorted order, so that they cannot wait for each other."""

_of = tables.timeline.c
_TIMELINES = select(
    _of.case_id,
    _of.service,
    _of.version,
    _of.type,
    _of.occurred_at,
    _of.event_id,
    sql_cast(_of.data, Text).label("data"),
    _of.sequenced_at,
)


class _OnPostgres(Protocol):
    """PostgreSQL's transaction has the connection that read models use."""

    connection: Connection


def project(session: Session, events: list[Envelope]) -> None:
    """The worker's reaction: every event into the tables."""
    apply(cast(_OnPostgres, session.tx).connection, events)


def apply(connection: Connection, events: Sequence[Envelope]) -> None:
    """Write what a batch of events says; an event that is in the tables already changes nothing."""
    write_cases(connection, [event for event in events if is_case_event(event.stream)])
    write_others(connection, [event for event in events if not is_case_event(event.stream)])


def write_cases(connection: Connection, events: Sequence[Envelope]) -> None:
    """What is said of cases: their rows and versions, and the tallies of these."""
    if not events:
        return
    connection.execute(_LOCK, {"cases": sorted({event.key for event in events})})
    told_since = _earliest(events)
    kept = tallying.kept(connection)
    before = tallying.counted(connection, told_since, kept) if kept.whole else None
    fresh = statements.insert_new(connection, tables.timeline, [timeline_row(event) for event in events], "event_id")
    since = _earliest(event for event in events if str(event.id) in fresh)
    if not since:
        return
    told = timelines(connection, list(since))
    changed = {case: changes(case, held, since[case]) for case, held in told.items()}
    _write_cases(connection, list(since), [rows for rows, _ in changed.values()])
    overtaken = {case for case, held in told.items() if _overtaken(held, since[case], fresh)}
    _write_versions(connection, since, overtaken, {case: of for case, (_, of) in changed.items()})
    if before is not None:
        tallying.add(connection, before, tallying.counted(connection, told_since, kept))


def _overtaken(held: Iterable[CaseEvent], since: datetime, fresh: Collection[str]) -> bool:
    """Whether what is written already became known at the first of the new events or later."""
    return any(event.sequenced_at >= since and event.id not in fresh for event in held)


def _earliest(events: Iterable[Envelope]) -> dict[str, datetime]:
    """When the first of these events of each case became known."""
    since: dict[str, datetime] = {}
    for event in events:
        assert event.sequenced_at is not None
        since[event.key] = min(event.sequenced_at, since.get(event.key, event.sequenced_at))
    return since


def write_others(connection: Connection, events: Sequence[Envelope]) -> None:
    """What is said of anything but cases."""
    statements.insert_rows(connection, tables.records, [_record(event) for event in events if is_kept(event.stream)])
    described = describe([*events, *_teams_told(connection, events)])
    programmes = [one.said.owner["programmes"]["programme_id"] for one in described if "programmes" in one.said.owner]
    before = _zones(connection, programmes)
    write_descriptions(connection, described)
    moved = {programme for programme, zone in _zones(connection, programmes).items() if before.get(programme) != zone}
    if moved and (kept := tallying.kept(connection)).whole:
        tallying.tally_again(connection, moved, kept)


def _zones(connection: Connection, programmes: Collection[str]) -> dict[str, str | None]:
    of = tables.programmes.c
    wanted = select(of.programme_id, of.document["zone"].astext).where(of.programme_id.in_(programmes))
    return dict(connection.execute(wanted).all()) if programmes else {}


def _teams_told(connection: Connection, events: Iterable[Envelope]) -> list[Envelope]:
    """All that was told of the teams of these events: a team is described by how it was formed and how it ended."""
    streams = {event.stream for event in events if event.stream.startswith("team-")}
    of = tables.records.c
    wanted: Select[Any] = select(*of, sql_cast(of.data, Text).label("said")).where(of.stream.in_(streams))
    return [_told(row) for row in connection.execute(wanted)] if streams else []


def _told(row: Row[Any]) -> Envelope:
    """The event of a record, which keeps all of it but when it was recorded."""
    return Envelope(
        id=row.event_id,
        type=row.type,
        source=f"/bugle/{row.service}",
        stream=row.stream,
        version=row.version,
        key=row.stream.partition("-")[2],
        occurred_at=row.occurred_at,
        recorded_at=row.sequenced_at,
        data=row.said.encode(),
        sequenced_at=row.sequenced_at,
        log_seq=row.log_seq,
    )


def _record(event: Envelope) -> dict[str, Any]:
    row = timeline_row(event)
    del row["case_id"]
    return row | {"stream": event.stream}


def timeline_row(event: Envelope) -> dict[str, Any]:
    """The row of one event; its data are carried as the bytes they are."""
    return {
        "case_id": event.key,
        "service": event.service,
        "version": event.version,
        "type": event.type,
        "occurred_at": event.occurred_at,
        "sequenced_at": event.sequenced_at,
        "log_seq": event.log_seq,
        "event_id": event.id,
        "data": orjson.Fragment(event.data),
    }


def timelines(connection: Connection, cases: Collection[str]) -> dict[str, list[CaseEvent]]:
    """All events of these cases, in one query."""
    found: defaultdict[str, list[CaseEvent]] = defaultdict(list)
    for row in connection.execute(_TIMELINES.where(_of.case_id.in_(cases))):
        case, service, version, kind, occurred_at, event_id, data, sequenced_at = row
        said = orjson.loads(data)
        found[case].append(CaseEvent(service, version, short_type(kind), occurred_at, event_id, said, sequenced_at))
    return found


def _write_cases(connection: Connection, cases: Sequence[str], folded: Sequence[CaseRows]) -> None:
    statements.upsert_rows(connection, tables.ledger, _named(tables.ledger, (r for c in folded for r in c.ledger)))
    statements.upsert_rows(connection, tables.clocks, _named(tables.clocks, (r for c in folded for r in c.clocks)))
    for table, rows in (
        (tables.spans, [row for case in folded for row in case.spans]),
        (tables.traits, [row for case in folded for row in case.traits]),
    ):
        lasts = dict.fromkeys(cases, 0) | {row[0]: row[1] for row in rows}
        statements.upsert_rows(connection, table, _named(table, rows))
        statements.delete_beyond(connection, table, [{"case_id": c, "ordinal": n} for c, n in lasts.items()])


def _write_versions(
    connection: Connection,
    since: Mapping[str, datetime],
    overtaken: Collection[str],
    cases: Mapping[str, Mapping[str, Changes]],
) -> None:
    again = [{"case_id": case, "known_from": since[case]} for case in overtaken]
    for name, width in KEYS.items():
        versions = tables.VERSIONS[name]
        keys = [str(column.name) for column in versions.columns][:width]
        ended = [
            {**dict(zip(keys, key, strict=True)), "known_from": since[case], "known_to": at}
            for case, of in cases.items()
            for key, at in of[name].ended
        ]
        begun = ((*row, start, end) for of in cases.values() for row, start, end in of[name].begun)
        statements.delete_begun(connection, versions, again)
        statements.end(connection, versions, ended)
        statements.insert_rows(connection, versions, _named(versions, begun))


def _named(table: Table, rows: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    names = [str(column.name) for column in table.columns]  # orjson wants str itself, not SQLAlchemy's subclass
    return [dict(zip(names, row, strict=True)) for row in rows]


def write_descriptions(connection: Connection, descriptions: Sequence[Description]) -> None:
    """Replace the rows that these descriptions own, and keep what they replace as versions."""
    for table in tables.REFERENCE_TABLES:
        told = [one for one in descriptions if table.name in one.said.owner]
        latest = [one.said for one in told if one.known_to is None]
        statements.delete_owned(connection, table, [said.owner[table.name] for said in latest])
        statements.insert_rows(connection, table, [row for said in latest for row in said.rows[table.name]])
        _write_described(connection, table, told)


def _write_described(connection: Connection, table: Table, told: Sequence[Description]) -> None:
    versions, first = tables.VERSIONS[table.name], dict[tuple[Any, ...], dict[str, Any]]()
    for one in told:
        owner = one.said.owner[table.name]
        first.setdefault(tuple(owner.values()), owner | {"known_from": one.known_from})
    statements.delete_begun(connection, versions, list(first.values()))
    statements.end(connection, versions, [one | {"known_to": one["known_from"]} for one in first.values()])
    begun = (
        row | {"known_from": one.known_from, "known_to": one.known_to}
        for one in told
        for row in one.said.rows[table.name]
    )
    statements.insert_rows(connection, versions, list(begun))
