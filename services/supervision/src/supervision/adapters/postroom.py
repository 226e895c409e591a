"""What the commands about addresses and deliveries look up, on PostgreSQL."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from sqlalchemy import text

from eventkit.commands import Command
from eventkit.postgres import PostgresTransaction
from eventkit.store import Transaction
from supervision.adapters.addresses import AddressBook, Place
from supervision.adapters.webhook import Targets, fault_of, key_of
from supervision.application.delivering import Address
from supervision.domain.text import Text

_KNOWN = {
    "unit": "SELECT unit AS unit FROM units WHERE agency = :agency AND unit = :recipient",
    "person": "SELECT coalesce(unit, '') AS unit FROM people WHERE agency = :agency AND person = :recipient",
    "enterprise": "SELECT '' AS unit FROM enterprises WHERE agency = :agency AND enterprise = :recipient",
    "office": "SELECT '' AS unit FROM directories WHERE agency = :agency AND agency = :recipient",
    "role": "SELECT '' AS unit FROM programmes, jsonb_array_elements(document->'roles') AS role"
    " WHERE document->>'agency' = :agency AND role->>'id' = :recipient LIMIT 1",
}
_STATEMENTS = {kind: text(statement) for kind, statement in _KNOWN.items()}
_STATE = text("SELECT state FROM deliveries WHERE notification = CAST(:id AS uuid) AND channel = :channel FOR UPDATE")


class PostgresAddresses:
    """Implements `postroom.Addresses`."""

    def __init__(self, book: AddressBook, targets: Targets) -> None:
        self._book = book
        self._targets: Targets = targets

    def set(self, tx: Transaction, agency: str, data: dict[str, Any], address: Address, command: Command) -> None:
        self._book.set(tx, _place(agency, data), address, command.caller.sub, command.received_at)

    def digest(self, content: bytes) -> bytes:
        return self._book.digest(content)

    def remove(self, tx: Transaction, agency: str, data: dict[str, Any]) -> bool:
        return self._book.remove(tx, _place(agency, data))

    def knows(self, tx: Transaction, agency: str, kind: str, recipient: str) -> str | None:
        about = {"agency": agency, "recipient": recipient}
        row = cast(PostgresTransaction, tx).connection.execute(_STATEMENTS[kind], about).first()
        return None if row is None else str(row.unit)

    def state(self, tx: Transaction, id: UUID, channel: str) -> str | None:
        about = {"id": str(id), "channel": channel}
        found: str | None = cast(PostgresTransaction, tx).connection.execute(_STATE, about).scalar_one_or_none()
        return found

    def fault(self, url: str, secret: str | None) -> Text | None:
        if secret is None:
            return Text("A webhook needs a secret, with which it is signed.")
        try:
            key_of(secret)
        except ValueError:
            return Text("The secret is whsec_ and 24 to 64 random bytes in base64.")
        return fault_of(url, self._targets)


def _place(agency: str, data: dict[str, Any]) -> Place:
    return Place(agency, data["kind"], data["recipient"], data["channel"])
