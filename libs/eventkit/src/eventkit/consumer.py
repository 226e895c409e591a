"""The Faust worker around a `Processor`.

Faust 0.15 loses events with its defaults. What stands here does not, as measured: a batch is taken without automatic
acknowledgement, applied in a thread and committed, and only then acknowledged; an exception that leaves the agent
ends the process (CrashingSupervisor: the default supervisor restarts the agent and the batch is gone); one agent per
topic and concurrency 1, since above that offsets in flight are skipped (faust-streaming #606).
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import faust
from mode.supervisors import CrashingSupervisor

from eventkit import metrics
from eventkit.access import credentials
from eventkit.admission import demand, ending_if_refused
from eventkit.arrivals import Arrival, read
from eventkit.errors import Stopped
from eventkit.processing import Processor
from eventkit.settings import WorkerSettings
from eventkit.watchdog import Watchdog

log = logging.getLogger(__name__)

WITHIN_SECONDS = 0.05
"""How long a batch may fill: with 0.05 an idle worker takes half the processor time of 0.02, measured."""

LEAVING_SECONDS = 15.0
"""How long a batch in hand may take once the worker stops: half of what docker compose grants before it kills."""


def make_app(processor: Processor, settings: WorkerSettings) -> faust.App:
    """The Faust application of one consumer: an agent per topic, one batch at a time."""
    reaction = processor.reaction
    Path(settings.data_dir).mkdir(parents=True, exist_ok=True)
    app = faust.App(
        f"{settings.topic_prefix}{reaction.consumer}",
        broker=f"kafka://{settings.kafka}",
        broker_credentials=credentials(settings),
        datadir=settings.data_dir,
        store="memory://",
        web_enabled=False,
        agent_supervisor=CrashingSupervisor,
        stream_wait_empty=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        key_serializer="raw",
        value_serializer="raw",
        consumer_auto_offset_reset="earliest",
        broker_commit_interval=0.5,
        broker_commit_every=settings.batch,
        broker_max_poll_records=settings.batch,
        broker_session_timeout=10,
        broker_heartbeat_interval=1,
        broker_rebalance_timeout=20,
        broker_request_timeout=30,
        consumer_metadata_max_age_ms=5_000,
        worker_redirect_stdouts=False,
    )
    # one batch at a time, over all topics: they share keys, so side by side they would only conflict
    turn = asyncio.Lock()
    for name in reaction.topics:
        _declare_agent(app, processor, settings, name, turn)
    app.on_before_shutdown.connect(_stopper(processor))
    return app


def _stopper(processor: Processor) -> Callable[..., Awaitable[None]]:
    """Ends the wait for a server: Python does not exit before the thread that waits has come to its end."""

    async def stop(*_: object, **__: object) -> None:
        processor.stopping.set()

    return stop


def _leaver(app: faust.App) -> Callable[..., Awaitable[None]]:
    """Ends the whole process LEAVING_SECONDS after the worker stops, so it is for who has nothing else to do then.

    A thread that waits for an answer on an open connection cannot be told to end.
    """

    async def stop(*_: object, **__: object) -> None:
        last = threading.Timer(LEAVING_SECONDS, _leave, [app])
        last.daemon = True
        last.start()

    return stop


def _leave(app: faust.App) -> NoReturn:
    log.warning("a batch is left behind that the database has not answered: it is delivered again")
    os._exit(1 if app.crashed else 0)


def _declare_agent(
    app: faust.App, processor: Processor, settings: WorkerSettings, name: str, turn: asyncio.Lock
) -> None:
    topic = app.topic(f"{settings.topic_prefix}{name}", internal=False, allow_empty=True)

    @app.agent(topic, name=f"{processor.reaction.consumer}-{name}", concurrency=1)
    async def consume(stream: Any) -> None:
        batches: AsyncIterator[Sequence[Any]] = stream.noack_take(settings.batch, within=WITHIN_SECONDS)
        async for events in batches:
            arrivals = [_arrival(name, event.message) for event in events]
            try:
                async with turn:
                    await asyncio.to_thread(processor.process, arrivals)
            except Stopped:
                log.info("stopping: %d events of %s are left to be delivered again", len(events), name)
                await asyncio.Event().wait()  # to be cancelled: a stream that is left acknowledges what comes next
            else:
                for event in events:
                    event.ack()


def _arrival(topic: str, message: Any) -> Arrival:
    headers = message.headers
    pairs = headers.items() if isinstance(headers, dict) else headers or ()
    return read(topic, message.partition, message.offset, message.key, message.value, pairs)


def run_worker(processor: Processor, settings: WorkerSettings) -> NoReturn:
    """Run until SIGTERM (status 0) or a failure that is no event's fault (status 1, for the process manager to see)."""
    with ending_if_refused(settings):
        reaction, prefix = processor.reaction, settings.topic_prefix
        demand(settings, [prefix + name for name in reaction.topics], prefix + reaction.consumer)
    app = make_app(processor, settings)
    app.on_before_shutdown.connect(_leaver(app))
    watchdog = Watchdog(app, processor, settings)
    metrics.serve(settings.metrics_host, settings.metrics_port, {"consumer": watchdog.check})
    threading.Thread(target=watchdog.run, name="watchdog", daemon=True).start()
    worker = faust.Worker(app, loglevel=settings.log_level, override_logging=False, quiet=True)
    worker.spinner = None  # it draws on standard output, between lines of the log, terminal or not
    worker.execute_from_commandline()
    raise SystemExit(0)
