"""Reading and writing the topics of an arena behind the services' backs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from bugle.chaos.arena import Arena
from eventkit.access import clients

LARGEST = 8 << 20
"""Bytes that a record may have, as in infra/topics.toml."""


def send(producer: KafkaProducer, record: Any, key: bytes, value: bytes) -> None:
    """A record like another one, at the end of the same partition."""
    producer.send(record.topic, value, key=key, headers=record.headers, partition=record.partition)


@contextmanager
def producing(arena: Arena) -> Iterator[KafkaProducer]:
    """A producer; what it was given is in Kafka when the block ends."""
    options = clients(arena.system.kafka_access) | {"max_request_size": LARGEST}
    producer = KafkaProducer(**options, acks="all", metrics_enabled=False)
    try:
        yield producer
        producer.flush(timeout=30)
    finally:
        producer.close()


def records(arena: Arena, service: str) -> list[Any]:
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
