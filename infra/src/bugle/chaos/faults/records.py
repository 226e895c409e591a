"""What may lie in a topic: repetitions, in any order."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from bugle.chaos.arena import Arena
from bugle.verify.event import SERVICES
from eventkit.access import clients

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


FAULTS: dict[str, Callable[[Arena], None]] = {"events come three times, shuffled": duplicate}
