"""Commands as CloudEvents in the three modes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eventkit.commands import Command
from eventkit.memory import MemoryStore
from tests.support.ledger_service import DEPOSIT, OPEN, Bank, deposit_book, event, running_bank


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    with running_bank(tmp_path, MemoryStore("ledgers")) as bank:
        bank.open("b1")
        yield bank


def structured(bank: Bank, event: Any, **claims: Any) -> Any:
    headers = bank.office(**claims) | {"Content-Type": "application/cloudevents+json; charset=UTF-8"}
    return bank.http.post("/v1/events", content=json.dumps(event), headers=headers)


def binary(bank: Bank, data: Any, **attributes: str) -> Any:
    headers = {f"ce-{name}": value for name, value in attributes.items()}
    return bank.http.post("/v1/events", json=data, headers=bank.office() | headers)


def test_structured_event_is_carried_out(bank: Bank) -> None:
    answer = structured(bank, event("1", book="b1", amount=5) | {"time": "2021-03-10T01:00:00.5Z", "subject": "b1"})
    assert (answer.status_code, answer.json(), answer.headers["etag"]) == (201, {"book": "b1", "balance": 5}, '"2"')
    with bank.store.transaction() as tx:
        assert tx.load(["book-b1"])["book-b1"][1].occurred_at.isoformat() == "2021-03-10T01:00:00.500000+00:00"


def test_binary_event_is_carried_out(bank: Bank) -> None:
    attributes = {"specversion": "1.0", "id": "1", "source": "/%E6%B5%8B", "type": DEPOSIT}
    answer = binary(bank, {"book": "b1", "amount": 5}, time="2021-03-10T01:00:00Z", **attributes)
    assert answer.status_code == 201
    again = structured(bank, event("1", book="b1", amount=5) | {"source": "/测", "time": "2021-03-10T09:00:00+08:00"})
    assert again.headers["idempotency-replayed"] == "true", "modes and offsets are ways to say the same"
    assert bank.amounts("b1") == [5]


def test_plain_json_names_missing_attributes(bank: Bank) -> None:
    answer = binary(bank, {"book": "b1", "amount": 5})
    assert answer.status_code == 400
    assert [fault["field"] for fault in answer.json()["errors"]] == ["/specversion", "/id", "/source", "/type"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"specversion": "0.3"}, "/specversion"),
        ({"id": ""}, "/id"),
        ({"id": 7}, "/id"),
        ({"source": "/a\u0001"}, "/source"),
        ({"time": "2021-03-10"}, "/time"),
        ({"datacontenttype": "text/xml"}, "/datacontenttype"),
        ({"data": None}, "/data"),
        ({"data": [1]}, "/data"),
        ({"data_base64": "e30="}, "/data_base64"),
        ({"Bad-Name": "x"}, "/Bad-Name"),
    ],
)
def test_bad_attribute_is_named(bank: Bank, change: dict[str, Any], field: str) -> None:
    answer = structured(bank, event("1", book="b1", amount=5) | change)
    assert answer.status_code == 400
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]
    assert bank.amounts("b1") == []


def test_faults_of_data_are_listed(bank: Bank) -> None:
    answer = structured(bank, event("1", amount="five", colour="red"))
    assert answer.status_code == 422
    assert {fault["field"] for fault in answer.json()["errors"]} == {"/data/amount", "/data/book", "/data/colour"}
    refused = structured(bank, event("2", book="b9", amount=5))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (409, "/data/book")


def test_foreign_type_names_its_service(bank: Bank) -> None:
    answer = structured(bank, event("1", type="bugle.vaults.lock.v1", vault="v1"))
    assert (answer.status_code, answer.json()["service"]) == (422, "vaults")
    assert answer.json()["errors"][0]["field"] == "/type"
    assert "POST /v1/events of vaults" in answer.json()["errors"][0]["mend"]
    unknown = structured(bank, event("1", type="bugle.ledgers.burn.v1"))
    assert (unknown.status_code, unknown.json()["type"]) == (422, "urn:bugle:problem:unknown-type")
    assert unknown.json()["errors"][0]["field"] == "/type"


def test_long_id_is_said_to_be_long(bank: Bank) -> None:
    [fault] = structured(bank, event("1" * 513, book="b1", amount=5)).json()["errors"]
    assert (fault["field"], fault["problem"]) == ("/id", "is too long")


def test_other_media_type_is_refused(bank: Bank) -> None:
    headers = bank.office() | {"Content-Type": "application/cloudevents+avro"}
    assert bank.http.post("/v1/events", content=b"{}", headers=headers).status_code == 415


def test_batch_answers_each_in_order(bank: Bank) -> None:
    events = [
        event("1", book="b1", amount=5),
        event("2", book="b1", amount=-5),
        event("3", type=OPEN, book="b2"),
        event("4", book="b2", amount=7),
        event("5", book="b9", amount=7),
        {"specversion": "1.0", "id": "6"},
        "no event",
        event("8", type="bugle.vaults.lock.v1"),
        event("9", book="b1", amount=2),
    ]
    answer = bank.batch(events)
    lines = answer.json()
    assert answer.status_code == 200
    assert [line["id"] for line in lines] == ["1", "2", "3", "4", "5", "6", None, "8", "9"]
    assert [line["status"] for line in lines] == [201, 422, 201, 201, 409, 400, 400, 422, 201]
    assert lines[3]["body"] == {"book": "b2", "balance": 7}
    assert lines[4]["problem"]["errors"][0]["field"] == "/data/book"
    assert (bank.amounts("b1"), bank.amounts("b2")) == ([5, 2], [7])


@pytest.mark.parametrize("bad", [json.loads("[" * 300 + "]" * 300), "a\0b"], ids=["deep", "nul"])
def test_what_cannot_be_kept_harms_no_neighbour(bank: Bank, bad: Any) -> None:
    events = [event("1", book="b1", amount=5), event("2", book="b1", amount=bad), event("3", book="b1", amount=7)]
    assert [line["status"] for line in bank.batch(events).json()] == [201, 400, 201]
    assert bank.amounts("b1") == [5, 7]
    assert structured(bank, events[1]).status_code == 400
    assert bank.deposit("b1", {"amount": bad}).status_code == 400


def test_batch_judges_roles_by_event(bank: Bank) -> None:
    events = [event("1", type=OPEN, book="b2"), event("2", book="b1", amount=5)]
    lines = bank.batch(events, bank.issuer.headers("department", department="power")).json()
    assert [line["status"] for line in lines] == [403, 201]
    assert bank.amounts("b1") == [5]


def test_repeated_batch_adds_nothing(bank: Bank) -> None:
    events = [event("1", book="b1", amount=5), event("2", book="b1", amount=2000)]
    first, again = bank.batch(events).json(), bank.batch([*events, event("3", book="b1", amount=1)]).json()
    assert [line["status"] for line in again] == [201, 422, 201]
    assert again[0] == first[0] | {"replayed": True}
    assert bank.amounts("b1") == [5, 1]


def test_twin_in_one_batch_is_a_repetition(bank: Bank) -> None:
    twins = [event("1", book="b1", amount=5), event("1", book="b1", amount=5), event("1", book="b1", amount=6)]
    lines = bank.batch(twins).json()
    assert [(line["status"], line.get("replayed")) for line in lines] == [(201, None), (201, True), (422, None)]
    assert bank.amounts("b1") == [5]


def test_source_and_id_belong_to_the_agency(bank: Bank) -> None:
    assert structured(bank, event("1", book="b1", amount=5)).status_code == 201
    same = structured(bank, event("1", book="b1", amount=5), sub="colleague")
    other = structured(bank, event("1", book="b1", amount=6), agency="chengdu")
    assert same.headers["idempotency-replayed"] == "true"
    assert other.status_code == 201
    assert bank.amounts("b1") == [5, 6]


def test_failing_handler_harms_no_neighbour(tmp_path: Path) -> None:
    def interfere(command: Command) -> None:
        if command.data["amount"] == 13:
            raise RuntimeError("a bug with secret=hunter2")

    with running_bank(tmp_path, MemoryStore("ledgers"), deposit_book(interfere)) as bank:
        bank.open("b1")
        lines = bank.batch([event(str(amount), book="b1", amount=amount) for amount in (5, 13, 7)]).json()
        assert [line["status"] for line in lines] == [201, 500, 201]
        assert lines[1]["problem"]["reference"]
        assert "hunter2" not in json.dumps(lines)
        assert bank.amounts("b1") == [5, 7]


@pytest.mark.parametrize(("content", "status"), [(b"[]", 200), (b"{}", 400), (b"", 400), (b"[", 400)])
def test_batch_must_be_an_array(bank: Bank, content: bytes, status: int) -> None:
    headers = bank.office() | {"Content-Type": "application/cloudevents-batch+json"}
    assert bank.http.post("/v1/events", content=content, headers=headers).status_code == status


def test_batch_is_limited(bank: Bank) -> None:
    many = bank.batch([event(str(n), book="b1", amount=1) for n in range(501)])
    large = bank.batch([event("1", book="b1", amount=1, currency="x" * 4 * 1024 * 1024)])
    single = structured(bank, event("1", book="b1", amount=1, currency="x" * 1024 * 1024))
    assert (many.status_code, large.status_code, single.status_code) == (413, 413, 413)
    assert bank.amounts("b1") == []


def test_full_batch_is_one_transaction(bank: Bank) -> None:
    lines = bank.batch([event(str(n), book="b1", amount=1) for n in range(500)]).json()
    assert {line["status"] for line in lines} == {201}
    with bank.store.transaction() as tx:
        assert len({e.recorded_at for e in tx.load(["book-b1"])["book-b1"][1:]}) == 1


def test_first_answer_is_not_told_to_another_department(bank: Bank) -> None:
    power, roads = (bank.issuer.headers("department", department=unit) for unit in ("power", "roads"))
    told = event("1", book="b1", amount=5)
    [first] = bank.batch([told], power).json()
    assert bank.batch([told], power).json() == [first | {"replayed": True}]
    [other] = bank.batch([told], roads).json()
    assert "replayed" not in other
