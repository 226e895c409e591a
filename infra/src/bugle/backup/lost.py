"""Contacts whose key is lost: they have none, and nothing tells that it was destroyed. A copy may hold the only one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, LiteralString

import psycopg

from bugle.backup.erased import dumped_erased, known_erased, remembered
from bugle.backup.keys_copy import KeysCopy
from bugle.backup.programs import rows
from bugle.stack.databases import plain
from bugle.stack.errors import StackError
from bugle.stack.place import Place

_TABLE = "SELECT to_regclass('public.contact_keys')"
_KEYS = "SELECT contact_ref::text FROM contact_keys"
_CONTACTS = "SELECT contact_ref::text FROM contacts"
_WITHOUT_KEY = f"{_CONTACTS} EXCEPT {_KEYS}"


def without_key(place: Place) -> set[str]:
    """Intake's contacts that have no key: they were erased, or it is lost."""
    with psycopg.connect(plain(place.database("intake").owner_url)) as connection:
        return _refs(connection, _WITHOUT_KEY)


def in_need(place: Place, dump: Path) -> set[str]:
    """The contacts of a dump of intake's database that nobody knows as erased."""
    contacts = {row["contact_ref"].decode() for row in rows(dump, "contacts")}
    return contacts - dumped_erased(dump) - remembered(place)


def demand_no_loss(place: Place, copy: KeysCopy) -> None:
    """StackError when to replace this copy of the keys might lose the only one of a contact's key."""
    with_copy = f"{copy.folder} stays as it is. Restore with it: bugle restore DIR --keys {copy.folder}."
    copied = _copied(copy.wrapped)
    with psycopg.connect(plain(place.database("intake").owner_url)) as connection:
        if connection.execute(_TABLE).fetchone() == (None,):
            raise StackError(
                f"The database has lost the keys of its contacts, and the copy is the only one: {with_copy}"
            )
        keyless, keyed = _refs(connection, _WITHOUT_KEY), _refs(connection, _KEYS)
        erased = known_erased(place, connection)  # at last: who is erased meanwhile is known here
    if lost := keyless - erased:
        raise StackError(
            f"{len(lost):,} contacts have neither a key nor a record of their erasure, and the copy may be the only one"
            f" left: {with_copy} Only if it is lost, too: bugle verify names them; bugle erase REF records that they"
            " are gone, and then bugle backup goes on."
        )
    if lost := copied - keyed - erased:
        raise StackError(
            f"The copy of the keys opens {len(lost):,} contacts of which this database has no key: {with_copy} Only if"
            " it is another system's, or they are given up, move it away."
        )


def _copied(wrapped: Path) -> set[str]:
    if not wrapped.exists():
        return set()
    try:
        return {row["contact_ref"].decode() for row in rows(wrapped, "contact_keys")}
    except StackError as error:
        raise StackError(
            f"{wrapped} cannot be read, and stays as it is: {error}. Move it away, then run bugle backup again."
        ) from error


def _refs(connection: psycopg.Connection[Any], query: LiteralString) -> set[str]:
    return {ref for (ref,) in connection.execute(query)}
