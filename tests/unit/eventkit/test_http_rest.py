"""Commands over REST: what is taken, what is refused and how the refusal is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eventkit.memory import MemoryStore
from eventkit.tracing import parse_traceparent
from tests.support.ledger_service import Bank, running_bank


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    with running_bank(tmp_path, MemoryStore("ledgers")) as bank:
        bank.open("b1")
        yield bank


def test_command_is_carried_out(bank: Bank) -> None:
    answer = bank.deposit("b1", {"amount": 5})
    assert (answer.status_code, answer.json(), answer.headers["etag"]) == (201, {"book": "b1", "balance": 5}, '"2"')
    assert answer.headers["content-type"] == "application/json"


def test_integral_float_is_stored_as_integer(bank: Bank) -> None:
    """JSON Schema calls 5.0 an integer; a column and a reader of the event do not."""
    answer = bank.deposit("b1", {"amount": 5.0})
    with bank.store.transaction() as tx:
        stored = tx.load(["book-b1"])["book-b1"][1].data
    assert (answer.status_code, b"5.0" in answer.content + stored) == (201, False)


def test_handler_names_status_and_location(bank: Bank) -> None:
    first = bank.http.put("/v1/books/b2", json={}, headers=bank.office())
    again = bank.http.put("/v1/books/b2", json={}, headers=bank.office())
    assert (first.status_code, first.headers["location"]) == (201, "/v1/books/b2")
    assert (again.status_code, again.headers["etag"]) == (200, '"1"')


def test_occurred_at_and_trace_travel(bank: Bank) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    body = {"amount": 5, "occurred_at": "2021-03-10T09:00:00+08:00"}
    assert bank.deposit("b1", body, traceparent=trace).status_code == 201
    with bank.store.transaction() as tx:
        event = tx.load(["book-b1"])["book-b1"][1]
    assert event.occurred_at.isoformat() == "2021-03-10T01:00:00+00:00"
    assert event.traceparent is not None and event.traceparent[:36] == trace[:36], "the same trace"
    assert event.traceparent[36:52] != trace[36:52], "but the request's span, not the caller's"


def test_malformed_trace_is_passed_over(bank: Bank) -> None:
    assert bank.deposit("b1", {"amount": 5}, traceparent="00-xyz").status_code == 201
    with bank.store.transaction() as tx:
        trace = tx.load(["book-b1"])["book-b1"][1].traceparent
    assert trace is not None and parse_traceparent(trace), "one of its own"


def test_every_fault_is_listed(bank: Bank) -> None:
    body = {"amount": 0, "currency": "USD", "parts": [{"on": "soon"}, {}], "colour": "red"}
    answer = bank.deposit("b1", body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    faults = {fault["field"]: (fault["problem"], fault["mend"]) for fault in answer.json()["errors"]}
    assert set(faults) == {"/amount", "/currency", "/parts/0/on", "/parts/1/on", "/colour"}
    assert faults["/amount"][1] == "write a whole number (at least 1)"
    assert faults["/currency"][1] == "write one of CNY, HKD"
    assert faults["/parts/0/on"][1] == "write a date such as 2026-01-31"
    assert faults["/parts/1/on"][0] == "this field is required"
    assert faults["/colour"] == ("this field is unknown", "leave it out; known here: book, amount, currency, parts")
    assert bank.amounts("b1") == []


def test_bad_id_in_path_is_named(bank: Bank) -> None:
    answer = bank.deposit("B_1", {"amount": 5})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "/book"
    assert bank.deposit("b%001", {"amount": 5}).json()["errors"][0]["field"] == "/book"


def test_path_parameter_in_body_is_refused(bank: Bank) -> None:
    answer = bank.deposit("b1", {"amount": 5, "book": "b2"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "/book")


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        (b"", 400, "the body is empty"),
        (b"  \n", 400, "the body is empty"),
        (b"{amount: 5}", 400, "the body is not JSON"),
        (b"[1, 2]", 400, "the body is not a JSON object"),
        (b'{"amount": "\xff"}', 400, "the body is not JSON"),
        (b'{"amount": 5, "currency": "\\u0000"}', 400, "U+0000"),
        (b'{"amount": 5, "occurred_at": "yesterday"}', 400, "is no instant"),
        (b'{"amount": 5, "occurred_at": "2021-03-10T09:00:00"}', 400, "is no instant"),
        (b'{"amount": 5, "occurred_at": "0001-01-01T00:00:00+14:00"}', 400, "is no instant"),
        (b'{"amount": NaN}', 400, "the body is not JSON"),
        (b'{"amount": 5' + b" " * 1024 * 1024 + b"}", 413, ""),
    ],
)
def test_unreadable_body_is_refused(bank: Bank, body: bytes, status: int, problem: str) -> None:
    headers = bank.office() | {"Content-Type": "application/json"}
    answer = bank.http.post("/v1/books/b1/deposits", content=body, headers=headers)
    assert answer.status_code == status
    assert problem in answer.text
    assert answer.json()["errors"][0]["mend"]
    assert bank.amounts("b1") == []


def test_other_media_type_is_refused(bank: Bank) -> None:
    headers = bank.office() | {"Content-Type": "text/plain"}
    answer = bank.http.post("/v1/books/b1/deposits", content=b'{"amount": 5}', headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (415, "Content-Type")


def test_domain_refusal_names_field_and_mend(bank: Bank) -> None:
    answer = bank.deposit("b9", {"amount": 5})
    assert answer.status_code == 409
    assert answer.json() == {
        "type": "urn:bugle:problem:not-open",
        "title": "Not open",
        "status": 409,
        "detail": "The book is not open. Open it first.",
        "errors": [
            {"field": "/book", "problem": "The book is not open. Open it first.", "mend": "open the book first"}
        ],
    }


def test_refusal_after_recording_leaves_nothing(bank: Bank) -> None:
    assert bank.deposit("b1", {"amount": 1001}).status_code == 422
    assert bank.amounts("b1") == []


def test_missing_role_is_forbidden(bank: Bank) -> None:
    answer = bank.http.put("/v1/books/b2", json={}, headers=bank.issuer.headers("department"))
    assert answer.status_code == 403
    assert "office" in answer.json()["detail"]


def test_stale_version_is_refused(bank: Bank) -> None:
    assert bank.deposit("b1", {"amount": 5}, **{"If-Match": '"1"'}).status_code == 201
    stale = bank.deposit("b1", {"amount": 6}, **{"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["type"]) == (412, "urn:bugle:problem:stale")
    assert bank.deposit("b1", {"amount": 6}, **{"If-Match": "1"}).status_code == 400
    assert bank.amounts("b1") == [5]


def test_unknown_address_is_a_problem(bank: Bank) -> None:
    unknown = bank.http.get("/v1/nothing")
    wrong = bank.http.delete("/v1/books/b1")
    assert (unknown.status_code, unknown.headers["content-type"]) == (404, "application/problem+json")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "PUT")
