"""Dispatches, supervision letters, accountability records and reports as lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

import orjson
from sqlalchemy import Connection, text

from eventkit.envelope import Envelope, instant
from eventkit.postgres import PostgresTransaction
from eventkit.store import Transaction
from supervision.application.adding_up import YELLOW, Account, Card

Payload = dict[str, Any]

_PUT = text(
    "INSERT INTO papers (id, kind, programme, agency, units, at, data) VALUES (CAST(:id AS uuid), :kind, :programme,"
    " :agency, CAST(:units AS text[]), :at, CAST(:data AS jsonb))"
    " ON CONFLICT (id) DO UPDATE SET at = excluded.at, data = excluded.data"
)
_ADD = text("UPDATE papers SET data = data || CAST(:data AS jsonb) WHERE id = CAST(:id AS uuid)")

_HIDDEN = ("programme_version", "learnt_at", "backdating_reason")


def _units(data: Payload) -> list[str]:
    return [unit for unit in (data.get("unit"), *(item["unit"] for item in data.get("items", ()))) if unit]


_OPEN: Payload = {"reply": None, "answered_at": None, "withdrawn": False}
_PAPERS: Mapping[str, tuple[str, str, Payload]] = {
    "dispatch_held": ("dispatch", "dispatch", {}),
    "supervision_letter_issued": ("letter", "letter", _OPEN),
    "accountability_recorded": ("accountability", "record", {}),
    "report_published": ("report", "publication", {}),
}
"""By event: the kind of paper, the field that names it, and what is still to come of it."""


def project(tx: Transaction, written: list[Envelope]) -> None:
    """Bring the lists up to the newly recorded events, in their order."""
    connection = cast(PostgresTransaction, tx).connection
    for event in written:
        name = event.type.split(".")[2]
        if name in _PAPERS:
            _put(connection, event, *_PAPERS[name])
        elif name == "supervision_letter_answered":
            data = event.json()
            _add(connection, data["letter"], {"reply": data["reply"], "answered_at": instant(event.occurred_at)})
        elif name == "supervision_letter_withdrawn":
            _add(connection, event.json()["letter"], {"withdrawn": True})


def _put(connection: Connection, event: Envelope, kind: str, id: str, more: Payload) -> None:
    data = event.json()
    at = instant(event.occurred_at)
    told = {**{name: value for name, value in data.items() if name not in _HIDDEN}, "at": at, **more}
    connection.execute(
        _PUT,
        {
            "id": data[id],
            "kind": kind,
            "programme": data["programme"],
            "agency": data["agency"],
            "units": _units(data),
            "at": at,
            "data": orjson.dumps(told).decode(),
        },
    )


def _add(connection: Connection, id: str, more: Payload) -> None:
    connection.execute(_ADD, {"id": id, "data": orjson.dumps(more).decode()})


_ACCOUNT = text("SELECT programme, unit FROM card_accounts WHERE account = :account")
_CARDS = text(
    "SELECT event_id, at FROM unit_cards WHERE programme = :programme AND unit = :unit AND colour = :colour"
    " AND NOT withdrawn ORDER BY at, event_id"
)
_DONE = text("UPDATE card_accounts SET ripe_at = NULL WHERE account = ANY(CAST(:keys AS text[]))")
_LETTERS = text(
    "SELECT id FROM papers WHERE kind = 'letter' AND programme = :programme AND data->>'unit' = :unit"
    " AND data->>'ground' = 'cards' ORDER BY id"
)


def accounts(tx: Transaction) -> CardAccounts:
    """The cards of units, in a transaction."""
    return CardAccounts(cast(PostgresTransaction, tx).connection)


class CardAccounts:
    """Implements `adding_up.Accounts`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def account(self, key: str) -> Account:
        row = self._connection.execute(_ACCOUNT, {"account": key}).one()
        about = {"programme": row.programme, "unit": row.unit, "colour": YELLOW}
        cards = [Card(UUID(str(card.event_id)), card.at) for card in self._connection.execute(_CARDS, about)]
        return Account(row.programme, row.unit, tuple(cards))

    def done(self, keys: Sequence[str]) -> None:
        self._connection.execute(_DONE, {"keys": list(keys)})

    def letters(self, programme: str, unit: str) -> Sequence[UUID]:
        return list(self._connection.execute(_LETTERS, {"programme": programme, "unit": unit}).scalars())
