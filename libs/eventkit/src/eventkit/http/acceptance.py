"""From what travelled to an order: the one path of REST and CloudEvents. Role, then form, then the command."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from contracts import Contract
from eventkit.caller import Caller
from eventkit.commands import Command, CommandBook, Entry
from eventkit.http.desk import Order
from eventkit.http.mends import field_problems
from eventkit.http.reading import whole
from eventkit.problems import Faulty


@dataclass(frozen=True, slots=True)
class Submission:
    """What the two ways in have in common. `at`: the pointer to the data in the request ("" or "/data").

    `key` is the idempotency key in the caller's scope, written at `key_name`; `id` becomes the command's id.
    """

    id: UUID
    key: str | None
    key_name: str
    data: Any
    at: str
    caller: Caller
    received_at: datetime
    occurred_at: datetime | None = None
    expected_version: int | None = None
    traceparent: str | None = None


class Acceptance:
    """Judges requests against the contracts of one service's commands; the validators are compiled once."""

    def __init__(self, book: CommandBook, contracts: Mapping[str, Contract]) -> None:
        missing = [entry.type for entry in book if entry.type not in contracts]
        if missing:
            raise LookupError(f"no contract is published for {', '.join(missing)}")
        self._contracts = {entry.type: contracts[entry.type] for entry in book}
        for contract in self._contracts.values():
            contract.validate({})

    def contract(self, entry: Entry) -> Contract:
        """The published contract of a command."""
        return self._contracts[entry.type]

    def accept(self, entry: Entry, submission: Submission) -> Order:
        """The order; Forbidden without the role, Faulty with all faults of the data."""
        submission.caller.needs(entry.roles)
        contract = self._contracts[entry.type]
        if faults := contract.validate(submission.data):
            raise Faulty(field_problems(faults, contract.schema, submission.at))
        command = Command(
            entry.type,
            submission.id,
            whole(submission.data),
            submission.caller,
            submission.occurred_at,
            submission.received_at,
            submission.expected_version,
            submission.traceparent,
        )
        return Order(entry, command, submission.key, submission.key_name, _digest(command, entry))


def _digest(command: Command, entry: Entry) -> bytes:
    """SHA-256 of what makes two requests the same: type, data in any order of fields, time, expected version."""
    data = {name: value for name, value in command.data.items() if name not in entry.private}
    content = [command.type, data, command.occurred_at, command.expected_version]
    if entry.keyed is not None:
        kept_back = {name: command.data.get(name) for name in entry.private}
        content.append(entry.keyed(orjson.dumps(kept_back, option=orjson.OPT_SORT_KEYS)).hex())
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest()
