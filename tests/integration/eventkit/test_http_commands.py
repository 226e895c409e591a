"""Commands on a real PostgreSQL and under a real server: concurrency, outages, bodies that are too large."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import uvicorn
from psycopg import sql
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from eventkit.commands import Command, CommandBook, Done
from eventkit.delivery import Policy, policy_of
from eventkit.memory import MemoryStore
from eventkit.postgres import PostgresStore, PostgresTransaction, make_engine
from eventkit.session import Session
from eventkit.settings import DatabaseLimits
from tests.support.ledger_service import Bank, event, running_bank


@pytest.fixture
def bank(tmp_path: Path, engine: Engine) -> Iterator[Bank]:
    with running_bank(tmp_path, PostgresStore(engine, "ledgers")) as bank:
        bank.open("b1")
        yield bank


def together(count: int, act: Any) -> list[Any]:
    """The results of `act(n)` for n below count, all begun at once."""
    barrier = threading.Barrier(count)

    def one(n: int) -> Any:
        barrier.wait()
        return act(n)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_equal_keys_at_once_have_one_effect(bank: Bank) -> None:
    answers = together(8, lambda _: bank.deposit("b1", {"amount": 5}, **{"Idempotency-Key": "k1"}))
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 7
    assert bank.amounts("b1") == [5]


def test_equal_batches_at_once_have_one_effect(bank: Bank) -> None:
    events = [event(str(n), book="b1", amount=n + 1) for n in range(20)]
    answers = together(4, lambda _: bank.batch(events).json())
    assert all(line["status"] == 201 for lines in answers for line in lines)
    assert sum(line.get("replayed", False) for lines in answers for line in lines) == 60
    assert bank.amounts("b1") == list(range(1, 21))


def test_rivals_lose_no_update(bank: Bank) -> None:
    answers = together(6, lambda n: bank.deposit("b1", {"amount": n + 1}))
    taken = [n + 1 for n, answer in enumerate(answers) if answer.status_code == 201]
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert sorted(bank.amounts("b1")) == taken


def test_batch_and_replay_on_postgres(bank: Bank) -> None:
    events = [event("1", book="b1", amount=5), event("2", book="b9", amount=5), event("3", book="b1", amount=2000)]
    first, again = bank.batch(events).json(), bank.batch(events).json()
    assert [line["status"] for line in first] == [201, 409, 422]
    assert again[0] == first[0] | {"replayed": True}
    assert bank.amounts("b1") == [5]


def test_lost_connection_is_503_and_no_event(tmp_path: Path, engine: Engine) -> None:
    book = CommandBook("ledgers")

    @book.command("open", path="/books/{book}", method="PUT", roles={"office"})
    def open_book(session: Session, command: Command) -> Done:
        assert isinstance(session.tx, PostgresTransaction)
        session.tx.connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return Done({})

    with running_bank(tmp_path, PostgresStore(engine, "ledgers"), book) as bank:
        answer = bank.http.put("/v1/books/b1", json={}, headers=bank.office())
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        assert "pg_terminate" not in answer.text
        assert bank.http.get("/ready").status_code == 200, "the pool has a fresh connection"
        assert bank.amounts("b1") == []


def test_unreachable_server_is_503(tmp_path: Path) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound but not listening: refused at once, and nobody else's
        engine = make_engine(f"postgresql+psycopg://nobody@127.0.0.1:{held.getsockname()[1]}/none")
        with running_bank(tmp_path, PostgresStore(engine, "ledgers")) as bank:
            assert bank.deposit("b1", {"amount": 5}).status_code == 503
            assert bank.batch([event("1", book="b1", amount=5)] * 2).status_code == 503
            assert (bank.http.get("/ready").status_code, bank.http.get("/live").status_code) == (503, 200)
        engine.dispose()


def is_come_again(answer: httpx.Response) -> bool:
    """Whether it is a problem document that says when to send the same once more."""
    told = (answer.status_code, answer.headers["retry-after"], answer.headers["content-type"])
    return told == (503, "2", "application/problem+json") and answer.json()["type"] == "urn:bugle:problem:unavailable"


def test_exhausted_pool_is_503(tmp_path: Path, engine: Engine) -> None:
    limits = DatabaseLimits(database_pool=1, pool_wait_seconds=0.2)
    small = make_engine(engine.url.render_as_string(hide_password=False), limits=limits)
    with running_bank(tmp_path, PostgresStore(small, "ledgers")) as bank:
        bank.open("b1")
        with small.connect():
            assert is_come_again(bank.deposit("b1", {"amount": 5}, **{"Idempotency-Key": "k"}))
        assert bank.amounts("b1") == []
        assert bank.deposit("b1", {"amount": 5}, **{"Idempotency-Key": "k"}).status_code == 201, (
            "refused means that nothing was done"
        )
    small.dispose()


def test_server_without_connections_is_503(tmp_path: Path, bank: Bank, engine: Engine, database_server: str) -> None:
    """PostgreSQL's own limit of the role, as when other processes have used them up."""
    url = engine.url
    own = make_engine(url.render_as_string(hide_password=False))
    with psycopg.connect(database_server.replace("+psycopg", ""), autocommit=True) as admin:
        limit = sql.SQL("ALTER ROLE {} CONNECTION LIMIT {}")
        admin.execute(limit.format(sql.Identifier(url.username or ""), sql.Literal(0)))
        try:
            with running_bank(tmp_path, PostgresStore(own, "ledgers")) as poor:
                assert is_come_again(poor.deposit("b1", {"amount": 5}, **{"Idempotency-Key": "k"}))
        finally:
            admin.execute(limit.format(sql.Identifier(url.username or ""), sql.Literal(-1)))
    own.dispose()
    assert bank.amounts("b1") == []
    assert bank.deposit("b1", {"amount": 5}, **{"Idempotency-Key": "k"}).status_code == 201


def test_session_gives_up_by_itself(engine: Engine) -> None:
    """Settings of the environment reach PostgreSQL, and a transaction that is left open is ended by the server."""
    limits = DatabaseLimits(statement_seconds=7, lock_seconds=3, idle_transaction_seconds=1)
    own = make_engine(engine.url.render_as_string(hide_password=False), limits=limits)
    with own.connect() as connection:
        shown = [connection.scalar(text(f"SHOW {name}")) for name in ("statement_timeout", "lock_timeout", "timezone")]
        assert shown == ["7s", "3s", "UTC"]
        with pytest.raises(DBAPIError, match="idle-in-transaction timeout") as ended:
            time.sleep(1.5)
            connection.scalar(text("SELECT 1"))
        assert policy_of(ended.value) is Policy.RETRY
        connection.invalidate()
    own.dispose()


@pytest.fixture
def address(tmp_path: Path) -> Iterator[tuple[str, Bank]]:
    """The toy under uvicorn on a free port."""
    with running_bank(tmp_path, MemoryStore("ledgers")) as bank, socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(bank.app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", bank
        server.should_exit = True
        thread.join()


def chunks(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield b" " * 100_000


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("path", ["/v1/books/b1/deposits", "/v1/events"])
def test_ten_megabytes_are_answered_413(address: tuple[str, Bank], path: str, chunked: bool) -> None:
    url, bank = address
    headers = bank.office() | {"Content-Type": "application/json"}
    content = chunks(100) if chunked else b" " * 10_000_000
    with httpx.Client(base_url=url, headers=headers) as http:
        answer = http.post(path, content=content)
        assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
        assert http.put("/v1/books/b1", json={}).status_code == 201, "the connection goes on"
