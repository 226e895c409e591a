"""What stands around the commands: authentication, health, metrics, OpenAPI, and errors that nobody foresaw."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import pytest
from fastapi import APIRouter, Depends, Response
from jsonschema_rs import Draft202012Validator
from psycopg import errors as postgres
from sqlalchemy.exc import OperationalError

from eventkit import metrics, readiness
from eventkit.auth import caller
from eventkit.caller import Caller
from eventkit.commands import Command, CommandBook, Done
from eventkit.http import create_app, json_response
from eventkit.http.docs_page import docs_page
from eventkit.memory import MemoryStore, MemoryTransaction
from eventkit.session import Session
from eventkit.store import Remembered
from tests.support.ledger_service import Bank, NotOpen, deposit_book, event, publish_contracts, running_bank
from tests.support.tokens import Issuer


class LostStore(MemoryStore):
    """A store whose server may be away."""

    away = False

    @contextmanager
    def transaction(self) -> Iterator[MemoryTransaction]:
        with super().transaction() as tx:
            yield tx
            if self.away:
                raise OperationalError("COMMIT secret", {}, postgres.AdminShutdown("gone"))


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    router = APIRouter()

    @router.get("/broken")
    def broken() -> Response:
        raise RuntimeError("hunter2")

    extra = {"name": "extra", "in": "query", "required": False, "schema": {"type": "string"}}

    @router.get("/books/{book}", openapi_extra={"parameters": [extra]})
    def read(book: str, who: Annotated[Caller, Depends(caller)], kind: str | None = None) -> Response:
        return json_response({"book": book}, version=3)

    with running_bank(tmp_path, LostStore("ledgers"), routers=[router]) as bank:
        bank.open("b1")
        yield bank


@pytest.mark.parametrize("path", ["/v1/books/b1/deposits", "/v1/events"])
def test_command_needs_a_token(bank: Bank, path: str) -> None:
    answer = bank.http.post(path, json={"amount": 5})
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_store_away_is_503_and_not_ready(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "LOOK_SECONDS", 0)
    assert isinstance(bank.store, LostStore)
    assert bank.http.get("/ready").json() == {"ready": True, "checks": {"database": "ready"}}
    bank.store.away = True
    for answer in (bank.deposit("b1", {"amount": 5}), bank.batch([event(n, book="b1", amount=5) for n in "12"])):
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        assert "secret" not in answer.text
    assert (bank.http.get("/ready").status_code, bank.http.get("/live").status_code) == (503, 200)
    bank.store.away = False
    assert bank.amounts("b1") == []
    assert bank.http.get("/ready").status_code == 200


def test_unforeseen_error_is_a_reference(bank: Bank, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = bank.http.get("/v1/broken")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "hunter2" not in answer.text
    assert answer.json()["reference"] in caplog.text


def test_failing_handler_is_a_reference(tmp_path: Path) -> None:
    def interfere(command: Command) -> NoReturn:
        raise KeyError("hunter2")

    with running_bank(tmp_path, MemoryStore("ledgers"), deposit_book(interfere)) as bank:
        bank.open("b1")
        answer = bank.deposit("b1", {"amount": 5})
    assert (answer.status_code, "hunter2" in answer.text) == (500, False)


def test_own_check_counts_for_readiness(tmp_path: Path) -> None:
    def broker() -> NoReturn:
        raise ConnectionError("secret-host:9092")

    with running_bank(tmp_path, MemoryStore("ledgers"), ready={"broker": broker}) as bank:
        answer = bank.http.get("/ready")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "checks": {"database": "ready", "broker": "away"}}


def test_metrics_count_requests_and_commands(bank: Bank) -> None:
    bank.deposit("b1", {"amount": 5})
    bank.deposit("b9", {"amount": 5})
    text = bank.http.get("/metrics").text
    route = 'method="POST",route="/books/{book}/deposits",service="ledgers"'
    assert f"bugle_http_requests_total{{{route}," in text
    assert 'bugle_commands_total{outcome="refused",service="ledgers",type="bugle.ledgers.deposit.v1"}' in text


def test_failures_are_told_from_nought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prometheus sees no increase of a series that is born at 1. A refusal is none, and a probe has its own alert."""

    def interfere(command: Command) -> NoReturn:
        raise KeyError("fault")

    def broker() -> NoReturn:
        raise ConnectionError

    store = MemoryStore("ledgers")
    monkeypatch.setattr(readiness, "LOOK_SECONDS", 0)
    with running_bank(tmp_path, store, deposit_book(interfere), ready={"broker": broker}) as bank:
        before = _failures(bank)
        bank.open("b1")
        assert (bank.http.get("/ready").status_code, bank.http.get("/v1/none").status_code) == (503, 404)
        assert _failures(bank) == before
        bank.deposit("b1", {"amount": 5})
        assert _failures(bank) == before + 1


def test_first_scrape_tells_no_failures(tmp_path: Path) -> None:
    """As of a process that has just started."""
    metrics.failures.clear()
    with running_bank(tmp_path, MemoryStore("ledgers")) as bank:
        assert _failures(bank) == 0


