"""How far a service is behind, looked up in its own database when Prometheus asks.

The process that answers HTTP tells it, because the relay, the worker or the sweeper may be what is down.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from threading import Lock
from time import monotonic

from prometheus_client import Gauge
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from eventkit.clocks import Agenda
from eventkit.envelope import PARTITIONS

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
Look = Callable[[Connection, str], None]
"""Brings gauges up to the tables; it is given the service's name, which is its consumer's too."""

database_up = Gauge("bugle_database_up", "1 while the service's database answers", ["service"])
pending = Gauge("bugle_pending_events", "Events that are recorded and not yet in the log", ["service"])
pending_age = Gauge("bugle_pending_oldest_seconds", "How long the oldest of them has waited", ["service"])
unpublished = Gauge("bugle_unpublished_events", "Events in the log that Kafka has not acknowledged", ["service"])
age = Gauge(
    "bugle_consumer_watermark_age_seconds",
    "How old what the consumer has applied of a source is, in the partition that is furthest behind; all time since"
    " 1970 while one was never read",
    ["consumer", "source"],
)
applied_seq = Gauge("bugle_consumer_log_seq", "log_seq up to which all of a source is applied", ["consumer", "source"])
parked_keys = Gauge("bugle_consumer_parked_keys", "Keys of which an event is parked", ["consumer"])
parked_events = Gauge("bugle_consumer_parked_events", "Events that are parked", ["consumer"])
waiting_events = Gauge("bugle_consumer_waiting_events", "Events that wait for a predecessor", ["consumer"])
due = Gauge("bugle_sweep_due_keys", "Keys whose next moment has passed by the clock", ["table"])
overdue = Gauge("bugle_sweep_overdue_keys", "Keys that the sweeper could take now", ["table"])
late = Gauge("bugle_sweep_late_seconds", "How far watermarks are past the moment of the most overdue key", ["table"])

_FOUND = (pending, pending_age, unpublished, age, applied_seq, parked_keys, parked_events, waiting_events)
_SWEPT = (due, overdue, late)

_BACKLOG = text(
    "SELECT count(*) AS number, coalesce(extract(epoch FROM clock_timestamp() - min(e.recorded_at)), 0) AS age,"
    " (SELECT log_seq - published_seq FROM relay_state) AS unpublished FROM pending JOIN events e USING (position)"
)
_PROGRESS = text(
    # a partition that was never read has no row: all of it is missing, as where no watermark has come
    "SELECT topic, extract(epoch FROM clock_timestamp() - CASE WHEN whole THEN watermark ELSE 'epoch' END) AS age,"
    " CASE WHEN whole THEN log_seq ELSE 0 END AS log_seq"
    " FROM (SELECT topic, min(watermark) AS watermark, min(log_seq) AS log_seq, count(*) >= :partitions AS whole"
    " FROM progress WHERE consumer = :consumer GROUP BY topic) AS of"
)
_ASIDE = text(
    "SELECT (SELECT count(DISTINCT key) FROM parked WHERE consumer = :consumer) AS keys,"
    " (SELECT count(*) FROM parked WHERE consumer = :consumer) AS events,"
    " (SELECT count(*) FROM waiting WHERE consumer = :consumer) AS waiting"
)


def backlog(connection: Connection, service: str) -> None:
    """What the relay has before it."""
    row = connection.execute(_BACKLOG).one()
    pending.labels(service).set(row.number)
    pending_age.labels(service).set(float(row.age))
    unpublished.labels(service).set(row.unpublished)


def consumption(connection: Connection, service: str) -> None:
    """How far the worker is, and what it has set aside."""
    for row in connection.execute(_PROGRESS, {"consumer": service, "partitions": PARTITIONS}):
        source = row.topic.removesuffix(".events")
        age.labels(service, source).set(float(row.age))
        applied_seq.labels(service, source).set(row.log_seq)
    found = connection.execute(_ASIDE, {"consumer": service}).one()
    parked_keys.labels(service).set(found.keys)
    parked_events.labels(service).set(found.events)
    waiting_events.labels(service).set(found.waiting)


def sweeps(agendas: Sequence[Agenda]) -> Look:
    """What the sweeper has before it."""

    def look(connection: Connection, service: str) -> None:
        for agenda in agendas:
            row = connection.execute(agenda.depth, agenda.about(0)).one()
            due.labels(agenda.table).set(row.due)
            overdue.labels(agenda.table).set(row.overdue)
            late.labels(agenda.table).set(float(row.late))

    return look


class Depths:
    """Looks at most every two seconds; while the database is away its figures are absent, not old."""

    def __init__(self, engine: Engine, service: str, looks: Sequence[Look]) -> None:
        self._engine = engine
        self._service = service
        self._looks = looks
        self._lock = Lock()
        self._next = 0.0

    def tell(self) -> None:
        """Bring all gauges up to the tables."""
        with self._lock:
            if monotonic() >= self._next:
                self._look()
                self._next = monotonic() + LOOK_SECONDS

    def _look(self) -> None:
        try:
            with self._engine.connect() as connection:
                for look in self._looks:
                    look(connection, self._service)
        except SQLAlchemyError as error:
            log.warning("the depths of %s cannot be looked up: %s", self._service, error)
            database_up.labels(self._service).set(0)
            for gauge in (*_FOUND, *_SWEPT):
                gauge.clear()
        else:
            database_up.labels(self._service).set(1)
