"""Reads topics from offset to offset, without a consumer group: it leaves no trace there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from time import monotonic
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from eventkit import arrivals
from eventkit.access import clients
from eventkit.envelope import Envelope
from eventkit.settings import KafkaSettings
from reporting.rebuild.places import Extent, Place

SILENCE_SECONDS = 60.0


class Silent(Exception):
    """Kafka does not give records that must be there. Check that the broker is up and has all its data."""


class Topics:
    """A reader of many places; one at a time uses it."""

    def __init__(self, kafka: KafkaSettings, prefix: str) -> None:
        self._prefix = prefix
        self._consumer = KafkaConsumer(
            **clients(kafka),
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            max_poll_records=5_000,
            fetch_max_bytes=32 * 1024 * 1024,
            max_partition_fetch_bytes=8 * 1024 * 1024,
        )

    def close(self) -> None:
        """Leave the broker."""
        self._consumer.close()

    def read(self, starts: Mapping[Place, int], extent: Extent) -> Iterator[list[Envelope]]:
        """The events of each place from its start (0 by default) to its end, in order within a place.

        Left out are watermarks, malformed records (the worker could not apply them either) and every copy of
        what was set aside.
        """
        ends = {place: end for place, end in extent.ends.items() if end > starts.get(place, 0)}
        of = {TopicPartition(f"{self._prefix}{topic}", number): (topic, number) for topic, number in ends}
        self._consumer.assign(list(of))
        self._consumer.resume(*of)  # a partition that was paused by the reading before is so still
        for partition, place in of.items():
            self._consumer.seek(partition, starts.get(place, 0))
        heard = monotonic()
        while of:
            for partition, records in self._consumer.poll(timeout_ms=500).items():
                heard = monotonic()
                if partition in of:
                    yield _events(records, of[partition], ends[of[partition]], extent)
            done = [partition for partition, place in of.items() if self._consumer.position(partition) >= ends[place]]
            for partition in done:
                del of[partition]
                self._consumer.pause(partition)
            if monotonic() - heard > SILENCE_SECONDS:
                raise Silent


def _events(records: list[Any], place: Place, end: int, extent: Extent) -> list[Envelope]:
    events = []
    aside = set(extent.aside.values())
    for record in records:
        if record.offset >= end:
            break
        content = arrivals.read(*place, record.offset, record.key, record.value, record.headers).content
        if isinstance(content, Envelope) and content.id not in aside:
            events.append(content)
    return events
