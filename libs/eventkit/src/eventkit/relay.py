"""The relay: the one process of a service that talks to Kafka as a producer. It sequences, publishes, and promises.

Publishing is at least once: after a crash it begins again behind the last acknowledged log_seq, and consumers know
repeated ids. A watermark goes out only when every event before it has been acknowledged by Kafka.
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from time import monotonic

from kafka.errors import KafkaError
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from eventkit import backoff, metrics, telemetry
from eventkit.admission import REFUSALS, ending_if_refused
from eventkit.envelope import Watermark
from eventkit.errors import LeadershipLost
from eventkit.postgres import make_engine
from eventkit.publisher import KafkaPublisher, Publisher
from eventkit.sequencer import Sequencer, lead
from eventkit.settings import RelaySettings

log = logging.getLogger(__name__)

BATCH = 1_000
POLL_SECONDS = (0.01, 0.1)
"""How long to wait for new events: the shorter after one was found, then doubling up to the longer."""
FOLLOWER_SECONDS = 1.0
LOST_SECONDS = 5.0
"""The longest wait, on chance, before a lost server is tried again."""
PROMPT_WATERMARK_SECONDS = 0.2
"""After an append a watermark follows at once, but not oftener: twelve records for every event were a waste."""


@dataclass(slots=True)
class _Pace:
    """When the next watermark is due."""

    every: float
    last: float = 0.0

    def due(self, appended: bool) -> bool:
        return monotonic() - self.last >= (min(self.every, PROMPT_WATERMARK_SECONDS) if appended else self.every)


class Relay:
    """Follows until it leads, then sequences and publishes until `stopping` is set or a server is lost."""

    def __init__(
        self, engine: Engine, service: str, publisher: Callable[[], Publisher], watermark_seconds: float = 1.0
    ) -> None:
        """`publisher` makes a `Publisher`; it is called again after each loss of Kafka."""
        self._engine = engine
        self._service = service
        self._make_publisher = publisher
        self._every = watermark_seconds
        self.stopping = Event()
        self.ready = Event()
        self._leading = telemetry.leader.labels(service)
        telemetry.watermark.labels(service).set(0)  # one that never promises must be seen to

    def run(self) -> None:
        """Survives the loss of either server; ends on `stopping`, with LeadershipLost when fenced,
        and with one of REFUSALS when Kafka does not let it in."""
        lost = 0
        while not self.stopping.is_set():
            try:
                with self._engine.connect() as connection, lead(connection, self._service) as sequencer:
                    connection.detach()  # back in the pool it would go on holding the lock
                    self.ready.set()
                    if sequencer is not None:
                        with self._leading.track_inprogress():
                            self._lead(sequencer)
            except (LeadershipLost, *REFUSALS):
                raise  # no server is lost: trying again would only hide it
            except (DBAPIError, KafkaError, TimeoutError) as error:
                self.ready.clear()
                log.warning("the relay of %s lost a server and starts over: %s", self._service, error)
                lost += 1
                self.stopping.wait(backoff.pause(lost, FOLLOWER_SECONDS, LOST_SECONDS))
            else:
                lost = 0
                self.stopping.wait(FOLLOWER_SECONDS)

    def _lead(self, sequencer: Sequencer) -> None:
        publisher = self._make_publisher()
        try:
            confirmed = self._catch_up(sequencer, publisher)
            if not self.stopping.is_set():  # set only later, the log is confirmed as far as it reaches
                self._follow(sequencer, publisher, confirmed)
        finally:
            publisher.close()

    def _catch_up(self, sequencer: Sequencer, publisher: Publisher) -> int:
        """Publish what the log has beyond the last acknowledged event; the log_seq that is acknowledged now.

        Each batch is kept: a relay that falls while it catches up repeats no more than one. `stopping` ends it early.
        """
        confirmed = sequencer.head.published_seq
        while not self.stopping.is_set() and (events := sequencer.logged(confirmed, BATCH)):
            publisher.publish(events)
            publisher.confirm()
            confirmed = events[-1].log_seq or confirmed
            sequencer.keep(confirmed)
            self._count(0, confirmed)
        return confirmed

    def _follow(self, sequencer: Sequencer, publisher: Publisher, confirmed: int) -> None:
        """Sequence the next batch while Kafka takes the last one."""
        pace, appended, pause = _Pace(self._every), False, POLL_SECONDS[0]
        while not self.stopping.is_set():
            events = sequencer.sequence(BATCH, confirmed)
            publisher.confirm()
            confirmed = sequencer.head.log_seq - len(events)
            publisher.publish(events)
            appended = appended or bool(events)
            self._count(len(events), confirmed)
            if sequencer.complete_at is not None and pace.due(appended):
                publisher.confirm()
                confirmed, appended = sequencer.head.log_seq, False
                self._promise(sequencer, publisher, confirmed)
                pace.last = monotonic()
            pause = POLL_SECONDS[0] if events else min(pause * 2, POLL_SECONDS[1])
            if len(events) < BATCH:
                self.stopping.wait(pause)
        publisher.confirm()
        sequencer.keep(sequencer.head.log_seq)

    def _promise(self, sequencer: Sequencer, publisher: Publisher, confirmed: int) -> None:
        upto = sequencer.keep(confirmed)
        publisher.promise(Watermark(self._service, upto, confirmed))
        telemetry.watermark.labels(self._service).set(upto.timestamp())

    def _count(self, sequenced: int, confirmed: int) -> None:
        telemetry.sequenced.labels(self._service).inc(sequenced)
        telemetry.published.labels(self._service).set(confirmed)

    def check(self) -> None:
        """Readiness: raises while a server is lost."""
        if not self.ready.is_set():
            raise RuntimeError("the relay has lost a server")


def run_relay(service: str, settings: RelaySettings) -> None:
    """The whole process: ends with status 0 on SIGTERM, after Kafka has acknowledged what was begun."""
    engine = make_engine(settings.database_url, pool=2)
    topic = f"{settings.topic_prefix}{service}.events"
    relay = Relay(engine, service, lambda: KafkaPublisher(settings, topic), settings.watermark_seconds)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: relay.stopping.set())
    metrics.serve(settings.metrics_host, settings.metrics_port, {"relay": relay.check})
    with ending_if_refused(settings):
        relay.run()
