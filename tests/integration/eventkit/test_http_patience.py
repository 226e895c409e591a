"""A real server and clients that dawdle, send what is no HTTP, or ask the database for too much."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, Response
from sqlalchemy import Engine, text

from eventkit.http import Limits
from eventkit.http.server import server
from eventkit.memory import MemoryStore
from eventkit.postgres import PostgresStore, make_engine
from eventkit.settings import DatabaseLimits, HttpSettings
from tests.support.ledger_service import Bank, running_bank

HELD = HttpSettings(database_url="", jwks_file="", issuer="", audience="", http_port=0, http_seconds=0.5)


@contextmanager
def served(bank: Bank, held: HttpSettings = HELD) -> Iterator[socket.socket]:
    """A connection to the application under the server of the services."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        running = server(bank.app, held)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        with socket.create_connection(listening.getsockname(), timeout=20) as connection:
            yield connection
        running.should_exit = True
        thread.join()


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    router = APIRouter()

    @router.get("/much")
    async def much() -> Response:
        return Response(b"x" * 50_000_000)

    with running_bank(tmp_path, MemoryStore("ledgers"), routers=[router], limits=Limits.of(HELD)) as bank:
        bank.open("b1")
        yield bank


def everything(connection: socket.socket) -> bytes:
    """What the server sends until it hangs up."""
    told = b""
    try:
        while part := connection.recv(65536):
            told += part
    except ConnectionResetError:
        pass
    return told


def problem(told: bytes) -> tuple[int, str]:
    """Status and slug of an answer."""
    head, _, body = told.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    return int(head.split()[1]), json.loads(body)["type"].rsplit(":", 1)[1]


@pytest.mark.parametrize("sent", [b"", b"GET /v1/much HTTP/1.1\r\nHost: a\r\nX-Slow: "])
def test_head_that_does_not_come_is_hung_up_on(bank: Bank, sent: bytes) -> None:
    with served(bank) as connection:
        connection.sendall(sent)
        assert everything(connection) == b""


def test_body_that_does_not_come_is_408(bank: Bank) -> None:
    head = f"POST /v1/books/b1/deposits HTTP/1.1\r\nHost: a\r\nAuthorization: {bank.office()['Authorization']}\r\n"
    with served(bank) as connection:
        connection.sendall(f'{head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"amount"'.encode())
        assert problem(everything(connection)) == (408, "too-slow")
    assert bank.amounts("b1") == []


def test_answer_that_nobody_reads_is_dropped(bank: Bank) -> None:
    with served(bank) as connection:
        connection.sendall(b"GET /v1/much HTTP/1.1\r\nHost: a\r\n\r\n")
        threading.Event().wait(1.5)  # three times the patience: only then it begins to read
        assert len(everything(connection)) < 50_000_000, "more than the system buffers was not sent"


def test_endless_head_is_431(bank: Bank) -> None:
    with served(bank) as connection:
        connection.sendall(b"GET /v1/much HTTP/1.1\r\nX-Long: " + b"a" * 20_000)
        assert problem(everything(connection)) == (431, "headers-too-large")


def test_what_is_no_http_is_400(bank: Bank) -> None:
    with served(bank) as connection:
        connection.sendall(b"EHLO mail\r\n\r\n")
        assert problem(everything(connection)) == (400, "unreadable")


def test_connection_is_kept_between_requests(bank: Bank) -> None:
    with served(bank, replace(HELD, http_seconds=2)) as connection:
        for _ in range(4):
            connection.sendall(b"GET /live HTTP/1.1\r\nHost: a\r\n\r\n")
            told = b""
            while not told.endswith(b'{"ok":true}'):
                told += connection.recv(65536) or pytest.fail("hung up")
            threading.Event().wait(0.8)  # together longer than the patience


def test_query_that_takes_too_long_is_503(tmp_path: Path, engine: Engine) -> None:
    impatient = make_engine(
        engine.url.render_as_string(hide_password=False), limits=DatabaseLimits(statement_seconds=1)
    )
    router = APIRouter()

    @router.get("/slow")
    def slow() -> dict[str, Any]:
        with impatient.connect() as connection:
            connection.execute(text("SELECT pg_sleep(20)"))
        return {}

    with running_bank(tmp_path, PostgresStore(impatient, "ledgers"), routers=[router]) as bank:
        answer: httpx.Response = bank.http.get("/v1/slow")
    impatient.dispose()
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:bugle:problem:unavailable")
    assert answer.headers["retry-after"] == "2"
