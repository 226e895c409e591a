"""Ends a worker whose agent has died quietly (faust-streaming #175): it looks from outside Faust, at Kafka itself."""

from __future__ import annotations

import logging
import os
from time import monotonic, sleep
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from eventkit.processing import Processor
from eventkit.settings import WorkerSettings

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
EXIT_STALLED = 70


class Watchdog:
    """Watches the committed offsets of the partitions this worker holds.

    Stalled means: the partition has records behind its committed offset, that offset has not moved for
    `silence_seconds`, and the processor is not waiting for a server to come back (it says so itself).
    """

    def __init__(self, app: Any, processor: Processor, settings: WorkerSettings) -> None:
        self._app = app
        self._processor = processor
        self._settings = settings
        self._moved: dict[TopicPartition, tuple[int, float]] = {}

    def check(self) -> None:
        """Readiness: raises when the worker holds no partition or is kept waiting by a server."""
        if not self._assigned():
            raise RuntimeError("the worker holds no partition")
        if self._processor.retrying:
            raise RuntimeError("the worker waits for a server")

    def run(self) -> None:
        """Look every few seconds; never returns, and ends the process when it is stalled."""
        kafka = None
        while True:
            sleep(LOOK_SECONDS)
            try:
                kafka = kafka or KafkaConsumer(
                    bootstrap_servers=self._settings.kafka, group_id=self._app.conf.id, enable_auto_commit=False
                )
                stalled = self.stalled(self._look(kafka), monotonic())
            except KafkaError as error:
                log.info("the watchdog cannot see Kafka: %s", error)
                continue
            if stalled and not self._processor.retrying:
                log.critical("no progress for %.0f s in %s: the worker ends", self._settings.silence_seconds, stalled)
                os._exit(EXIT_STALLED)

    def stalled(self, offsets: dict[TopicPartition, tuple[int, int]], now: float) -> list[TopicPartition]:
        """The partitions that stand still although (committed, end) says there is work; `now` in seconds."""
        for partition in self._moved.keys() - offsets.keys():
            del self._moved[partition]
        still = []
        for partition, (committed, end) in offsets.items():
            seen, since = self._moved.get(partition, (-1, now))
            if committed != seen or committed >= end:
                since = now
            self._moved[partition] = (committed, since)
            if now - since > self._settings.silence_seconds:
                still.append(partition)
        return still

    def _look(self, kafka: Any) -> dict[TopicPartition, tuple[int, int]]:
        assigned = self._assigned()
        ends = kafka.end_offsets(assigned) if assigned else {}
        return {partition: (kafka.committed(partition) or 0, ends[partition]) for partition in assigned}

    def _assigned(self) -> list[TopicPartition]:
        return [TopicPartition(tp.topic, tp.partition) for tp in set(self._app.assignor.assigned_actives())]