def _failures(bank: Bank) -> float:
    [found] = re.findall(r'^bugle_http_failures_total{service="ledgers"} (\S+)$', bank.http.get("/metrics").text, re.M)
    return float(found)


def test_read_carries_its_version(bank: Bank) -> None:
    assert bank.http.get("/v1/books/b1", headers=bank.office()).headers["etag"] == '"3"'


def test_docs_page_shows_every_operation_and_loads_nothing(bank: Bank) -> None:
    answer = bank.http.get("/docs")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for path, operations in bank.http.get("/openapi.json").json()["paths"].items():
        assert all(f"{method.upper()} {path}" in answer.text for method in operations)
    assert "&quot;amount&quot;" in answer.text
    assert set(re.findall(r"""(?:src|href)=["']?([^"'>]*)""", answer.text)) == {"/openapi.json"}
    assert "<script" not in answer.text
    assert "@import" not in answer.text


def test_docs_page_escapes_what_it_shows() -> None:
    shown = docs_page(
        {"info": {"title": "<b>"}, "paths": {"/a": {"get": {"summary": "<script>", "description": "<i>"}}}}
    )
    assert not {"<b>", "<script>", "<i>"} & set(re.findall("<[a-z]+>", shown))


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/v1/books/b1?foo=1", "foo"),
        ("/v1/books/b1?kind=%00", "kind"),
        ("/v1/books/%00", "book"),
        ("/v1/books/b1?extra=%00", "extra"),
    ],
)
def test_wrong_parameter_of_a_read_is_named(bank: Bank, address: str, field: str) -> None:
    answer = bank.http.get(address, headers=bank.office())
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]


def test_declared_parameters_of_a_read_are_taken(bank: Bank) -> None:
    assert bank.http.get("/v1/books/b1?kind=a&extra=b", headers=bank.office()).status_code == 200


def test_openapi_shows_the_published_schema(bank: Bank) -> None:
    document = bank.http.get("/openapi.json").json()
    operation = document["paths"]["/v1/books/{book}/deposits"]["post"]
    body = operation["requestBody"]["content"]["application/json"]
    validator = Draft202012Validator(body["schema"], validate_formats=True)
    assert validator.is_valid({"amount": 5, "parts": [{"on": "2021-04-22"}], "occurred_at": "2021-04-22T12:00:00Z"})
    assert not validator.is_valid({"amount": 5, "book": "b1"}), "what stands in the path is no part of the body"
    assert {(p["name"], p["in"]) for p in operation["parameters"]} == {
        ("book", "path"),
        ("Idempotency-Key", "header"),
        ("If-Match", "header"),
    }
    assert operation["security"] == [{"HTTPBearer": []}]
    assert "application/problem+json" in operation["responses"]["409"]["content"]
    assert "Problem" in document["components"]["schemas"]
    assert operation["responses"]["201"]["headers"]["ETag"]


def test_openapi_shows_problems_of_reads(bank: Bank) -> None:
    document = bank.http.get("/openapi.json").json()
    read = document["paths"]["/v1/books/{book}"]["get"]
    assert {"application/problem+json"} == set(read["responses"]["422"]["content"])
    assert set(read["responses"]) == {"200", "400", "401", "403", "404", "414", "422", "429", "431", "503"}
    assert "unavailable" in read["responses"]["503"]["content"]["application/problem+json"]["examples"]
    assert set(document["components"]["securitySchemes"]) == {"HTTPBearer"}


def test_openapi_shows_the_events_route(bank: Bank) -> None:
    operation = bank.http.get("/openapi.json").json()["paths"]["/v1/events"]["post"]
    single = operation["requestBody"]["content"]["application/cloudevents+json"]["schema"]
    assert single["properties"]["type"]["enum"] == ["bugle.ledgers.open.v1", "bugle.ledgers.deposit.v1"]
    assert set(operation["responses"]) >= {"200", "201", "401", "413", "415", "422", "503"}
    assert "HTTPValidationError" not in json.dumps(operation)


def test_book_needs_a_store(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="store"):
        create_app(service="ledgers", book=CommandBook("ledgers"), tokens=Issuer(tmp_path).tokens())


def test_savepoint_undoes_what_a_refused_handler_wrote(tmp_path: Path) -> None:
    book = CommandBook("ledgers")

    @book.command("deposit", path="/books/{book}/deposits", roles={"office"}, savepoint=True)
    def deposit(session: Session, command: Command) -> Done:
        amount = command.data["amount"]
        session.tx.remember("aside", {str(amount): Remembered(b"", 200, "{}")})
        if amount == 13:
            raise NotOpen
        return Done({})

    with running_bank(tmp_path, MemoryStore("ledgers"), book) as bank:
        lines: Any = bank.batch([event(str(amount), book="b1", amount=amount) for amount in (5, 13)]).json()
        assert [line["status"] for line in lines] == [201, 409]
        with bank.store.transaction() as tx:
            assert set(tx.recall("aside", ["5", "13"])) == {"5"}


def test_contracts_are_those_published(tmp_path: Path) -> None:
    assert set(publish_contracts(tmp_path)) == {
        "bugle.ledgers.open.v1",
        "bugle.ledgers.deposit.v1",
        "bugle.vaults.lock.v1",
    }
