"""What the texts of notifications are made of, for many at once: a fixed number of queries however long the list."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, cast
from uuid import UUID

from sqlalchemy import Connection, text

from eventkit.postgres import PostgresTransaction, stored
from eventkit.store import Transaction
from supervision.adapters.messages import CODEC
from supervision.application.ports import Reads
from supervision.application.wording import Told
from supervision.domain.events import ReminderSent

_COLUMNS = "stream, version, event_id, type, key, occurred_at, recorded_at, traceparent, data"
_EVENTS = text(f"SELECT {_COLUMNS} FROM events WHERE event_id = ANY(CAST(:ids AS uuid[]))")
_FIRST = text(f"SELECT {_COLUMNS} FROM events WHERE stream = ANY(CAST(:streams AS text[])) AND version = 1")
_CLOCKS = text(
    f"SELECT {_COLUMNS} FROM events WHERE stream = ANY(CAST(:streams AS text[]))"
    " AND type LIKE 'bugle.supervision.clock_started.%'"
)
_TITLES = text("SELECT case_id, title FROM case_words WHERE case_id = ANY(CAST(:cases AS text[]))")
_UNITS = text("SELECT agency, unit, name FROM unit_names WHERE agency = ANY(CAST(:agencies AS text[]))")


class Row(Protocol):
    """What is read of a row of `notifications`."""

    notification: UUID
    cause: UUID
    name: str
    programme: str
    programme_version: int
    agency: str
    case_id: str | None


_Clock = tuple[str, str, int]
"""Stream, clock and generation."""


@dataclass(frozen=True, slots=True)
class _Event:
    """A stored event with the stream it is in."""

    stream: str
    content: Any


def told(tx: Transaction, reads: Reads, rows: Sequence[Row]) -> list[Told]:
    """The rows with what their texts need, in their order."""
    connection = cast(PostgresTransaction, tx).connection
    causes = _events(connection, {row.cause for row in rows})
    heads = _heads(connection, {cause.stream for cause in causes.values()})
    ends = _ends(connection, {cause.stream for cause in causes.values() if isinstance(cause.content, ReminderSent)})
    titles = _titles(connection, {row.case_id for row in rows if row.case_id is not None})
    units = _units(connection, {row.agency for row in rows})
    return [_told(tx, reads, row, causes[row.cause], heads, ends, titles, units[row.agency]) for row in rows]


def _told(
    tx: Transaction,
    reads: Reads,
    row: Row,
    cause: _Event,
    heads: Mapping[str, Any],
    ends: Mapping[_Clock, datetime],
    titles: Mapping[str, str],
    units: Mapping[str, str],
) -> Told:
    policy = reads(tx).policy(row.programme, row.programme_version)
    assert policy is not None  # the notification was raised by it
    head = heads.get(cause.stream)
    own = getattr(head, "title", None)
    about = own or titles.get(row.case_id or "")
    return Told(
        row.notification,
        row.name,
        policy,
        row.case_id,
        cause.content,
        about,
        None if own is not None else getattr(head, "rule", None),
        units,
        _ends_of(cause, ends),
    )


def _events(connection: Connection, ids: Collection[UUID]) -> dict[UUID, _Event]:
    rows = connection.execute(_EVENTS, {"ids": [str(id) for id in ids]})
    return {row.event_id: _Event(row.stream, CODEC.decode(stored(row, ""))) for row in rows}


def _heads(connection: Connection, streams: Collection[str]) -> dict[str, Any]:
    """The first events of those streams that bear a title of their own."""
    titled = [stream for stream in streams if stream.startswith(("duty-", "dispatch-"))]
    rows = connection.execute(_FIRST, {"streams": titled}) if titled else ()
    return {row.stream: CODEC.decode(stored(row, "")) for row in rows}


def _ends(connection: Connection, streams: Collection[str]) -> dict[_Clock, datetime]:
    """When the limits run out of all clocks of these streams: a reminder says only when it was due itself."""
    rows = connection.execute(_CLOCKS, {"streams": sorted(streams)}) if streams else ()
    started = ((row.stream, CODEC.decode(stored(row, ""))) for row in rows)
    return {(stream, one.clock, one.generation): one.due_at for stream, one in started}


def _ends_of(cause: _Event, ends: Mapping[_Clock, datetime]) -> datetime | None:
    event = cause.content
    return ends[cause.stream, event.clock, event.generation] if isinstance(event, ReminderSent) else None


def _titles(connection: Connection, cases: Collection[str]) -> dict[str, str]:
    rows = connection.execute(_TITLES, {"cases": sorted(cases)}) if cases else ()
    return {row.case_id: row.title for row in rows}


def _units(connection: Connection, agencies: Collection[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {agency: {} for agency in agencies}
    for row in connection.execute(_UNITS, {"agencies": sorted(agencies)}):
        found[row.agency][row.unit] = row.name
    return found
