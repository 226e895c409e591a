"""Repeated requests: one effect, the first answer; refusals are not remembered; conflicts are decided again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eventkit.commands import Command, CommandBook, Done
from eventkit.errors import VersionConflict
from eventkit.memory import MemoryStore
from eventkit.session import Session
from tests.support.ledger_service import Bank, deposit_book, running_bank


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    with running_bank(tmp_path, MemoryStore("ledgers")) as bank:
        bank.open("b1")
        yield bank


KEY = {"Idempotency-Key": "k1"}


def test_repeated_key_gets_first_answer(bank: Bank) -> None:
    first = bank.deposit("b1", {"amount": 5, "currency": "CNY"}, **KEY)
    bank.deposit("b1", {"amount": 7})
    again = bank.deposit("b1", {"currency": "CNY", "amount": 5}, **KEY)
    assert (again.status_code, again.content, again.headers["etag"]) == (201, first.content, '"2"')
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert bank.amounts("b1") == [5, 7]


def test_repeated_key_with_other_body_is_refused(bank: Bank) -> None:
    bank.open("b2")
    bank.deposit("b1", {"amount": 5}, **KEY)
    for book, amount in (("b1", 6), ("b2", 5)):
        answer = bank.deposit(book, {"amount": amount}, **KEY)
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:bugle:problem:key-reused")
        assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
    assert (bank.amounts("b1"), bank.amounts("b2")) == ([5], [])


def test_key_is_the_callers_own(bank: Bank) -> None:
    bank.deposit("b1", {"amount": 5}, **KEY)
    for claims in ({"sub": "another"}, {"agency": "chengdu"}):
        headers = bank.office(**claims) | KEY
        assert bank.http.post("/v1/books/b1/deposits", json={"amount": 6}, headers=headers).status_code == 201
    assert bank.amounts("b1") == [5, 6, 6]


def test_refusal_is_not_remembered(bank: Bank) -> None:
    assert bank.deposit("b2", {"amount": 5}, **KEY).status_code == 409
    bank.open("b2")
    assert bank.deposit("b2", {"amount": 5}, **KEY).status_code == 201
    assert bank.amounts("b2") == [5]


def test_bad_key_is_named(bank: Bank) -> None:
    answer = bank.deposit("b1", {"amount": 5}, **{"Idempotency-Key": "k" * 513})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "Idempotency-Key")


@pytest.mark.parametrize(("conflicts", "status", "amounts"), [(3, 201, [5]), (4, 409, [])])
def test_conflict_is_decided_again(tmp_path: Path, conflicts: int, status: int, amounts: list[int]) -> None:
    left = iter(range(conflicts))

    def interfere(command: Command) -> None:
        if next(left, None) is not None:
            raise VersionConflict("another was first")

    with running_bank(tmp_path, MemoryStore("ledgers"), deposit_book(interfere)) as bank:
        bank.open("b1")
        assert bank.deposit("b1", {"amount": 5}).status_code == status
        assert bank.amounts("b1") == amounts


def test_private_field_is_not_compared(tmp_path: Path) -> None:
    book = CommandBook("ledgers")

    @book.command("deposit", path="/books/{book}/deposits", roles={"office"}, private={"currency"})
    def deposit(session: Session, command: Command) -> Done:
        return Done({})

    with running_bank(tmp_path, MemoryStore("ledgers"), book) as bank:
        statuses = [
            bank.deposit("b1", body, **KEY).status_code
            for body in ({"amount": 5, "currency": "CNY"}, {"amount": 5, "currency": "HKD"}, {"amount": 6})
        ]
    assert statuses == [201, 201, 422]
