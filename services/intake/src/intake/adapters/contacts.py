"""Contacts of enterprises, each encrypted with a key of its own, which is wrapped by the key-encryption key.

AES-256-GCM throughout, the contact's reference as associated data, so that no ciphertext can be put in another's place.
To destroy a contact for good, also in old backups, its wrapped key is deleted; the event keeps an empty reference.
"""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from eventkit.settings import MissingSetting
from eventkit.store import Transaction
from intake.adapters.tables import connection_of, contacts
from intake.application.ports import Contact

KEY_BYTES = 32
_NONCE_BYTES = 12


def read_key(path: str) -> bytes:
    """The key-encryption key: a file of 32 random bytes. Stops the start when it is anything else."""
    try:
        key = Path(path).read_bytes()
    except OSError as error:
        raise MissingSetting(f"This process cannot start: BUGLE_CONTACT_KEY_FILE cannot be read ({error}).") from None
    if len(key) != KEY_BYTES:
        raise MissingSetting(f"This process cannot start: BUGLE_CONTACT_KEY_FILE must hold {KEY_BYTES} random bytes.")
    return key


class Vault:
    """Keeps contacts in the table `contacts`; implements `intake.application.ports.Contacts`."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def keep(self, tx: Transaction, contact_ref: str, enterprise: str, contact: Contact) -> None:
        """See `Contacts.keep`."""
        own_key = AESGCM.generate_key(KEY_BYTES * 8)
        row = {
            "contact_ref": contact_ref,
            "enterprise": enterprise,
            "wrapped_key": _seal(self._key, own_key, contact_ref),
            "sealed": _seal(own_key, orjson.dumps(asdict(contact)), contact_ref),
            "recorded_at": func.clock_timestamp(),
        }
        connection_of(tx).execute(insert(contacts).values(row).on_conflict_do_nothing())

    def contacts_of(self, connection: Connection, enterprise: str) -> dict[str, Contact]:
        """The contacts of an enterprise by reference, in the order recorded. InvalidTag when one was tampered with."""
        query = select(contacts).where(contacts.c.enterprise == enterprise).order_by(contacts.c.recorded_at)
        rows = connection.execute(query).all()
        return {row.contact_ref: self._open(row.contact_ref, row.wrapped_key, row.sealed) for row in rows}

    def _open(self, contact_ref: str, wrapped_key: bytes, sealed: bytes) -> Contact:
        own_key = _unseal(self._key, wrapped_key, contact_ref)
        return Contact(**orjson.loads(_unseal(own_key, sealed, contact_ref)))


def _seal(key: bytes, content: bytes, contact_ref: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, contact_ref.encode())


def _unseal(key: bytes, sealed: bytes, contact_ref: str) -> bytes:
    return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], contact_ref.encode())
