"""Stands in for the relays and for Faust: puts made events on the topics and hands them to the worker's processor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from bugle.stack import System
from eventkit.arrivals import read
from eventkit.envelope import PARTITIONS, Envelope, Watermark, to_record, to_watermark_record
from eventkit.postgres import PostgresStore, make_engine
from eventkit.processing import Processor
from eventkit.reactions import BatchReaction
from eventkit.session import Session
from reporting import CONSUMER, TOPICS
from reporting.config import RebuildSettings
from reporting.read_model.writer import project

BATCH = 500


class Delivery:
    """The topics and the worker of one system."""

    def __init__(self, system: System, kafka: str) -> None:
        self.system = system
        self.kafka = kafka
        self.prefix = system.topic_prefix
        database = system.database("reporting")
        self.engine = make_engine(database.url, pool=5)
        self.settings = RebuildSettings(
            owner_database_url=database.owner_url, database_url=database.url, kafka=kafka, topic_prefix=self.prefix
        )
        self._store = PostgresStore(self.engine, CONSUMER)
        self._producer = KafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True, linger_ms=20)
        self._consumer = KafkaConsumer(bootstrap_servers=kafka, group_id=None, auto_offset_reset="earliest")
        self._consumer.assign([TopicPartition(f"{self.prefix}{t}", n) for t in TOPICS for n in range(PARTITIONS)])

    def publish(self, events: Sequence[Envelope], mark: datetime | None = None, *, topic: str | None = None) -> None:
        """Put events on their topics, or on that one, and, behind them, a watermark on every partition."""
        for event in events:
            key, value, headers = to_record(event)
            held = f"{self.prefix}{topic or f'{event.service}.events'}"
            self._producer.send(held, key=key, value=value, headers=headers)
        self._producer.flush()
        if mark is not None:
            self._mark(mark)

    def _mark(self, mark: datetime) -> None:
        for topic in TOPICS:
            value, headers = to_watermark_record(Watermark(topic.split(".")[0], mark, 1))
            for number in range(PARTITIONS):
                self._producer.send(f"{self.prefix}{topic}", value=value, headers=headers, partition=number)
        self._producer.flush()

    def publish_raw(self, key: bytes, value: bytes, partition: int) -> None:
        """Put a record that is no event on intake's topic."""
        self._producer.send(f"{self.prefix}intake.events", key=key, value=value, headers=[], partition=partition)
        self._producer.flush()

    def apply(self, limit: int | None = None, function: Callable[[Session, list[Envelope]], None] = project) -> int:
        """Let the worker handle what has not been read yet, or so many records of it; how many it handled."""
        processor = Processor(self._store, BatchReaction(CONSUMER, TOPICS, function))
        ends = self._consumer.end_offsets(list(self._consumer.assignment()))
        handled = 0
        while any(self._consumer.position(place) < end for place, end in ends.items()):
            wanted = BATCH if limit is None else min(BATCH, limit - handled)
            polled = self._consumer.poll(timeout_ms=200, max_records=wanted)
            for place, records in polled.items():
                topic = place.topic.removeprefix(self.prefix)
                arrivals = [read(topic, r.partition, r.offset, r.key, r.value, r.headers) for r in records]
                processor.process(arrivals)
                handled += len(arrivals)
            if limit is not None and handled >= limit:
                break
        return handled

    def rewind(self) -> None:
        """Read everything from the beginning again."""
        self._consumer.seek_to_beginning()

    def close(self) -> None:
        """Leave servers as they are."""
        self._producer.close()
        self._consumer.close()
        self.engine.dispose()
