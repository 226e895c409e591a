"""Workload `rebuild`: all projections anew from Kafka under live traffic, against a consumer that only decodes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import count
from threading import Event, Thread
from time import perf_counter, sleep

import orjson
import psycopg
from kafka import KafkaConsumer, TopicPartition

from bench.cases import walks
from bench.harness import Reading, Size, compare
from bench.topics import TOPICS, Publisher, prefixed
from bugle.stack import Stack
from bugle.stack.databases import Database, migrate, plain
from bugle.stack.home import ROOT
from eventkit.envelope import PARTITIONS
from eventkit.settings import KafkaSettings

_LIVE_RATE = 50
"""Events a second of the traffic that goes on meanwhile: the busiest hotline known has 51 requests a second."""


def measure(servers: Stack, size: Size) -> Reading:
    """Events per second from the start of a rebuild to its swap; each must come out equal to the live tables."""
    database = servers.create_database(f"bench_{os.urandom(4).hex()}")
    migrate(ROOT / "services" / "reporting" / "migrations", database.owner_url)
    with prefixed(servers, "rebuild") as prefix, tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "BUGLE_DATABASE_URL": database.url,
            "BUGLE_OWNER_DATABASE_URL": database.owner_url,
            "BUGLE_KAFKA": servers.kafka.address,
            "BUGLE_TOPIC_PREFIX": prefix,
            "BUGLE_DATA_DIR": folder,
            "BUGLE_METRICS_PORT": "0",
        }
        published = _publish(servers.system.kafka_access, prefix, size.rebuild_events, seed=0)
        with _worker(environment):
            filled = _wait(database, published)
            ours = partial(_rebuild, environment, prefix)
            limit = partial(_decode, servers.kafka.address, prefix)
            return compare("rebuild", "events/s", ours, limit, size.repeats).with_extra(worker=round(filled))


def _publish(kafka: KafkaSettings, prefix: str, events: int, seed: int, stopping: Event | None = None) -> int:
    """Publish cases; slowly, until `stopping`, where it is given. How many events."""
    publishers = {topic.split(".")[0]: Publisher(kafka, prefix + topic) for topic in TOPICS}
    sent = 0
    for event in walks(events, seed):
        publishers[event.service].publish([event])
        sent += 1
        if stopping is not None:
            publishers[event.service].confirm()
            if stopping.wait(1 / _LIVE_RATE):
                break
    for publisher in publishers.values():
        publisher.confirm()
        publisher.close()
    return sent


@contextmanager
def _worker(environment: Mapping[str, str]) -> Iterator[None]:
    command = [sys.executable, "-m", "reporting.entrypoints.worker"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


def _wait(database: Database, published: int) -> float:
    """Until the worker has applied everything; its events per second."""
    began, before = 0.0, 0
    with psycopg.connect(plain(database.url), autocommit=True) as connection:
        while True:
            (applied,) = connection.execute("SELECT coalesce(sum(next_offset), 0) FROM progress").fetchone() or (0,)
            if applied and not began:
                began, before = perf_counter(), int(applied)
            if applied >= published:
                return (published - before) / max(perf_counter() - began, 0.001)
            sleep(0.2)


_seeds = count(1)


def _rebuild(environment: Mapping[str, str], prefix: str, repeat: int) -> float:
    stopping = Event()
    live = Thread(
        target=_publish,
        args=(KafkaSettings(kafka=environment["BUGLE_KAFKA"]), prefix, 1_000_000, next(_seeds), stopping),
    )
    live.start()
    command = [sys.executable, "-m", "reporting.entrypoints.rebuild", "--json"]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, check=False)
    finally:
        stopping.set()
        live.join()
    if done.returncode:
        raise RuntimeError(f"the rebuild ended with status {done.returncode}:\n{done.stderr.decode()[-4000:]}")
    report = orjson.loads(done.stdout)
    if not report["equal"]:
        raise RuntimeError(f"the rebuilt tables differ: {report['differing']}")
    return float(report["events"] / report["seconds"])


def _decode(kafka: str, prefix: str, repeat: int) -> float:
    consumer = KafkaConsumer(bootstrap_servers=kafka, group_id=None, enable_auto_commit=False, max_poll_records=5_000)
    places = [TopicPartition(prefix + topic, number) for topic in TOPICS for number in range(PARTITIONS)]
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    left = sum(consumer.end_offsets(places).values())
    events, began = 0, perf_counter()
    while events < left:
        for records in consumer.poll(timeout_ms=1_000).values():
            for record in records:
                orjson.loads(record.value)
            events += len(records)
    took = perf_counter() - began
    consumer.close()
    return events / took
