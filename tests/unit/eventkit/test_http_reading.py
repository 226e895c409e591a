"""Bodies are read within their limit, and what exceeds it is never kept."""

from __future__ import annotations

import asyncio
import json
import tracemalloc
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.requests import Request
from starlette.types import Message

from eventkit.http.reading import (
    DEPTH,
    LARGE,
    LARGE_AT_ONCE,
    MIB,
    TooLarge,
    in_turn,
    parse_object,
    parse_time,
    read_body,
    whole,
)
from eventkit.memory import MemoryStore
from eventkit.problems import Unreadable
from eventkit.tracing import parse_traceparent
from tests.support.ledger_service import running_bank


def read(sizes: Iterator[int], announced: int | None = None) -> bytes:
    """Read a body that arrives in chunks of these sizes, each made when it is asked for."""
    headers = [] if announced is None else [(b"content-length", str(announced).encode())]

    async def receive() -> Message:
        size = next(sizes, None)
        return {"type": "http.request", "body": bytes(size or 0), "more_body": size is not None}

    return asyncio.run(read_body(Request({"type": "http", "method": "POST", "headers": headers}, receive), MIB))


def test_body_up_to_the_limit_is_read() -> None:
    assert len(read(iter([MIB]))) == MIB
    assert len(read(iter([1000, 0, MIB - 1000]))) == MIB


@pytest.mark.parametrize("announced", [None, 20 * MIB])
def test_body_beyond_the_limit_is_not_kept(announced: int | None) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            read(iter([256 * 1024] * 80), announced)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2 * MIB


def test_endless_body_is_given_up() -> None:
    with pytest.raises(TooLarge):
        read(repeat(MIB))


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2021-03-10T09:00:00+08:00", "2021-03-10T01:00:00+00:00"),
        ("2021-03-10t01:00:00.1234567z", "2021-03-10T01:00:00.123456+00:00"),
    ],
)
def test_instant_is_rfc_3339(text: str, iso: str) -> None:
    assert parse_time(text, "/time").isoformat() == iso


@pytest.mark.parametrize("value", ["", "2021-03-10", "2021-W10-1T00:00:00Z", "2021-02-30T00:00:00Z", 1615338000, None])
def test_other_times_are_refused(value: object) -> None:
    with pytest.raises(Unreadable):
        parse_time(value, "/time")


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", True),
        ("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", False),
        ("00-00000000000000000000000000000000-b7ad6b7169203331-01", False),
        ("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", False),
        (None, False),
    ],
)
def test_traceparent_is_w3c(value: str | None, taken: bool) -> None:
    assert parse_traceparent(value) == (value if taken else None)


def test_integral_float_is_an_integer() -> None:
    read_value = whole({"count": 1.0, "parts": [2.0, 2.5, 1e300, True]})
    assert json.dumps(read_value) == '{"count": 1, "parts": [2, 2.5, 1e+300, true]}'


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_nesting_is_limited(opening: bytes, closing: bytes) -> None:
    inside = DEPTH - 1
    assert parse_object(b'{"a":' + opening * inside + b"1" + closing * inside + b"}")
    for inside in (DEPTH, 300):
        with pytest.raises(Unreadable):
            parse_object(b'{"a":' + opening * inside + b"1" + closing * inside + b"}")


@pytest.mark.parametrize("raw", [rb'{"a": "x\u0000"}', rb'{"a": [{"b": "\u0000"}]}', rb'{"\u0000": 1}'])
def test_nul_is_refused_wherever_it_stands(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        parse_object(raw)


def test_escaped_backslash_is_no_nul() -> None:
    assert parse_object(rb'{"a": "C:\\u0000x"}') == {"a": r"C:\u0000x"}


def test_large_bodies_wait_for_their_turn() -> None:
    async def judged() -> tuple[list[int], list[int]]:
        app = SimpleNamespace(state=SimpleNamespace(large=asyncio.Semaphore(LARGE_AT_ONCE)))
        request, opened = Request({"type": "http", "app": app}), asyncio.Event()
        begun: list[int] = []

        async def judge(size: int) -> None:
            async with in_turn(request, bytes(size)):
                begun.append(size)
                await opened.wait()

        asked = [asyncio.create_task(judge(size)) for size in (LARGE + 1, LARGE + 1, LARGE + 1, LARGE)]
        for _ in range(10):
            await asyncio.sleep(0)
        first = list(begun)
        opened.set()
        await asyncio.gather(*asked)
        return first, begun

    first, begun = asyncio.run(judged())
    assert first == [LARGE + 1] * LARGE_AT_ONCE + [LARGE]
    assert len(begun) == 4


class Turns:
    """Counts who takes a turn."""

    taken = 0

    async def __aenter__(self) -> None:
        self.taken += 1

    async def __aexit__(self, *_: object) -> None:
        pass


def test_both_ways_in_take_a_turn(tmp_path: Path) -> None:
    with running_bank(tmp_path, MemoryStore("ledgers")) as bank:
        bank.app.state.large = turns = Turns()
        headers = {**bank.office(), "Content-Type": "application/json"}
        for path in ("/v1/books/b1/deposits", "/v1/events"):
            for size in (10, LARGE + 1):
                bank.http.post(path, content=b"{}" + b" " * size, headers=headers)
    assert turns.taken == 2
