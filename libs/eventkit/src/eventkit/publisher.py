"""Sending a service's events and watermarks to its topic."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any, Protocol

from kafka import KafkaProducer
from opentelemetry.trace import SpanKind

from eventkit.access import clients
from eventkit.admission import demand
from eventkit.envelope import PARTITIONS, Envelope, Watermark, partition_of, to_record, to_watermark_record
from eventkit.settings import KafkaSettings
from eventkit.tracing import about, passed

log = logging.getLogger(__name__)

CONFIRM_SECONDS = 30.0


class Publisher(Protocol):
    """Sends records to the service's topic and waits until Kafka has them."""

    def publish(self, events: Sequence[Envelope]) -> None:
        """Begin to send, in order."""

    def confirm(self) -> None:
        """Return when everything begun is acknowledged; raises KafkaError otherwise."""

    def promise(self, mark: Watermark) -> None:
        """Send the watermark to every partition and confirm."""

    def close(self) -> None:
        """Give up the connection without waiting."""


class KafkaPublisher:
    """kafka-python's idempotent producer, acks=all, without transactions (Faust would stall on aborted ones)."""

    def __init__(self, held: KafkaSettings, topic: str) -> None:
        """Raises Refused when Kafka does not let this process in, KafkaConnectionError when no broker answers."""
        demand(held, [topic])
        self._topic = topic
        self._begun: list[Any] = []
        self._events: list[Envelope] = []
        self._began = 0
        self._producer = KafkaProducer(
            **clients(held),
            acks="all",
            enable_idempotence=True,
            linger_ms=2,
            batch_size=262_144,
            max_request_size=8 * 1024 * 1024,
            delivery_timeout_ms=25_000,
            request_timeout_ms=10_000,
            max_block_ms=10_000,
            allow_auto_create_topics=False,
            metrics_enabled=False,
        )

    def publish(self, events: Sequence[Envelope]) -> None:
        self._began = self._began if self._events else time.time_ns()
        self._events += events
        for event in events:
            key, value, headers = to_record(event)
            self._begun.append(
                self._producer.send(self._topic, value, key=key, headers=headers, partition=partition_of(event.key))
            )

    def confirm(self) -> None:
        if not self._begun:
            return
        begun, self._begun = self._begun, []
        self._producer.flush(timeout=CONFIRM_SECONDS)
        for future in begun:
            if not future.succeeded():
                future.get(timeout=0)  # raises what went wrong
        self._tell()

    def _tell(self) -> None:
        """A line for each event that Kafka has acknowledged."""
        events, self._events = self._events, []
        for event in events:
            passed(event, "publish", SpanKind.PRODUCER, self._began)
            log.info("published %s", event.type, extra={"about": about(event)})

    def promise(self, mark: Watermark) -> None:
        value, headers = to_watermark_record(mark)
        for partition in range(PARTITIONS):
            self._begun.append(self._producer.send(self._topic, value, headers=headers, partition=partition))
        self.confirm()

    def close(self) -> None:
        self._producer.close(timeout=0)
