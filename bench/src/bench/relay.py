"""Workload `relay`: draining a backlog into Kafka, against a bare producer; then the lag of a steady trickle."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from statistics import quantiles
from threading import Event, Thread
from time import perf_counter, sleep

from kafka import KafkaProducer
from sqlalchemy import Engine

from bench.databases import fill, log_database
from bench.harness import Reading, Size, compare
from bench.topics import Publisher, prefixed
from bench.workload import envelopes, event_id, new_event, streams
from bugle.stack import Stack
from eventkit.envelope import Envelope, partition_of, to_record
from eventkit.postgres import PostgresStore, make_engine
from eventkit.relay import Relay
from eventkit.settings import KafkaSettings
from eventkit.store import Append

_STEADY_RATE = 100
"""Events a second; the busiest hotline known has 51 requests a second."""


class _Observed(Publisher):
    """Says when so many events have been acknowledged, and how long each took from its commit."""

    def __init__(self, kafka: KafkaSettings, topic: str, wanted: int) -> None:
        super().__init__(kafka, topic)
        self.reached = Event()
        self.lags: list[float] = []
        self._wanted = wanted
        self._open: list[Envelope] = []

    def publish(self, events: Sequence[Envelope]) -> None:
        super().publish(events)
        self._open.extend(events)

    def confirm(self) -> None:
        super().confirm()
        now = datetime.now(UTC)
        self.lags += [(now - event.recorded_at).total_seconds() for event in self._open]
        self._open.clear()
        if len(self.lags) >= self._wanted:
            self.reached.set()


def measure(servers: Stack, size: Size) -> Reading:
    """Events per second of a backlog; `lag_p99_ms` from commit to acknowledgement afterwards."""
    with prefixed(servers, "relay") as prefix:
        topic = f"{prefix}intake.events"
        ours = partial(_drain, servers, topic, size.relay_events)
        limit = partial(_produce, servers.kafka.address, topic, size.relay_events)
        reading = compare("relay", "events/s", ours, limit, size.repeats)
        return reading.with_extra(
            lag_p99_ms=round(_lag(servers, topic, 10 * size.repeats * _STEADY_RATE // 5) * 1000, 1)
        )


def _run(engine: Engine, publisher: _Observed) -> tuple[Relay, Thread]:
    relay = Relay(engine, "intake", lambda: publisher)
    thread = Thread(target=relay.run)
    thread.start()
    return relay, thread


def _drain(servers: Stack, topic: str, count: int, repeat: int) -> float:
    database = log_database(servers)
    fill(database, list(envelopes(count, repeat)))
    engine = make_engine(database.url, pool=2)
    began = perf_counter()
    publisher = _Observed(servers.system.kafka_access, topic, count)
    relay, thread = _run(engine, publisher)
    publisher.reached.wait()
    took = perf_counter() - began
    relay.stopping.set()
    thread.join()
    engine.dispose()
    return count / took


def _produce(bootstrap: str, topic: str, count: int, repeat: int) -> float:
    """kafka-python alone, acks=all, with the relay's settings and the same bytes, made beforehand."""
    records = [(*to_record(event), partition_of(event.key)) for event in envelopes(count, repeat)]
    began = perf_counter()
    producer = KafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        linger_ms=2,
        batch_size=262_144,
        metrics_enabled=False,
    )
    for key, value, headers, partition in records:
        producer.send(topic, value, key=key, headers=headers, partition=partition)
    producer.flush()
    took = perf_counter() - began
    producer.close()
    return count / took


def _lag(servers: Stack, topic: str, count: int) -> float:
    """Seconds from commit to acknowledgement within which 99 of 100 events are, at a steady trickle."""
    database = log_database(servers)
    engine = make_engine(database.url, pool=4)
    publisher = _Observed(servers.system.kafka_access, topic, count)
    relay, thread = _run(engine, publisher)
    store = PostgresStore(engine, "intake")
    for number, stream in zip(range(count), streams(99), strict=False):
        with store.transaction() as tx:
            id = event_id(99, number)
            tx.append([Append(f"{stream}-{number}", stream, 0, [(id, new_event(number))])])
        sleep(1 / _STEADY_RATE)
    publisher.reached.wait()
    relay.stopping.set()
    thread.join()
    engine.dispose()
    return quantiles(publisher.lags, n=100)[98]
