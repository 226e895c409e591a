"""The event store on PostgreSQL, by SQLAlchemy Core. Statements work on arrays: a batch is one round trip."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.array import ListBinaryDumper
from sqlalchemy import Connection, Engine, Row, create_engine, event, text
from sqlalchemy.exc import IntegrityError

from eventkit import pools, settings
from eventkit.arrivals import Arrival, pack, unpack
from eventkit.envelope import Envelope, Watermark
from eventkit.errors import VersionConflict
from eventkit.settings import DatabaseLimits
from eventkit.store import Append, Held, Progress, Remembered

_LOAD = text(
    "SELECT stream, version, event_id, type, key, occurred_at, recorded_at, traceparent, data FROM events"
    " WHERE stream = ANY(:streams) ORDER BY stream, version"
)
_APPEND = text(
    """
    WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS now), new AS (
        INSERT INTO events (stream, version, event_id, type, key, occurred_at, recorded_at, traceparent, data)
        SELECT n.stream, n.version, n.event_id, n.type, n.key, n.occurred_at, moment.now, n.traceparent, n.data
        FROM moment, unnest(
            CAST(:streams AS text[]), CAST(:versions AS integer[]), CAST(:ids AS uuid[]), CAST(:types AS text[]),
            CAST(:keys AS text[]), CAST(:occurred AS timestamptz[]), CAST(:traces AS text[]), CAST(:data AS text[])
        ) WITH ORDINALITY AS n(stream, version, event_id, type, key, occurred_at, traceparent, data, ordinal)
        ORDER BY n.ordinal
        RETURNING position
    )
    INSERT INTO pending SELECT position FROM new RETURNING (SELECT now FROM moment)
    """
)
_RECALL = text("SELECT key, digest, status, body FROM idempotency WHERE scope = :scope AND key = ANY(:keys)")
_REMEMBER = text(
    "INSERT INTO idempotency (scope, key, digest, status, body) SELECT :scope, * FROM unnest(CAST(:keys AS text[]),"
    " CAST(:digests AS bytea[]), CAST(:statuses AS smallint[]), CAST(:bodies AS text[]))"
)
_RECEIVE = text(
    "INSERT INTO inbox (consumer, event_id) SELECT :consumer, id FROM unnest(CAST(:ids AS uuid[])) AS n(id)"
    " ON CONFLICT DO NOTHING RETURNING event_id"
)
_MAKE_ROOM = text(
    "UPDATE parked SET kafka_offset = -seq WHERE consumer = :consumer AND topic = :topic AND partition = :partition"
    " AND kafka_offset = :offset"
    " AND (event_id IS DISTINCT FROM CAST(:event_id AS uuid) OR event_id IS NULL AND record <> :record)"
)
"""What was parked where another record lies now: its topic was made anew or has lost its tail, so that it has no place
in Kafka any more, as after a restore."""
_PARK = text(
    "INSERT INTO parked (consumer, key, topic, partition, kafka_offset, event_id, record, error)"
    " VALUES (:consumer, :key, :topic, :partition, :offset, :event_id, :record, :reason)"
    " ON CONFLICT (consumer, topic, partition, kafka_offset) DO NOTHING"
)
_WAIT = text(
    "INSERT INTO waiting (consumer, key, topic, partition, kafka_offset, event_id, record, token)"
    " VALUES (:consumer, :key, :topic, :partition, :offset, :event_id, :record, :reason)"
)
_RELEASE = text(
    """
    WITH stalest AS (
        SELECT key, topic, min(tried_at) AS tried_at FROM waiting WHERE consumer = :consumer
        GROUP BY key, topic ORDER BY tried_at LIMIT :stale
    ), lanes AS (
        SELECT key, topic FROM waiting WHERE consumer = :consumer AND token = ANY(:tokens)
        UNION SELECT key, topic FROM stalest
    ), taken AS (
        DELETE FROM waiting w USING lanes l
        WHERE w.consumer = :consumer AND w.key = l.key AND w.topic = l.topic
        RETURNING w.seq, w.topic, w.partition, w.kafka_offset, w.record
    )
    SELECT * FROM taken ORDER BY seq
    """
)
_ADVANCE = text(
    """
    INSERT INTO progress AS p (consumer, topic, partition, next_offset, log_seq, watermark)
    SELECT :consumer, * FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS integer[]), CAST(:offsets AS bigint[]),
        CAST(:seqs AS bigint[]), CAST(:marks AS timestamptz[])) AS n(t, n, o, s, m) ORDER BY t, n
    ON CONFLICT (consumer, topic, partition) DO UPDATE SET
        next_offset = greatest(p.next_offset, excluded.next_offset), log_seq = greatest(p.log_seq, excluded.log_seq),
        watermark = greatest(p.watermark, excluded.watermark)
    """
)
_LOCK_SHARED = text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:name, 0))")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_PARKED_OF = text("SELECT DISTINCT key FROM parked WHERE consumer = :consumer AND key = ANY(:keys)")
_WAITING_OF = text("SELECT DISTINCT topic, key FROM waiting WHERE consumer = :consumer AND key = ANY(:keys)")
_PARKED = text(
    "SELECT topic, partition, kafka_offset, record, error FROM parked"
    " WHERE consumer = :consumer AND key = :key ORDER BY seq"
)
_UNPARK = text("DELETE FROM parked WHERE consumer = :consumer AND key = :key")
_DISCARD = text(
    """
    WITH given_up AS (
        DELETE FROM parked WHERE consumer = :consumer AND topic = :topic AND partition = :partition
        AND kafka_offset = :offset RETURNING *
    )
    INSERT INTO discarded (seq, consumer, key, topic, partition, kafka_offset, event_id, record, error, parked_at,
        reason, discarded_by)
    SELECT seq, consumer, key, topic, partition, CASE WHEN EXISTS (
            SELECT FROM discarded d WHERE d.consumer = :consumer AND d.topic = :topic AND d.partition = :partition
            AND d.kafka_offset = :offset
        ) THEN -seq ELSE kafka_offset END, event_id, record, error, parked_at, :reason, :by
    FROM given_up RETURNING seq
    """
)
_DISCARDED = text(
    "SELECT place FROM (SELECT format('%s[%s]@%s', topic, partition, kafka_offset) AS place, record FROM discarded"
    " WHERE consumer = :consumer) AS d"
    " WHERE (place, record) IN (SELECT * FROM unnest(CAST(:places AS text[]), CAST(:records AS bytea[])))"
)
_PARKED_KEYS = text("SELECT key, count(*) AS n FROM parked WHERE consumer = :consumer GROUP BY key ORDER BY key")


def make_engine(url: str, *, pool: int = 10, limits: DatabaseLimits | None = None) -> Engine:
    """An engine whose sessions speak UTC and give up instead of hanging for ever.

    `pool`: most connections unless the limits say otherwise, which by default come from the environment.
    """
    held = settings.read(DatabaseLimits) if limits is None else limits
    engine = create_engine(
        url,
        pool_size=held.database_pool or pool,
        max_overflow=0,
        pool_timeout=held.pool_wait_seconds,
        pool_pre_ping=True,
        hide_parameters=True,  # errors are logged, and what they were about may be personal
        connect_args=_session(held),
    )
    event.listen(engine, "connect", _send_arrays_in_binary)
    pools.watch(engine)
    return engine


def _session(held: DatabaseLimits) -> dict[str, object]:
    """What libpq is told at each connect."""
    given = {
        "timezone": "UTC",
        "statement_timeout": held.statement_seconds * 1000,
        "lock_timeout": held.lock_seconds * 1000,
        "idle_in_transaction_session_timeout": held.idle_transaction_seconds * 1000,
    }
    return {
        "options": " ".join(f"-c {name}={value}" for name, value in given.items()),
        "connect_timeout": held.connect_seconds,
        "keepalives_idle": max(1, held.dead_peer_seconds // 3),
        "keepalives_interval": max(1, held.dead_peer_seconds // 6),
        "keepalives_count": 4,
        "tcp_user_timeout": held.dead_peer_seconds * 1000,
    }


def stored(row: Row[Any], source: str, log_seq: int | None = None, sequenced_at: datetime | None = None) -> Envelope:
    """The event of a row of `events`, with its place in the log where it has one."""
    return Envelope(
        id=row.event_id,
        type=row.type,
        source=source,
        stream=row.stream,
        version=row.version,
        key=row.key,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        data=row.data.encode(),
        sequenced_at=sequenced_at,
        log_seq=log_seq,
        traceparent=row.traceparent,
    )


def _send_arrays_in_binary(connection: Any, _: object) -> None:
    """psycopg escapes every quote of an array's text form in Python: binary took a seventieth of the time."""
    connection.adapters.register_dumper(list, ListBinaryDumper)


