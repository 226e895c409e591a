"""What runs out: finding the keys of which something is due in event time, and deciding on them, once.

A service keeps a table with a row per key: its partition, and `ripe_at`, the next moment at which something of the key
happens if no further event comes. A key is taken when the watermarks of all followed topics, in its partition, have
passed that moment: then every event sequenced until then has been applied, and whoever decides sees the same events,
however late he is. A key of which an event is parked or waits is left alone.

Rows are locked with SKIP LOCKED, so several sweepers share the work; what is decided is appended with the expected
version, so even two that met could not do it twice. An idle sweep is one index probe per partition.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from time import monotonic
from typing import Protocol

from prometheus_client import Counter, Gauge, Histogram
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from eventkit import backoff
from eventkit.delivery import Policy, policy_of
from eventkit.envelope import PARTITIONS
from eventkit.errors import VersionConflict
from eventkit.postgres import PostgresStore, PostgresTransaction
from eventkit.session import Projector, Session
from eventkit.tracing import span

log = logging.getLogger(__name__)

PER_PARTITION = 50
"""Keys taken per partition and transaction: a conflict with the worker costs at most this much work again."""

IDLE_SECONDS = 0.5
POSTPONED = timedelta(minutes=1)

CONFLICTS = 5
"""After so many conflicts of one chunk it is no other writer but a key of it, say an event whose id is recorded."""

AGAIN_SECONDS = (0.05, 1.0)

swept = Counter("bugle_sweep_keys", "Keys of which something was due", ["consumer"])
fired = Counter("bugle_sweep_events", "Events that came of it", ["consumer"])
failed = Counter("bugle_sweep_failures", "Keys that failed, tried again a minute later", ["consumer"])
conflicts = Counter("bugle_sweep_conflicts", "Chunks given up because another writer was first", ["consumer"])
seconds = Histogram("bugle_sweep_seconds", "From asking what is due to the commit of a chunk", ["consumer"])
last = Gauge("bugle_sweep_last_seconds", "Unix time at which nothing more was due", ["consumer"])


@dataclass(frozen=True, slots=True)
class Ripe:
    """A key of which something is due. Every event sequenced before or at `upto` has been applied."""

    key: str
    upto: datetime


class Decide(Protocol):
    """What a service does with ripe keys, in one transaction."""

    def prepare(self, session: Session, ripe: Sequence[Ripe]) -> None:
        """Load the streams of all keys in one query."""

    def decide(self, session: Session, ripe: Ripe) -> int:
        """Record what has come of one key before `upto`; how many events that were."""

    def finish(self, session: Session, ripe: Sequence[Ripe]) -> None:
        """Put down the next moment of each key, which is not before its `upto`."""


class Agenda:
    """The table of ripe moments: `table` has the columns `key`, partition (integer) and ripe_at (timestamptz).

    `everywhere`: what a key goes by comes in all partitions, not in its own alone, so the watermarks of all are waited
    for, and the table needs no partition. `limit` then holds for all keys together. `depth` counts what is due.
    """

    def __init__(self, table: str, key: str, consumer: str, topics: Sequence[str], *, everywhere: bool = False) -> None:
        self.consumer = consumer
        self.table = table
        count = len(topics) * (PARTITIONS if everywhere else 1)
        self._about = {"consumer": consumer, "topics": list(topics), "count": count}
        self.depth = text(_depth(table, key, everywhere))
        self.query = text(_everywhere(table, key) if everywhere else _by_partition(table, key))
        self._postpone = text(f"UPDATE {table} SET ripe_at = :until WHERE {key} = :key")

    def about(self, limit: int) -> dict[str, object]:
        """The parameters of `query`."""
        return {**self._about, "limit": limit}

    def ripe(self, connection: Connection, limit: int) -> list[Ripe]:
        """Up to `limit` keys of each partition, the earliest first, locked until the transaction ends."""
        rows = connection.execute(self.query, self.about(limit))
        return [Ripe(row.key, row.upto) for row in rows]

    def postpone(self, connection: Connection, ripe: Sequence[Ripe]) -> None:
        """Have keys that failed tried again later, so that they do not stand in the way of others."""
        if ripe:
            later = [{"key": one.key, "until": one.upto + POSTPONED} for one in ripe]
            connection.execute(self._postpone, later)


def _by_partition(table: str, key: str) -> str:
    return f"""
        WITH level AS MATERIALIZED (
            SELECT partition, min(watermark) AS upto FROM progress
            WHERE consumer = :consumer AND topic = ANY(:topics)
            GROUP BY partition HAVING count(*) = :count
        )
        SELECT due.{key} AS key, level.upto FROM level CROSS JOIN LATERAL (
            SELECT a.{key} FROM {table} a
            WHERE a.partition = level.partition AND a.ripe_at < level.upto AND {_free(key)}
            ORDER BY a.ripe_at LIMIT :limit FOR UPDATE OF a SKIP LOCKED
        ) due
    """


def _everywhere(table: str, key: str) -> str:
    return f"""
        WITH level AS MATERIALIZED (
            SELECT min(watermark) AS upto FROM progress
            WHERE consumer = :consumer AND topic = ANY(:topics) HAVING count(*) = :count
        )
        SELECT a.{key} AS key, level.upto FROM level, {table} a
        WHERE a.ripe_at < level.upto AND {_free(key)}
        ORDER BY a.ripe_at LIMIT :limit FOR UPDATE OF a SKIP LOCKED
    """


def _depth(table: str, key: str, everywhere: bool) -> str:
    """Due by the clock; overdue by the watermarks and free; how late the most overdue is, in seconds."""
    place = "true" if everywhere else "level.partition = a.partition"
    columns, group = ("", "") if everywhere else ("partition, ", "GROUP BY partition")
    return f"""
        WITH level AS MATERIALIZED (
            SELECT {columns}min(watermark) AS upto FROM progress
            WHERE consumer = :consumer AND topic = ANY(:topics) {group} HAVING count(*) = :count
        ), ripe AS (
            SELECT level.upto - a.ripe_at AS late, a.ripe_at < level.upto AND {_free(key)} AS overdue
            FROM {table} a LEFT JOIN level ON {place} WHERE a.ripe_at < clock_timestamp()
        )
        SELECT count(*) AS due, count(*) FILTER (WHERE overdue) AS overdue,
            coalesce(extract(epoch FROM max(late) FILTER (WHERE overdue)), 0) AS late FROM ripe
    """


def _free(key: str) -> str:
    """No event of the key is parked or waits."""
    return f"""
        NOT EXISTS (SELECT FROM parked p WHERE p.consumer = :consumer AND p.key = a.{key}::text)
        AND NOT EXISTS (SELECT FROM waiting w WHERE w.consumer = :consumer AND w.key = a.{key}::text)
    """


def run(sweepers: Sequence[Sweeper], stop: Event, idle: float = IDLE_SECONDS) -> None:
    """Sweep until told to stop. A server that is away is waited for; what is no fault of a key ends the process."""
    while not stop.is_set():
        try:
            for sweeper in sweepers:
                sweeper.sweep(stop)
            stop.wait(idle)
        except DBAPIError as error:
            if policy_of(error) is not Policy.RETRY:
                raise
            log.warning("the sweep is tried again: %s", error)
            stop.wait(backoff.pause(1, 2 * idle, 4 * idle))


class Sweeper:
    """Decides on what is due, chunk by chunk, each in a transaction of its own."""

    def __init__(
        self,
        store: PostgresStore,
        agenda: Agenda,
        decide: Decide,
        *,
        limit: int = PER_PARTITION,
        projectors: Sequence[Projector] = (),
    ) -> None:
        self._store = store
        self._projectors = projectors
        self._agenda = agenda
        self._decide = decide
        self._limit = limit
        self._swept_at = monotonic()

    def sweep(self, stop: Event | None = None) -> int:
        """All that is due now, or as much of it as comes before `stop`, in whole chunks; how many events came of it.

        A chunk that fails, or keeps meeting other writers, is swept key by key, and the key at fault is postponed.
        """
        stop = Event() if stop is None else stop
        count = failures = 0
        while not stop.is_set():
            try:
                ripe, events = self._chunk(self._settle if failures < CONFLICTS else self._one_by_one)
            except Exception as error:
                failures = self._failed(error, failures)
                stop.wait(backoff.pause(failures, *AGAIN_SECONDS))
                continue
            count += events
            failures = 0
            if not ripe:
                self._swept_at = monotonic()
                last.labels(self._agenda.consumer).set_to_current_time()
                break
        return count

    def _failed(self, error: Exception, failures: int) -> int:
        """How often the chunk has failed now, CONFLICTS when it is to be swept key by key; raises what is of no key."""
        if failures >= CONFLICTS or not _of_a_key(error):
            raise error
        if isinstance(error, VersionConflict):
            log.info("a chunk is swept again: %s", error)
            conflicts.labels(self._agenda.consumer).inc()
            return failures + 1
        log.warning("a chunk failed and is swept key by key: %s", error)
        return CONFLICTS

    def check(self, silence: float = 30.0) -> None:
        """For readiness: raises when no sweep has come to its end for so many seconds."""
        if monotonic() - self._swept_at > silence:
            raise TimeoutError(f"no sweep has ended for {silence:.0f} s")

    def _chunk(self, settle: Callable[[PostgresTransaction, Sequence[Ripe]], int]) -> tuple[int, int]:
        """How many keys were taken and how many events came of them."""
        consumer = self._agenda.consumer
        with seconds.labels(consumer).time(), self._store.transaction() as tx:
            tx.share(consumer)
            ripe = self._agenda.ripe(tx.connection, self._limit)
            events = settle(tx, ripe) if ripe else 0
        swept.labels(consumer).inc(len(ripe))
        fired.labels(consumer).inc(events)
        return len(ripe), events

    def _one_by_one(self, tx: PostgresTransaction, ripe: Sequence[Ripe]) -> int:
        """What `_settle` does, but a key that fails, also as it is written, is undone alone."""
        count = 0
        for one in ripe:
            try:
                with tx.savepoint():
                    count += self._settle(tx, [one])
            except Exception as error:
                if not _of_a_key(error):
                    raise
                _tell(one)
                self._postpone(tx, [one])
        return count

    def _settle(self, tx: PostgresTransaction, ripe: Sequence[Ripe]) -> int:
        session = Session(tx, self._projectors)
        self._decide.prepare(session, ripe)
        count = 0
        broken: list[Ripe] = []
        for one in ripe:
            mark = session.mark()
            try:
                with span(f"sweep {self._agenda.table}"):
                    count += self._decide.decide(session, one)
            except (DBAPIError, VersionConflict):
                raise
            except Exception:
                session.undo(mark)
                _tell(one)
                broken.append(one)
        self._decide.finish(session, [one for one in ripe if one not in broken])
        session.flush()
        self._postpone(tx, broken)
        return count

    def _postpone(self, tx: PostgresTransaction, broken: Sequence[Ripe]) -> None:
        self._agenda.postpone(tx.connection, broken)
        failed.labels(self._agenda.consumer).inc(len(broken))


def _tell(broken: Ripe) -> None:
    """Log the error in hand."""
    log.exception("the sweep of a key failed", extra={"about": {"key": broken.key}})


def _of_a_key(error: Exception) -> bool:
    """Whether it may be the fault of one key: another writer was first at it, or it cannot be decided or written."""
    return isinstance(error, VersionConflict) or policy_of(error) is Policy.PARK
