"""A service small enough to see through, for the tests of eventkit.http: account books of agencies, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from contracts import Catalogue
from eventkit.commands import Command, CommandBook, Done
from eventkit.http import create_app
from eventkit.session import Session
from eventkit.store import Store
from tests.support.http import TestClient
from tests.support.ledgers import BOOK, Deposited, Opened
from tests.support.tokens import Issuer

OPEN = "bugle.ledgers.open.v1"
DEPOSIT = "bugle.ledgers.deposit.v1"

_ID = {"type": "string", "pattern": "^[a-z0-9-]{1,36}$"}
_SCHEMAS = {
    "ledgers/open": {"properties": {"book": _ID, "owner": {"type": "string", "format": "uuid"}}, "required": ["book"]},
    "ledgers/deposit": {
        "properties": {
            "book": _ID,
            "amount": {"type": "integer", "minimum": 1},
            "currency": {"enum": ["CNY", "HKD"]},
            "parts": {"type": "array", "items": {"$ref": "#/$defs/part"}},
        },
        "required": ["book", "amount"],
        "$defs": {
            "part": {
                "type": "object",
                "properties": {"on": {"type": "string", "format": "date"}},
                "required": ["on"],
                "additionalProperties": False,
            }
        },
    },
    "vaults/lock": {"properties": {"vault": _ID}, "required": ["vault"]},
}


class NotOpen(Exception):
    """The book is not open. Open it first."""

    slug = "not-open"
    status = 409
    field = "book"
    mend = "open the book first"


class Overflow(Exception):
    """A book holds at most 1000."""

    slug = "overflow"
    status = 422
    field = "amount"
    mend = "deposit less"


def publish_contracts(folder: Path) -> Catalogue:
    """The toy's command schemas as files, read by the loader that reads the real ones."""
    for name, schema in _SCHEMAS.items():
        path = folder / name / "v1.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        closed = {"$id": f"urn:test:{name}", "type": "object", "additionalProperties": False, **schema}
        path.write_text(json.dumps(closed))
        path.with_suffix(".example.json").write_text(json.dumps({"data": {"book": "b1", "amount": 5}}))
    return Catalogue(folder)


def deposit_book(interfere: Callable[[Command], None] = lambda command: None) -> CommandBook:
    """The commands; `interfere` runs inside the deposit's handler, before it decides."""
    book = CommandBook("ledgers")

    @book.command("open", path="/books/{book}", method="PUT", roles={"office"}, loads=_book)
    def open_book(session: Session, command: Command) -> Done:
        """Open a book; again changes nothing."""
        id = command.data["book"]
        if session.get(BOOK, id)[0]:
            return Done({"book": id}, status=200)
        session.record(BOOK, id, [Opened(id, command.at)], key=id, cause=command.id, traceparent=command.traceparent)
        return Done({"book": id}, location=f"/v1/books/{id}")

    @book.command("deposit", path="/books/{book}/deposits", roles={"office", "department"}, loads=_book)
    def deposit(session: Session, command: Command) -> Done:
        id, amount = command.data["book"], command.data["amount"]
        interfere(command)
        opened, balance = session.get(BOOK, id)
        if not opened:
            raise NotOpen
        session.record(
            BOOK, id, [Deposited(id, amount, command.at)], key=id, cause=command.id, traceparent=command.traceparent
        )
        if balance + amount > 1000:
            raise Overflow
        return Done({"book": id, "balance": balance + amount})

    return book


def _book(command: Command) -> list[tuple[Any, str]]:
    return [(BOOK, command.data["book"])]


@dataclass(frozen=True)
class Bank:
    """The running toy: its application, a client of it, its tokens, and the events it has recorded."""

    app: FastAPI
    http: TestClient
    issuer: Issuer
    store: Store

    def office(self, **claims: Any) -> dict[str, str]:
        return self.issuer.headers("office", **claims)

    def open(self, book: str) -> None:
        assert self.http.put(f"/v1/books/{book}", json={}, headers=self.office()).status_code == 201

    def deposit(self, book: str, body: Any, **headers: str) -> Any:
        return self.http.post(f"/v1/books/{book}/deposits", json=body, headers=self.office() | headers)

    def batch(self, events: list[Any], headers: dict[str, str] | None = None) -> Any:
        media = {"Content-Type": "application/cloudevents-batch+json"}
        return self.http.post("/v1/events", content=json.dumps(events), headers=(headers or self.office()) | media)

    def amounts(self, book: str) -> list[int]:
        with self.store.transaction() as tx:
            events = tx.load([f"book-{book}"]).get(f"book-{book}", ())
        return [event.json()["amount"] for event in events if event.type == "bugle.ledgers.deposited.v1"]


@contextmanager
def running_bank(folder: Path, store: Store, book: CommandBook | None = None, **options: Any) -> Iterator[Bank]:
    """The toy on a store; errors of its handlers become answers, as under a real server."""
    issuer = Issuer(folder)
    app = create_app(
        service="ledgers",
        book=book or deposit_book(),
        store=store,
        tokens=issuer.tokens(),
        contracts=publish_contracts(folder / "commands"),
        **options,
    )
    with TestClient(app, raise_server_exceptions=False) as http:
        yield Bank(app, http, issuer, store)


def event(id: str, type: str = DEPOSIT, **data: Any) -> dict[str, Any]:
    """A structured CloudEvent of the toy."""
    return {"specversion": "1.0", "id": id, "source": "/test", "type": type, "data": data}
