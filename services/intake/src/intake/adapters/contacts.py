"""Contacts of enterprises, each sealed with a key of its own, which is wrapped by the master key (docs/adr/0021).

The contact's reference is the label of both ciphertexts. Wrapped keys stand in a table of their own. To destroy a
contact, its wrapped key is deleted; then `bugle erase` changes the master key, so that copies of it are dead too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from enum import Enum

import orjson
from sqlalchemy import Connection, Row, Select, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from eventkit.sealing import fingerprint, new_key, read_key, seal, unseal
from eventkit.store import Transaction
from intake.adapters.tables import connection_of, contact_keys, contact_master, contact_reads, contacts
from intake.application.ports import Contact
from intake.domain.errors import Erased, KeyChanged, Keyless, NotFound

Held = Sequence[Row[str, bytes | None, bytes]]
"""Reference, wrapped key (None: destroyed or lost), sealed contact."""

_ERASED = text(
    "SELECT contact_ref::text FROM contact_erasures WHERE contact_ref = ANY(CAST(:refs AS uuid[]))"
    " UNION SELECT data::json ->> 'contact_ref' FROM events"
    " WHERE stream = :stream AND type LIKE 'bugle.intake.contact\\_erased.%'"
)
"""By its event, and after a restore that erased again by its note alone."""


class Unreadable(Enum):
    """Why nobody can read a contact."""

    ERASED = "erased"
    """An act: its key was destroyed, of which there is a record."""
    KEYLESS = "keyless"
    """A fault: there is no key, and no record of an erasure. It may lie in another copy of the keys."""


SETTING = "BUGLE_CONTACT_KEY_FILE"


class MasterKey:
    """The key that wraps the contacts' keys: a file that `bugle erase` rewrites while this process runs."""

    def __init__(self, path: str) -> None:
        """MissingSetting when the file holds no key."""
        self._path = path
        self._key = read_key(SETTING, path)

    def of(self, connection: Connection) -> bytes:
        """The key by which the keys in this database are wrapped. Raises KeyChanged while the file holds another."""
        wanted = connection.scalar(select(contact_master.c.fingerprint))
        if wanted is None:
            return self._adopted(connection)
        if fingerprint(self._key) != wanted:
            self._key = read_key(SETTING, self._path)
        if fingerprint(self._key) != wanted:
            raise KeyChanged
        return self._key

    def _adopted(self, connection: Connection) -> bytes:
        """A database that has never been told of its master takes the one there is."""
        unknown = contact_master.c.fingerprint.is_(None)
        connection.execute(update(contact_master).where(unknown).values(fingerprint=fingerprint(self._key)))
        return self.of(connection)


class Vault:
    """Keeps contacts in their tables; implements `intake.application.ports.Contacts`."""

    def __init__(self, master: MasterKey) -> None:
        self._master = master

    def keep(self, tx: Transaction, contact_ref: str, enterprise: str, contact: Contact) -> None:
        """See `Contacts.keep`. A change of the master waits for this transaction, or this waits for it."""
        connection, own_key, label = connection_of(tx), new_key(), contact_ref.encode()
        row = {
            "contact_ref": contact_ref,
            "enterprise": enterprise,
            "sealed": seal(own_key, orjson.dumps(asdict(contact)), label),
            "recorded_at": func.clock_timestamp(),
        }
        new = insert(contacts).values(row).on_conflict_do_nothing().returning(contacts.c.contact_ref)
        if connection.execute(new).one_or_none() is None:
            return
        connection.execute(select(contact_master).with_for_update(read=True))
        wrapped = {"contact_ref": contact_ref, "wrapped_key": seal(self._master.of(connection), own_key, label)}
        connection.execute(insert(contact_keys).values(wrapped))

    def destroy(self, tx: Transaction, contact_ref: str, by: str) -> None:
        """See `Contacts.destroy`. Counts the erasure until the master key has been changed; waits for such a change
        before it locks the key, as the change locks both in this order."""
        connection = connection_of(tx)
        connection.execute(select(contact_master).with_for_update())
        mine = contact_keys.c.contact_ref == contact_ref
        if connection.execute(delete(contact_keys).where(mine)).rowcount:
            old = contacts.c.contact_ref == contact_ref
            connection.execute(update(contacts).where(old).values(wrapped_key=None))
            connection.execute(update(contact_master).values(erasures=contact_master.c.erasures + 1))
            note(connection, [contact_ref], by, "erased")

    def contacts_of(self, connection: Connection, enterprise: str) -> dict[str, Contact | Unreadable]:
        """The contacts of an enterprise by reference, in the order recorded; of one without a key, why it has none.

        Raises InvalidTag when one was tampered with, KeyChanged while the master key is being changed.
        """
        rows = connection.execute(_held().where(contacts.c.enterprise == enterprise).order_by(contacts.c.recorded_at))
        return self._opened(connection, enterprise, rows.all())

    def contact(self, connection: Connection, enterprise: str, contact_ref: str) -> Contact:
        """One contact. Raises NotFound, Erased, Keyless, and what `contacts_of` raises."""
        query = _held().where(contacts.c.enterprise == enterprise, contacts.c.contact_ref == contact_ref)
        found = self._opened(connection, enterprise, connection.execute(query).all())
        if contact_ref not in found:
            raise NotFound(field="contact_ref")
        contact = found[contact_ref]
        if isinstance(contact, Unreadable):
            raise (Erased if contact is Unreadable.ERASED else Keyless)(field="contact_ref")
        return contact

    def _opened(self, connection: Connection, enterprise: str, rows: Held) -> dict[str, Contact | Unreadable]:
        without = [contact_ref for contact_ref, wrapped, _ in rows if wrapped is None]
        erased = _erased(connection, enterprise, without) if without else set()
        return dict(self._read(connection, rows, erased))

    def _read(self, connection: Connection, rows: Held, erased: set[str]) -> Iterator[tuple[str, Contact | Unreadable]]:
        for contact_ref, wrapped, sealed in rows:
            if wrapped is None:
                yield contact_ref, Unreadable.ERASED if contact_ref in erased else Unreadable.KEYLESS
            else:
                label = contact_ref.encode()
                own_key = unseal(self._master.of(connection), wrapped, label)
                yield contact_ref, Contact(**orjson.loads(unseal(own_key, sealed, label)))


def note(connection: Connection, refs: list[str], who: str, deed: str) -> None:
    """Note who read or erased which contacts; the notes cannot be changed, nor read back by this service."""
    if refs:
        rows = [{"contact_ref": ref, "reader": who, "deed": deed} for ref in refs]
        connection.execute(contact_reads.insert(), rows)


def _erased(connection: Connection, enterprise: str, refs: list[str]) -> set[str]:
    """Those of whose erasure there is a record, and maybe others of the enterprise."""
    return set(connection.execute(_ERASED, {"refs": refs, "stream": f"enterprise-{enterprise}"}).scalars())


def _held() -> Select[str, bytes | None, bytes]:
    joined = contacts.outerjoin(contact_keys, contact_keys.c.contact_ref == contacts.c.contact_ref)
    return select(contacts.c.contact_ref, contact_keys.c.wrapped_key, contacts.c.sealed).select_from(joined)
