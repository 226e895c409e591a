"""Reading the topics of Kafka once over, a partition of all services at a time.

All events of a key lie in the partition of the same number in each topic, so one number holds whole cases, and memory
is bounded by a twelfth of the events.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from bugle.verify.event import SERVICES
from eventkit.access import clients
from eventkit.settings import KafkaSettings

_SILENCE_SECONDS = 30


class KafkaSilent(Exception):
    """Kafka answers no more although records are left to read."""


@dataclass(frozen=True)
class Record:
    """A record as it lies in Kafka."""

    service: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]

    def __str__(self) -> str:
        return f"{self.service}.events partition {self.partition} offset {self.offset}"


def read_through(consumer: KafkaConsumer, ends: Mapping[TopicPartition, int]) -> Iterator[Any]:
    """Every record of the partitions from the first to these ends, as the client gives them, each partition in order.

    KafkaSilent when records are left and none comes.
    """
    left = {place: end for place, end in ends.items() if end}
    if not left:
        return  # every one of them is empty: there is nothing to seek in
    consumer.assign(list(left))
    consumer.seek_to_beginning(*left)
    while left:
        polled = consumer.poll(timeout_ms=_SILENCE_SECONDS * 1000)
        if not polled:
            raise KafkaSilent(f"nothing came of {', '.join(map(_named, left))} in {_SILENCE_SECONDS} s")
        for place, records in polled.items():
            yield from (record for record in records if record.offset < ends[place])
        left = {place: end for place, end in left.items() if consumer.position(place) < end}


def _named(place: TopicPartition) -> str:
    return f"{place.topic}[{place.partition}]"


class KafkaTopics:
    """The three topics from their first record to the last there was at the start."""

    def __init__(self, kafka: KafkaSettings, prefix: str) -> None:
        self._services = {f"{prefix}{service}.events": service for service in SERVICES}
        self._consumer = KafkaConsumer(
            **clients(kafka),
            group_id=None,
            enable_auto_commit=False,
            fetch_max_bytes=8_388_608,
            max_poll_records=2_000,
        )
        held = [self._consumer.partitions_for_topic(topic) or set() for topic in self._services]
        self.partitions = max(map(len, held))
        if any(len(numbers) != self.partitions for numbers in held):
            raise KafkaSilent(f"the topics {', '.join(self._services)} are not all there with the same partitions")
        everything = [TopicPartition(topic, n) for topic in self._services for n in range(self.partitions)]
        self._ends: dict[TopicPartition, int] = self._consumer.end_offsets(everything)

    def read(self, number: int) -> Iterator[Record]:
        """Every record of the partitions with this number, each partition in its order."""
        ends = {place: end for place, end in self._ends.items() if place.partition == number}
        for record in read_through(self._consumer, ends):
            service = self._services[record.topic]
            yield Record(service, number, record.offset, record.key, record.value, list(record.headers))

    def close(self) -> None:
        self._consumer.close()
