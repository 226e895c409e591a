"""A worker that is told to stop while its database is away: it stops, and Kafka keeps what was not applied."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import faust
import pytest
from psycopg import errors as postgres
from sqlalchemy.exc import OperationalError

from eventkit import processing
from eventkit.consumer import make_app
from eventkit.envelope import Envelope
from eventkit.errors import Stopped
from eventkit.memory import MemoryStore, MemoryTransaction
from eventkit.processing import Processor
from eventkit.reactions import Reactions
from eventkit.settings import WorkerSettings
from tests.support.ledgers import arrival

TOPIC = "source.events"


class AwayStore(MemoryStore):
    """A store whose server may be away; counts how often it was tried."""

    away = True
    tries = 0

    @contextmanager
    def transaction(self) -> Iterator[MemoryTransaction]:
        self.tries += 1
        if self.away:
            raise OperationalError("BEGIN", {}, postgres.AdminShutdown("gone"))
        with super().transaction() as tx:
            yield tx


class Batches:
    """What an agent reads: batches of one event each; `acked` are the offsets it has acknowledged."""

    def __init__(self, number: int) -> None:
        self._number = number
        self.acked: list[int] = []

    async def noack_take(self, most: int, within: float) -> AsyncIterator[list[SimpleNamespace]]:
        for offset in range(self._number):
            record = arrival(f"e{offset}", "k", offset=offset)
            message = SimpleNamespace(
                partition=record.partition, offset=offset, key=record.key, value=record.value, headers=record.headers
            )
            yield [SimpleNamespace(message=message, ack=lambda offset=offset: self.acked.append(offset))]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> AwayStore:
    monkeypatch.setattr(processing, "RETRY_SECONDS", (3600.0, 3600.0))  # a stop that waits for it never comes
    return AwayStore("toys")


@pytest.fixture
def processor(store: AwayStore) -> Iterator[Processor]:
    processor = Processor(store, Reactions("toys", [TOPIC]))
    yield processor
    processor.stopping.set()  # lets the thread of a test that failed come to its end


def worker(processor: Processor, folder: Path) -> faust.App:
    settings = WorkerSettings(database_url="", kafka="127.0.0.1:9", metrics_port=0, data_dir=str(folder))
    return make_app(processor, settings)


async def consume(app: faust.App, batches: Batches) -> None:
    """What the agent does with its stream, without Kafka."""
    (agent,) = app.agents.values()
    await agent.fun(batches)


async def stop_while_away(app: faust.App, processor: Processor) -> None:
    while not processor.retrying:
        await asyncio.sleep(0.01)
    await app.stop()


def test_stop_ends_waiting_for_database(processor: Processor, store: AwayStore, tmp_path: Path) -> None:
    event = arrival("e0", "k")

    async def stopped() -> None:
        handling = asyncio.create_task(asyncio.to_thread(processor.process, [event]))
        await stop_while_away(worker(processor, tmp_path), processor)
        with pytest.raises(Stopped):
            await asyncio.wait_for(handling, 10)

    asyncio.run(stopped())
    assert store.tries == 1
    waiting = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    assert not waiting, "it would end the process of whoever holds the app"
    store.away = False
    assert isinstance(event.content, Envelope)
    with store.transaction() as tx:
        assert tx.receive("toys", [event.content.id]) == {event.content.id}, "it is still to be applied"


def test_stopped_batch_is_not_acknowledged(
    processor: Processor, store: AwayStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    batches = Batches(2)

    async def stopped() -> None:
        app = worker(processor, tmp_path)
        consuming = asyncio.create_task(consume(app, batches))
        await stop_while_away(app, processor)
        while "left to be delivered again" not in caplog.text:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        assert not consuming.done(), "the agent holds its stream until it is cancelled"
        consuming.cancel()
        with pytest.raises(asyncio.CancelledError):
            await consuming

    with caplog.at_level(logging.INFO, "eventkit.consumer"):
        asyncio.run(stopped())
    assert (batches.acked, store.tries) == ([], 1), "nothing is acknowledged and nothing more is tried"


def test_applied_batches_are_acknowledged(processor: Processor, store: AwayStore, tmp_path: Path) -> None:
    store.away = False
    batches = Batches(2)

    async def consumed() -> None:
        await consume(worker(processor, tmp_path), batches)

    asyncio.run(consumed())
    assert batches.acked == [0, 1]