class PostgresStore:
    """The store of one service; `engine` belongs to the caller."""

    def __init__(self, engine: Engine, service: str) -> None:
        self.engine = engine
        self.service = service

    @classmethod
    def at(cls, url: str, service: str, pool: int = 2) -> PostgresStore:
        """A store with an engine of its own, for a process that needs one thread's worth of connections."""
        return cls(make_engine(url, pool=pool), service)

    @contextmanager
    def transaction(self) -> Iterator[PostgresTransaction]:
        """One database transaction."""
        with self.engine.begin() as connection:
            yield PostgresTransaction(connection, self.service)


class PostgresTransaction:
    """Implements `eventkit.store.Transaction`; read models use `connection` beside it."""

    def __init__(self, connection: Connection, service: str) -> None:
        self.connection = connection
        self._source = f"/bugle/{service}"

    def load(self, streams: Collection[str]) -> Mapping[str, Sequence[Envelope]]:
        found: defaultdict[str, list[Envelope]] = defaultdict(list)
        for row in self.connection.execute(_LOAD, {"streams": list(streams)}):
            found[row.stream].append(stored(row, self._source))
        return found

    def append(self, appends: Sequence[Append]) -> list[Envelope]:
        rows = [
            (a.stream, a.expected + n, id, new.type, a.key, new.occurred_at, a.traceparent, new.data)
            for a in appends
            for n, (id, new) in enumerate(a.events, start=1)
        ]
        if not rows:
            return []
        names = ("streams", "versions", "ids", "types", "keys", "occurred", "traces", "data")
        columns: dict[str, list[Any]] = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
        columns["data"] = [data.decode() for data in columns["data"]]
        try:
            recorded_at = self.connection.execute(_APPEND, columns).scalars().first()
        except IntegrityError as error:
            raise _conflict(error) from error
        assert recorded_at is not None
        return [
            Envelope(id, kind, self._source, stream, version, key, occurred, recorded_at, data, traceparent=trace)
            for stream, version, id, kind, key, occurred, trace, data in rows
        ]

    def recall(self, scope: str, keys: Collection[str]) -> Mapping[str, Remembered]:
        rows = self.connection.execute(_RECALL, {"scope": scope, "keys": list(keys)})
        return {row.key: Remembered(bytes(row.digest), row.status, row.body) for row in rows}

    def remember(self, scope: str, answers: Mapping[str, Remembered]) -> None:
        if not answers:
            return
        columns = {
            "scope": scope,
            "keys": list(answers),
            "digests": [answer.digest for answer in answers.values()],
            "statuses": [answer.status for answer in answers.values()],
            "bodies": [answer.body for answer in answers.values()],
        }
        try:
            self.connection.execute(_REMEMBER, columns)
        except IntegrityError as error:
            raise VersionConflict("the idempotency key was answered meanwhile") from error

    def share(self, consumer: str) -> None:
        self.connection.execute(_LOCK_SHARED, {"name": f"consumer/{consumer}"})

    def seize(self, consumer: str) -> None:
        self.connection.execute(_LOCK, {"name": f"consumer/{consumer}"})

    def receive(self, consumer: str, ids: Collection[UUID]) -> set[UUID]:
        if not ids:
            return set()
        # sorted, so that two workers that overlap after a rebalance meet in the same order instead of in a deadlock
        return set(self.connection.execute(_RECEIVE, {"consumer": consumer, "ids": sorted(ids)}).scalars())

    def blocked(self, consumer: str, keys: Collection[str]) -> tuple[set[str], set[tuple[str, str]]]:
        about = {"consumer": consumer, "keys": list(keys)}
        parked = self.connection.execute(_PARKED_OF, about).scalars()
        waiting = self.connection.execute(_WAITING_OF, about)
        return set(parked), {(row.topic, row.key) for row in waiting}

    def park(self, consumer: str, held: Sequence[Held]) -> None:
        if held:
            aside = [_aside(consumer, one) for one in held]
            self.connection.execute(_MAKE_ROOM, aside)
            self.connection.execute(_PARK, aside)

    def parked(self, consumer: str, key: str) -> list[Held]:
        rows = self.connection.execute(_PARKED, {"consumer": consumer, "key": key})
        return [Held(unpack(r.topic, r.partition, r.kafka_offset, bytes(r.record)), r.error) for r in rows]

    def unpark(self, consumer: str, key: str) -> None:
        self.connection.execute(_UNPARK, {"consumer": consumer, "key": key})

    def discard(self, consumer: str, arrival: Arrival, reason: str, by: str) -> bool:
        where = {"topic": arrival.topic, "partition": arrival.partition, "offset": arrival.offset}
        done = self.connection.execute(_DISCARD, {"consumer": consumer, "reason": reason, "by": by, **where})
        return done.first() is not None

    def discarded(self, consumer: str, arrivals: Sequence[Arrival]) -> set[str]:
        if not arrivals:
            return set()
        about = {"places": [arrival.place for arrival in arrivals], "records": list(map(pack, arrivals))}
        return set(self.connection.execute(_DISCARDED, {"consumer": consumer, **about}).scalars())

    def parked_keys(self, consumer: str) -> dict[str, int]:
        rows = self.connection.execute(_PARKED_KEYS, {"consumer": consumer})
        return {row.key: row.n for row in rows}

    def wait(self, consumer: str, held: Sequence[Held]) -> None:
        if held:
            self.connection.execute(_WAIT, [_aside(consumer, one) for one in held])

    def release(self, consumer: str, tokens: Collection[str], stale: int = 0) -> list[Arrival]:
        rows = self.connection.execute(_RELEASE, {"consumer": consumer, "tokens": list(tokens), "stale": stale})
        return [unpack(r.topic, r.partition, r.kafka_offset, bytes(r.record)) for r in rows]

    def advance(self, consumer: str, progress: Mapping[tuple[str, int], Progress]) -> None:
        if not progress:
            return
        columns = {
            "consumer": consumer,
            "topics": [topic for topic, _ in progress],
            "partitions": [partition for _, partition in progress],
            "offsets": [p.next_offset for p in progress.values()],
            "seqs": [p.log_seq for p in progress.values()],
            "marks": [p.watermark for p in progress.values()],
        }
        self.connection.execute(_ADVANCE, columns)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        with self.connection.begin_nested():
            yield


def _aside(consumer: str, held: Held) -> dict[str, object]:
    arrival = held.arrival
    content = arrival.content
    return {
        "consumer": consumer,
        "key": arrival.lane,
        "topic": arrival.topic,
        "partition": arrival.partition,
        "offset": arrival.offset,
        "event_id": None if content is None or isinstance(content, Watermark) else content.id,
        "record": pack(arrival),
        "reason": held.reason,
    }


def _conflict(error: IntegrityError) -> Exception:
    """A VersionConflict for the two constraints that mean one; any other violation stays itself."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None and diagnosis.constraint_name in ("events_stream_version", "events_event_id"):
        return VersionConflict(diagnosis.message_detail or diagnosis.constraint_name)
    return error
