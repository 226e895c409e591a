"""Reading a database for verification: one read-only snapshot each, rows streamed through server-side cursors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import sql

from bugle.stack.databases import UNHURRIED, plain
from bugle.verify.consumption import Discard
from bugle.verify.event import Event
from bugle.verify.log import Head, LogRow
from bugle.verify.tables import COLUMNS, Row
from bugle.verify.tallies import MISTALLIED

_FETCH = 2_000

_EVENT = "e.event_id, e.type, e.stream, e.version, e.key, e.occurred_at, e.recorded_at"
_LOG = f"""
    SELECT l.log_seq, l.hash, {_EVENT}, l.sequenced_at, l.log_seq, convert_to(e.data, 'UTF8')
    FROM log l LEFT JOIN events e USING (position) ORDER BY l.log_seq
"""
_VERSIONS = """
    SELECT e.stream, e.version, l.log_seq FROM events e LEFT JOIN log l USING (position)
    ORDER BY e.stream COLLATE "C", e.version
"""
_ADRIFT = """
    SELECT e.event_id, CASE WHEN l.position IS NULL THEN 'neither in the log nor pending'
                            ELSE 'both in the log and pending' END
    FROM events e LEFT JOIN log l USING (position) LEFT JOIN pending p USING (position)
    WHERE (l.position IS NULL) = (p.position IS NULL)
"""
_PENDING = """
    SELECT count(*), count(*) FILTER (WHERE recorded_at < now() - interval '60 s')
    FROM pending JOIN events USING (position)
"""
_KEYED = """
    SELECT key, event_id FROM events JOIN log USING (position) WHERE type LIKE %(type)s ORDER BY key COLLATE "C"
"""
_KEYLESS = """
    SELECT data::json ->> 'contact_ref' FROM events WHERE type LIKE 'bugle.intake.contact\\_recorded.%'
    EXCEPT SELECT data::json ->> 'contact_ref' FROM events WHERE type LIKE 'bugle.intake.contact\\_erased.%'
    EXCEPT SELECT contact_ref::text FROM contact_erasures
    EXCEPT SELECT contact_ref::text FROM contact_keys
    ORDER BY 1
"""
_RECEIVED = """
    SELECT event_id, 'received' FROM inbox WHERE consumer = %(consumer)s
    UNION ALL SELECT event_id, 'parked' FROM parked WHERE consumer = %(consumer)s AND event_id IS NOT NULL
    UNION ALL SELECT event_id, 'discarded' FROM discarded WHERE consumer = %(consumer)s AND event_id IS NOT NULL
    UNION ALL SELECT event_id, 'waiting' FROM waiting WHERE consumer = %(consumer)s AND event_id IS NOT NULL
    ORDER BY 1
"""
_DISCARDS = """
    SELECT event_id, format('%%s[%%s]@%%s', topic, partition, kafka_offset), key, reason, discarded_by
    FROM discarded WHERE consumer = %s ORDER BY seq
"""

_UNVERSIONED = """
WITH held AS (SELECT {columns} FROM {live}), known AS (SELECT {columns} FROM {versions} WHERE known_to IS NULL)
SELECT count(*) FROM ((TABLE held EXCEPT ALL TABLE known) UNION ALL (TABLE known EXCEPT ALL TABLE held)) AS odd
"""


class Database:
    """The snapshot of one service's database."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def _stream(
        self, query: str | sql.Composed, parameters: dict[str, object] | None = None
    ) -> Iterator[tuple[Any, ...]]:
        with self._connection.cursor(name="verify") as cursor:
            cursor.itersize = _FETCH
            cursor.execute(query, parameters)
            yield from cursor

    def ask(self, query: LiteralString, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
        """The rows of a further question within the snapshot."""
        return self._connection.execute(query, parameters).fetchall()

    def log(self) -> Iterator[LogRow]:
        """The log in its order, with its events."""
        for log_seq, hash, *fields in self._stream(_LOG):
            yield LogRow(log_seq, hash, None if fields[0] is None else Event(*fields))

    def head(self) -> Head:
        """Where the relay stands."""
        row = self._connection.execute("SELECT log_seq, head FROM relay_state").fetchone()
        assert row is not None
        return Head(*row)

    def versions(self) -> Iterator[tuple[str, int, int | None]]:
        """(stream, version, log_seq) of all events by stream and version."""
        return self._stream(_VERSIONS)

    def adrift(self) -> Iterator[tuple[UUID, str]]:
        """Events that are not in exactly one of log and pending, and what is wrong."""
        return self._stream(_ADRIFT)

    def pending(self) -> tuple[int, int]:
        """How many events are pending, and how many of them for more than a minute."""
        row = self._connection.execute(_PENDING).fetchone()
        assert row is not None
        return row[0], row[1]

    def ids(self) -> Iterator[UUID]:
        """The ids of all sequenced events, ascending."""
        query = "SELECT event_id FROM events JOIN log USING (position) ORDER BY event_id"
        return (row[0] for row in self._stream(query))

    def keyed(self, service: str, name: str) -> Iterator[tuple[str, UUID]]:
        """Key and id of all sequenced events of that name, in any version, ascending by key."""
        return self._stream(_KEYED, {"type": f"bugle.{service}.{name}.%"})

    def keyless(self) -> Iterator[str]:
        """Of intake: the contacts that events tell of and that have neither a key nor a record of their erasure."""
        return (row[0] for row in self._stream(_KEYLESS))

    def received(self, consumer: str) -> Iterator[tuple[UUID, str]]:
        """What the consumer's side knows, ascending by id."""
        return self._stream(_RECEIVED, {"consumer": consumer})

    def aside(self, consumer: str) -> dict[str, int]:
        """How many records are parked and waiting."""
        counts = {}
        for place in ("parked", "waiting"):
            query = sql.SQL("SELECT count(*) FROM {} WHERE consumer = %s").format(sql.Identifier(place))
            row = self._connection.execute(query, [consumer]).fetchone()
            assert row is not None
            counts[place] = row[0]
        return counts

    def discards(self, consumer: str) -> list[Discard]:
        """What operators have given up, in the order in which it had been parked."""
        return [Discard(*row) for row in self.ask(_DISCARDS, [consumer])]

    def table(self, name: str) -> Iterator[Row]:
        """The rows of a projection as it lies in schema `live`, in no particular order."""
        columns = sql.SQL(", ").join(map(sql.Identifier, COLUMNS[name]))
        return self._stream(sql.SQL("SELECT {} FROM {}").format(columns, sql.Identifier("live", name)))

    def unversioned(self, name: str) -> int:
        """How many rows of a projection are not what its versions say is known now, or the other way round."""
        columns = sql.SQL(", ").join(map(sql.Identifier, COLUMNS[name]))
        live, versions = sql.Identifier("live", name), sql.Identifier("live", f"{name}_versions")
        query = sql.SQL(_UNVERSIONED).format(columns=columns, live=live, versions=versions)
        row = self._connection.execute(query).fetchone()
        assert row is not None
        return int(row[0])

    def mistallied(self, name: str) -> int:
        """How many sums of a table of tallies are not those of the rows that they stand for."""
        row = self._connection.execute(MISTALLIED[name].encode()).fetchone()
        assert row is not None
        return int(row[0])


@contextmanager
def snapshot(url: str) -> Iterator[Database]:
    """One repeatable-read, read-only transaction; psycopg.OperationalError when the server cannot be reached."""
    with psycopg.connect(plain(url), connect_timeout=5, options=f"{UNHURRIED} -c timezone=UTC") as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        yield Database(connection)
