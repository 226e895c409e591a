"""The worker processes that workload `react` times: `python -m bench.react_worker ours|empty CONSUMER EVENTS ANSWER`.

Each writes one number to the file ANSWER, the events per second since its first batch came, and ends.
Kafka's group has to form before the first batch, which is no part of the work.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import faust
from mode.supervisors import CrashingSupervisor

from bench.workload import TYPE
from eventkit import settings
from eventkit.arrivals import Arrival
from eventkit.codec import Codec
from eventkit.consumer import make_app
from eventkit.envelope import Envelope
from eventkit.postgres import PostgresStore, make_engine
from eventkit.processing import Processor
from eventkit.reactions import Reactions
from eventkit.session import Aggregate, Session
from eventkit.settings import WorkerSettings
from eventkit.store import Store

TOPIC = "intake.events"


@dataclass(frozen=True, slots=True)
class Noted:
    """What the worker records for each event it reads."""

    case: str
    number: int
    text: str
    at: datetime


class Meter:
    """Counts events and tells their rate when all have come."""

    def __init__(self, wanted: int, answer: Path) -> None:
        self._wanted = wanted
        self._answer = answer
        self._seen = 0
        self._began: float | None = None

    def begin(self) -> float:
        """Events have come: when the first did. All may come at once."""
        if self._began is None:
            self._began = perf_counter()
        return self._began

    def count(self, events: int) -> None:
        """So many more are done."""
        began = self.begin()
        self._seen += events
        if self._seen >= self._wanted:
            self._answer.write_text(str(self._seen / (perf_counter() - began)))
            os.kill(os.getpid(), signal.SIGTERM)


class _MeteredProcessor(Processor):
    def __init__(self, store: Store, reactions: Reactions, meter: Meter) -> None:
        super().__init__(store, reactions)
        self._meter = meter

    def process(self, arrivals: Sequence[Arrival]) -> None:
        """As it is, and counted after the commit."""
        self._meter.begin()
        super().process(arrivals)
        self._meter.count(sum(isinstance(arrival.content, Envelope) for arrival in arrivals))


def _ours(consumer: str, held: WorkerSettings, meter: Meter) -> faust.App:
    """Inbox, load, fold, decide, append and commit: one event recorded for each event read."""
    notes = Aggregate(consumer, lambda: 0, lambda state, event: state + 1, Codec("bench", {"noted.v1": Noted}))
    reactions = Reactions(consumer, [TOPIC])

    @reactions.on(TYPE, loads=lambda event: [(notes, event.key)])
    def note(session: Session, event: Envelope) -> None:
        number = session.get(notes, event.key) + 1
        text = event.json()["text"]
        session.record(
            notes, event.key, [Noted(event.key, number, text, event.occurred_at)], key=event.key, cause=event.id
        )

    store = PostgresStore(make_engine(held.database_url), "bench")
    return make_app(_MeteredProcessor(store, reactions, meter), held)


def _empty(consumer: str, held: WorkerSettings, meter: Meter) -> faust.App:
    """An agent that does nothing, as fast as Faust hands it events."""
    app = faust.App(
        f"{held.topic_prefix}{consumer}", broker=f"kafka://{held.kafka}", datadir=held.data_dir, store="memory://",
        web_enabled=False, agent_supervisor=CrashingSupervisor, stream_wait_empty=False, topic_disable_leader=True,
        topic_allow_declare=False, key_serializer="raw", value_serializer="raw", consumer_auto_offset_reset="earliest",
        broker_commit_interval=0.5, broker_max_poll_records=held.batch, worker_redirect_stdouts=False,
    )  # fmt: skip

    @app.agent(app.topic(f"{held.topic_prefix}{TOPIC}", internal=False, allow_empty=True), concurrency=1)
    async def consume(stream: Any) -> None:
        async for _ in stream:
            meter.count(1)

    return app


def main() -> None:
    """Run one worker until it has done its events."""
    kind, consumer, events, answer = sys.argv[1:]
    held = settings.read(WorkerSettings)
    app = {"ours": _ours, "empty": _empty}[kind](consumer, held, Meter(int(events), Path(answer)))
    faust.Worker(app, loglevel="WARNING", override_logging=False).execute_from_commandline()


if __name__ == "__main__":
    main()
