"""Where recipients get their notifications: kept encrypted, shown only in part, never in an event.

Sealed with the key of the service, the label saying whose address it is (`eventkit.sealing`).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import orjson
from sqlalchemy import text

from eventkit.postgres import PostgresTransaction
from eventkit.sealing import read_key, seal, unseal
from eventkit.store import Transaction
from supervision.application.delivering import Address
from supervision.domain.errors import NoAddressKey

_SET = text(
    """
    INSERT INTO addresses (agency, kind, recipient, channel, sealed, shown, language, set_by, set_at)
    VALUES (:agency, :kind, :recipient, :channel, :sealed, :shown, :language, :by, :at)
    ON CONFLICT (agency, kind, recipient, channel) DO UPDATE SET sealed = excluded.sealed, shown = excluded.shown,
        language = excluded.language, set_by = excluded.set_by, set_at = excluded.set_at
    """
)
_FIND = text(
    "SELECT sealed, language FROM addresses WHERE agency = :agency AND kind = :kind AND recipient = :recipient"
    " AND channel = :channel"
)
_REMOVE = text(
    "DELETE FROM addresses WHERE agency = :agency AND kind = :kind AND recipient = :recipient AND channel = :channel"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Whose address, for which channel."""

    agency: str
    kind: str
    recipient: str
    channel: str

    @property
    def label(self) -> bytes:
        """What binds a ciphertext to its row."""
        return "\x1f".join((self.agency, self.kind, self.recipient, self.channel)).encode()


def read_address_key(path: str) -> bytes | None:
    """The key of the addresses; None without a path. Stops the start when the file is no key."""
    return read_key("BUGLE_ADDRESS_KEY_FILE", path) if path else None


class AddressBook:
    """The table `addresses`."""

    def __init__(self, key: bytes | None) -> None:
        self._key = key

    def set(self, tx: Transaction, place: Place, address: Address, by: str, at: datetime) -> None:
        """Keep an address in place of the one before. Raises NoAddressKey."""
        if self._key is None:
            raise NoAddressKey
        content = orjson.dumps({"address": address.address, "secret": address.secret})
        told = {
            **_about(place),
            "sealed": seal(self._key, content, place.label),
            "shown": shown(place.channel, address.address),
            "language": address.language,
            "by": by,
            "at": at,
        }
        cast(PostgresTransaction, tx).connection.execute(_SET, told)

    def digest(self, content: bytes) -> bytes:
        """HMAC-SHA-256 by a key made of the book's own; without one nothing is ever kept that could be compared."""
        if self._key is None:
            return b""
        return hmac.digest(hmac.digest(self._key, b"repeated requests", "sha256"), content, "sha256")

    def find(self, tx: Transaction, place: Place) -> Address | None:
        """The address, None without one. Raises NoAddressKey; InvalidTag when the row was tampered with."""
        row = cast(PostgresTransaction, tx).connection.execute(_FIND, _about(place)).one_or_none()
        if row is None:
            return None
        if self._key is None:
            raise NoAddressKey
        held = orjson.loads(unseal(self._key, row.sealed, place.label))
        return Address(held["address"], held["secret"], row.language)

    def remove(self, tx: Transaction, place: Place) -> bool:
        """Forget an address; whether there was one."""
        return bool(cast(PostgresTransaction, tx).connection.execute(_REMOVE, _about(place)).rowcount)


def shown(channel: str, address: str) -> str:
    """As much of an address as lets its owner recognise it: a***@power.example, https://hooks.power.example/…"""
    if channel == "email":
        name, _, domain = address.rpartition("@")
        return f"{name[:1]}***@{domain}"
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.partition('/')[0].partition('?')[0]}/…"


def _about(place: Place) -> dict[str, str]:
    return {
        "agency": place.agency,
        "kind": place.kind,
        "recipient": place.recipient,
        "channel": place.channel,
    }
