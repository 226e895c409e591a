"""Readiness is looked up once a second at most, one look at a time, however many ask."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from urllib.request import urlopen

import pytest

from eventkit import metrics, readiness
from eventkit.memory import MemoryStore
from eventkit.readiness import LONG_SECONDS, LOOK_SECONDS, Readiness
from tests.support.ledger_service import running_bank

READY, AWAY = (True, {"thing": "ready"}), (False, {"thing": "away"})


class Thing:
    """Counts how often it is looked at; may be away, and may let whoever looks wait."""

    def __init__(self) -> None:
        self.looks = 0
        self.away = False
        self.looked, self.let_go = Event(), Event()
        self.let_go.set()

    def check(self) -> None:
        self.looks += 1
        self.looked.set()
        self.let_go.wait()
        if self.away:
            raise ConnectionError("gone")


class Clock:
    """Stands still until it is put forward."""

    now = 100.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(readiness, "monotonic", lambda: clock.now)
    return clock


@pytest.fixture
def thing() -> Iterator[Thing]:
    thing = Thing()
    yield thing
    thing.let_go.set()


def test_look_serves_a_second(thing: Thing, clock: Clock) -> None:
    ready = Readiness({"thing": thing.check})
    assert [ready.tell() for _ in range(1_000)] == [READY] * 1_000
    thing.away = True
    clock.now += LOOK_SECONDS * 0.9
    assert (ready.tell(), thing.looks) == (READY, 1)
    clock.now += LOOK_SECONDS * 0.1
    assert ([ready.tell() for _ in range(1_000)], thing.looks) == ([AWAY] * 1_000, 2)


def test_others_get_last_answer(thing: Thing, clock: Clock) -> None:
    ready = Readiness({"thing": thing.check})
    assert ready.tell() == READY
    clock.now += LOOK_SECONDS
    thing.away = True
    thing.looked.clear()
    thing.let_go.clear()
    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(ready.tell)
        try:
            assert thing.looked.wait(10)
            assert [ready.tell() for _ in range(100)] == [READY] * 100, "nobody waits for the one who looks"
            clock.now += LONG_SECONDS + 1
            assert ready.tell() == AWAY, "what hangs is away"
        finally:
            thing.let_go.set()
        assert (looking.result(), thing.looks) == (AWAY, 2)


def test_nobody_is_ready_unseen(thing: Thing, clock: Clock) -> None:
    ready = Readiness({"thing": thing.check})
    thing.let_go.clear()
    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(ready.tell)
        try:
            assert thing.looked.wait(10)
            assert ready.tell() == AWAY
        finally:
            thing.let_go.set()
        assert looking.result() == READY


def test_service_looks_once_only(tmp_path: Path, thing: Thing, clock: Clock) -> None:
    with running_bank(tmp_path, MemoryStore("ledgers"), ready={"thing": thing.check}) as bank:
        assert {bank.http.get("/ready").status_code for _ in range(50)} == {200}
        clock.now += LOOK_SECONDS
        thing.away = True
        assert {bank.http.get("/ready").status_code for _ in range(50)} == {503}
    assert thing.looks == 2


def test_small_server_looks_once(thing: Thing, clock: Clock) -> None:
    server = metrics.serve("127.0.0.1", 0, {"thing": thing.check})
    try:
        for _ in range(20):
            with urlopen(f"http://127.0.0.1:{server.server_port}/ready", timeout=10) as answer:
                assert answer.status == 200
    finally:
        server.shutdown()
        server.server_close()
    assert thing.looks == 1
