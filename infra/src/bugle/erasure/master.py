"""Changing the master key of the contacts: every key left is wrapped anew, the old master is overwritten.

What is broken off goes on where it stopped: the new master lies in `contact.key.next` until the old one is gone, and
the database says by which of the two its keys are wrapped.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from bugle.stack.databases import plain
from bugle.stack.errors import StackError
from eventkit.sealing import KEY_BYTES, fingerprint, new_key, read_key, seal, unseal

_BATCH = 1_000
_NEXT = "SELECT contact_ref::text, wrapped_key FROM contact_keys WHERE contact_ref > %s::uuid ORDER BY 1 LIMIT %s"
_REWRAP = "UPDATE contact_keys SET wrapped_key = %s WHERE contact_ref = %s::uuid"
_DONE = "UPDATE contact_master SET fingerprint = %s, erasures = 0, changed_at = clock_timestamp()"


@dataclass(frozen=True, slots=True)
class Masters:
    """The master that is in the file and the one that shall follow it."""

    old: bytes
    new: bytes

    @property
    def new_mark(self) -> bytes:
        """The fingerprint of the new one."""
        return fingerprint(self.new)


def pending(database: str) -> int:
    """How many contacts have been erased since the master was changed, of which old copies can still be opened."""
    with psycopg.connect(plain(database)) as connection:
        row = connection.execute("SELECT erasures FROM contact_master").fetchone()
    return int(row[0]) if row else 0


def unfinished(key_file: Path) -> bool:
    """Whether a change of the master was broken off."""
    return _next_file(key_file).exists()


def change_master(database: str, key_file: Path, say: Callable[[str], None] = lambda text: None) -> int:
    """Wrap all keys anew and destroy the old master; how many keys there are. StackError when no key fits.

    `database`: intake's, for its owner. Contacts that are being recorded wait until the keys are wrapped.
    """
    with key_file.open("r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        old = read_key(str(key_file), key_file)
        with psycopg.connect(plain(database)) as connection:
            known = _fitting(connection, old, key_file)
            masters = Masters(old, _next_master(key_file))
            count = _rewrap(connection, masters, known, say)
        held.write(masters.new)  # over the old bytes, in the same file: containers have this one mounted
        held.flush()
        os.fsync(held.fileno())
        _destroy(_next_file(key_file))
    with psycopg.connect(plain(database), autocommit=True) as connection:
        connection.execute("VACUUM contact_keys")
        connection.execute("VACUUM contacts")
    return count


def _fitting(connection: psycopg.Connection[Any], old: bytes, key_file: Path) -> bytes | None:
    """The mark of the master by which the keys are wrapped, None while there are none; held until the transaction ends.

    StackError when it is neither the old one nor the one of a change that was broken off: no other is made then.
    """
    row = connection.execute("SELECT fingerprint FROM contact_master FOR UPDATE").fetchone()
    assert row is not None
    known = None if row[0] is None else bytes(row[0])
    begun = _next_file(key_file)
    fits = [None, fingerprint(old)] + ([fingerprint(read_key(str(begun), begun))] if begun.exists() else [])
    if known not in fits:
        raise StackError(
            "The keys in the database are wrapped by another master than this file holds. Restore the last backup with"
            " the copy of the keys that fits: bugle restore DIR --keys KEYS"
        )
    return known


def _rewrap(
    connection: psycopg.Connection[Any], masters: Masters, known: bytes | None, say: Callable[[str], None]
) -> int:
    """Do it in one transaction, unless it was done before the last attempt was broken off."""
    total = connection.execute("SELECT count(*) FROM contact_keys").fetchone()
    assert total is not None
    if known == masters.new_mark:
        return int(total[0])
    done, last = 0, "00000000-0000-0000-0000-000000000000"
    while rows := connection.execute(_NEXT, [last, _BATCH]).fetchall():
        with connection.cursor() as cursor:
            cursor.executemany(_REWRAP, [(_rewrapped(masters, ref, wrapped), ref) for ref, wrapped in rows])
        done, last = done + len(rows), rows[-1][0]
        say(f"{done:,} of {total[0]:,} keys are wrapped anew")
    connection.execute("UPDATE contacts SET wrapped_key = NULL WHERE wrapped_key IS NOT NULL")
    connection.execute(_DONE, [masters.new_mark])
    return done


def _rewrapped(masters: Masters, contact_ref: str, wrapped: bytes) -> bytes:
    label = contact_ref.encode()
    return seal(masters.new, unseal(masters.old, wrapped, label), label)


def _next_master(key_file: Path) -> bytes:
    """The new master, on disk before the first key is wrapped by it."""
    file = _next_file(key_file)
    with suppress(FileExistsError), os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
        new.write(new_key())
        new.flush()
        os.fsync(new.fileno())
    return read_key(str(file), file)


def _destroy(file: Path) -> None:
    with file.open("r+b") as held:
        held.write(bytes(KEY_BYTES))
        held.flush()
        os.fsync(held.fileno())
    file.unlink()


def _next_file(key_file: Path) -> Path:
    return key_file.with_name(f"{key_file.name}.next")
