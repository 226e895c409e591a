"""What may lie in a topic: repetitions in any order, bytes that are no event, types that nobody knows, large events."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import orjson
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import NonEmptyGroupError

from bugle.chaos.arena import Arena, until
from bugle.chaos.client import AGENCY, UNIT, Client
from bugle.chaos.faults.handlers import discard
from bugle.verify.consumption import SOURCES
from bugle.verify.event import SERVICES
from eventkit.access import clients
from eventkit.codec import NewEvent
from eventkit.postgres import PostgresStore, make_engine
from eventkit.store import Append

COPIES, MOST = 3, 200


def duplicate(arena: Arena) -> None:
    """The newest events of each topic three times more, in no order."""
    dice = random.Random(f"{arena.seed}-{arena.trials}")
    with _producer(arena) as producer:
        for service in SERVICES:
            copies = [record for record in _records(arena, service) if record.key][-MOST:] * COPIES
            dice.shuffle(copies)
            for record in copies:
                _send(producer, record, record.key, record.value)


def forget_offsets(arena: Arena) -> None:
    """Every consumer begins at the first record again."""
    workers = [f"{consumer}-worker" for consumer in SOURCES]
    arena.system.stop(workers)
    admin = KafkaAdminClient(**clients(arena.system.kafka_access))
    try:
        for consumer in SOURCES:
            group = f"{arena.system.topic_prefix}{consumer}"
            until(partial(_forgotten, admin, group), f"the end of the group {group}")
    finally:
        admin.close()
    arena.system.start(workers)


def _forgotten(admin: KafkaAdminClient, group: str) -> bool:
    """Whether no offset of the group is left; they cannot be deleted while a member is still in it."""
    held = admin.list_group_offsets({group: None}).get(group, {})
    with suppress(NonEmptyGroupError):
        admin.delete_group_offsets(group, list(held))
    return not held


def break_json(arena: Arena) -> None:
    """A record that is no event, under a case's key: its readers park it, and the case goes on when it is discarded."""
    case = arena.reported()
    until(partial(arena.applied, "reporting", case), "a report's way to the projection")
    with _producer(arena) as producer:
        record = next(record for record in _records(arena, "intake") if record.key == case.encode())
        _send(producer, record, record.key, b'{"title": ')
    _given_up("intake", case, arena)
    for consumer in _readers("intake"):
        until(partial(arena.applied, consumer, case), f"{consumer}'s going on with {case}")


def tell_unknown_type(arena: Arena) -> None:
    """A type that a later version of intake may tell, to consumers of today."""
    case = _tell(arena, "novelty", "bugle.intake.novelty_seen.v1", {"what": "drill"})
    for consumer in _readers("intake"):
        until(partial(arena.applied, consumer, case), f"{consumer}'s passing over {case}")


def tell_misshapen(arena: Arena) -> None:
    """A report that lacks what its schema promises: its readers park it, until it is discarded."""
    case = _tell(arena, "issue", "bugle.intake.issue_reported.v1", {"issue": "drill"})
    _given_up("intake", case, arena)


def _given_up(service: str, key: str, arena: Arena) -> None:
    """Every reader parks a record of the service, and the operator discards it."""
    for consumer in _readers(service):
        until(partial(arena.parked, consumer, key), f"{consumer}'s parking of {key}")
        discard(consumer, key, arena)


def publish_large(arena: Arena) -> None:
    """A directory as large as a request may be, another each time; the relay must bring it through."""
    units = [
        {"id": UNIT, "name": "供电公司", "kind": "department", "synthetic": True},
        {"id": "drill", "name": str(uuid4()), "kind": "department", "synthetic": True},
    ]
    size = len(orjson.dumps({"units": units, "people": []}))
    while size < LARGE:
        unit = {"id": f"unit-{len(units)}", "name": "演练" * 90, "kind": "department", "synthetic": True}
        units.append(unit)
        size += len(orjson.dumps(unit)) + 1
    units.pop()
    with closing(Client(arena.system, arena.ledger)) as client:
        client.put("intake", f"/directories/{AGENCY}", {"units": units, "people": []})


LARGE = 1_048_500
"""Bytes: a request may have 1 MiB, and its event says a little more."""


def _tell(arena: Arena, prefix: str, type: str, body: dict[str, Any]) -> str:
    """Record an event of intake as its own program would; its key."""
    key = str(uuid4())
    new = NewEvent(type, orjson.dumps(body), datetime.now(UTC))
    engine = make_engine(arena.system.database("intake").url, pool=1)
    try:
        with PostgresStore(engine, "intake").transaction() as tx:
            tx.append([Append(f"{prefix}-{key}", key, 0, [(uuid4(), new)])])
    finally:
        engine.dispose()
    return key


def _readers(service: str) -> list[str]:
    return [consumer for consumer, sources in SOURCES.items() if service in sources]


def _send(producer: KafkaProducer, record: Any, key: bytes, value: bytes) -> None:
    producer.send(record.topic, value, key=key, headers=record.headers, partition=record.partition)


@contextmanager
def _producer(arena: Arena) -> Iterator[KafkaProducer]:
    producer = KafkaProducer(**clients(arena.system.kafka_access), acks="all", metrics_enabled=False)
    try:
        yield producer
        producer.flush(timeout=30)
    finally:
        producer.close()


def _records(arena: Arena, service: str) -> list[Any]:
    """All that lies in a topic now."""
    topic = f"{arena.system.topic_prefix}{service}.events"
    consumer = KafkaConsumer(**clients(arena.system.kafka_access), enable_auto_commit=False)
    try:
        places = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic)]
        ends = {place: end for place, end in consumer.end_offsets(places).items() if end}
        consumer.assign(list(ends))
        consumer.seek_to_beginning(*ends)
        found: list[Any] = []
        while any(consumer.position(place) < end for place, end in ends.items()):
            found += [record for records in consumer.poll(timeout_ms=1000).values() for record in records]
    finally:
        consumer.close()
    return found


FAULTS: dict[str, Callable[[Arena], None]] = {
    "events come three times, shuffled": duplicate,
    "a record is broken JSON": break_json,
    "an event has an unknown type": tell_unknown_type,
    "an event does not fit its schema": tell_misshapen,
    "an event is as large as may be": publish_large,
    "offsets go back to the start": forget_offsets,
}
