"""Ends a worker whose agent has died quietly (faust-streaming #175): it looks from outside Faust, at Kafka itself."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from time import monotonic, sleep
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from eventkit import telemetry
from eventkit.access import clients
from eventkit.admission import REFUSALS
from eventkit.processing import Processor
from eventkit.settings import WorkerSettings

log = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
EXIT_REFUSED, EXIT_STALLED = 1, 70


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
        self._eyes: tuple[Any, Any] | None = None

    def check(self) -> None:
        """Readiness: raises when the worker holds no partition or is kept waiting by a server."""
        if not self._assigned():
            raise RuntimeError("the worker holds no partition")
        if self._processor.retrying:
            raise RuntimeError("the worker waits for a server")

    def run(self) -> None:
        """Look every few seconds; never returns, and ends the process when it is stalled.

        A look that fails says nothing of the worker, so it goes on: to end it would make an outage of the watchdog's
        own fault. The lag is told no more until it is seen again.
        """
        while True:
            sleep(LOOK_SECONDS)
            try:
                self._watch()
            except REFUSALS as error:
                log.critical("Kafka refuses the worker, which ends: %s", error)
                os._exit(EXIT_REFUSED)
            except KafkaError as error:
                log.info("the watchdog cannot see Kafka: %s", error)
                telemetry.lag.clear()
            except Exception:  # whatever it is, the next look may go well, and a thread that ended would look no more
                log.exception("the watchdog could not look, and looks again")
                telemetry.lag.clear()
                self._shut()

    def _watch(self) -> None:
        self._eyes = self._eyes or self._open()
        offsets = self._look(*self._eyes)
        self._tell(offsets)
        stalled = self.stalled(offsets, monotonic())
        if stalled and not self._processor.retrying:
            log.critical("no progress for %.0f s in %s: the worker ends", self._settings.silence_seconds, stalled)
            os._exit(EXIT_STALLED)

    def _shut(self) -> None:
        """Have the next look begin with clients that are new."""
        for eye in self._eyes or ():
            with suppress(Exception):
                eye.close()
        self._eyes = None

    def _open(self) -> tuple[Any, Any]:
        """An administrator for the group's offsets, all in one request, and a consumer for the ends of topics."""
        options = clients(self._settings)
        return KafkaAdminClient(**options), KafkaConsumer(**options, enable_auto_commit=False)

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

    def _tell(self, offsets: dict[TopicPartition, tuple[int, int]]) -> None:
        """The lag of the partitions held now; others are another worker's to tell."""
        telemetry.lag.clear()
        for place, (committed, end) in offsets.items():
            topic = place.topic.removeprefix(self._settings.topic_prefix)
            telemetry.lag.labels(self._processor.reaction.consumer, topic, place.partition).set(end - committed)

    def _look(self, administrator: Any, consumer: Any) -> dict[TopicPartition, tuple[int, int]]:
        assigned = self._assigned()
        if not assigned:
            return {}
        group = self._app.conf.id
        committed = administrator.list_group_offsets({group: None})[group]
        ends = consumer.end_offsets(assigned)
        return {place: (committed[place].offset if place in committed else 0, ends[place]) for place in assigned}

    def _assigned(self) -> list[TopicPartition]:
        return [TopicPartition(tp.topic, tp.partition) for tp in set(self._app.assignor.assigned_actives())]
