"""Contacts of enterprises, each encrypted with a key of its own, which is wrapped by the key-encryption key.

AES-256-GCM throughout, the contact's reference as associated data, so that no ciphertext can be put in another's place.
To destroy a contact for good, also in old backups, its wrapped key is deleted; the event keeps an empty reference.
"""

from __future__ import annotations

from dataclasses import asdict

import orjson
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from eventkit.sealing import new_key, seal, unseal
from eventkit.store import Transaction
from intake.adapters.tables import connection_of, contacts
from intake.application.ports import Contact


class Vault:
    """Keeps contacts in the table `contacts`; implements `intake.application.ports.Contacts`."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def keep(self, tx: Transaction, contact_ref: str, enterprise: str, contact: Contact) -> None:
        """See `Contacts.keep`."""
        own_key = new_key()
        row = {
            "contact_ref": contact_ref,
            "enterprise": enterprise,
            "wrapped_key": seal(self._key, own_key, contact_ref.encode()),
            "sealed": seal(own_key, orjson.dumps(asdict(contact)), contact_ref.encode()),
            "recorded_at": func.clock_timestamp(),
        }
        connection_of(tx).execute(insert(contacts).values(row).on_conflict_do_nothing())

    def contacts_of(self, connection: Connection, enterprise: str) -> dict[str, Contact]:
        """The contacts of an enterprise by reference, in the order recorded. InvalidTag when one was tampered with."""
        query = select(contacts).where(contacts.c.enterprise == enterprise).order_by(contacts.c.recorded_at)
        rows = connection.execute(query).all()
        return {row.contact_ref: self._open(row.contact_ref, row.wrapped_key, row.sealed) for row in rows}

    def _open(self, contact_ref: str, wrapped_key: bytes, sealed: bytes) -> Contact:
        label = contact_ref.encode()
        return Contact(**orjson.loads(unseal(unseal(self._key, wrapped_key, label), sealed, label)))
