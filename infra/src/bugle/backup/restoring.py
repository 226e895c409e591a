"""Restoring all services from one backup. The stores win: topics are made anew, and the relays publish every log again.

Each step may be repeated: what was broken off is run again from its beginning and comes out the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg
from cryptography.exceptions import InvalidTag
from psycopg import sql

from bugle.audit.head import SignedHead
from bugle.backup.erased import erase_again
from bugle.backup.keeping import dump_wrapped, masters, settled_master
from bugle.backup.keys_copy import WRAPPED, KeysCopy
from bugle.backup.programs import KEY_TABLES, load, rows
from bugle.backup.proving import check_restored
from bugle.stack.databases import half_restored, plain
from bugle.stack.errors import StackError
from bugle.stack.keys import Keys
from bugle.stack.place import Place
from bugle.stack.system import SERVICES
from eventkit.sealing import fingerprint, read_key, unseal

Say = Callable[[str], None]

SEALING_KEYS = ("contact.key", "address.key")
"""Those that open what is in the databases; the issuer's and the signer's may be new ones."""

_OTHERS = (  # PostgreSQL tells an owner nothing of others' sessions but whose they are; its own workers are nobody's
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND usesysid IS NOT NULL"
)
_SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
_NOT_FOR_EVER = "-c lock_timeout=30s"
_RELAY = "UPDATE relay_state SET published_seq = 0"
_PLACES = (
    "UPDATE progress SET next_offset = 0",  # offsets of the topics there were
    "UPDATE parked SET kafka_offset = -seq",  # an offset there is again must not be taken for one set aside already
    "UPDATE discarded SET kafka_offset = -seq",
    "UPDATE waiting SET kafka_offset = -seq",
)


def check_idle(place: Place, services: Iterable[str], seconds: float = 10) -> None:
    """StackError while anybody else works in one of the databases; who is just leaving is waited for."""
    until = time.monotonic() + seconds
    for service in services:
        while others := _others(plain(place.database(service).owner_url)):
            if time.monotonic() > until:
                raise StackError(
                    f"{others} clients still work in the database of {service}: its processes, or somebody's own tool."
                    " Stop them first. Nothing was changed."
                )
            time.sleep(0.2)


def _others(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(_OTHERS).fetchone()
    return int(row[0]) if row else 0


def drop_keys_aside(place: Place) -> None:
    """Drop what an attempt set aside that died before it changed anything: the keys are in the database, and newer.

    Before anybody is shut out, for from then on what lies aside counts as the only one.
    """
    (place.home.path / WRAPPED).unlink(missing_ok=True)


def set_keys_aside(place: Place, copy: Path | None, half: bool, needed: Collection[str]) -> Path:
    """The wrapped keys to be loaded afterwards: those of the copy, else those that are there now, which are kept.
    `half`: whether an attempt was broken off before; `needed`: the contacts that must be among them.

    StackError, with nothing changed, when those of the copy or those here cannot be read whole, are wrapped by another
    master than the one that lies beside them, or lack one that is needed; and when the copy is older than the last
    change of the master.
    """
    present, here = masters(place), _master_here(place)
    aside = place.home.path / WRAPPED
    if present and not (aside.exists() and half):  # one of an attempt that was broken off is the only one
        _dump_keys(place, aside)
    if copy is None:
        if not aside.exists():
            raise StackError("The database has no table of contacts' keys. Give the copy of the keys with --keys.")
        check_keys(aside, here, needed)
        return aside
    held = KeysCopy(copy)
    if missing := [name for name in SEALING_KEYS if not held.file(name).is_file()]:
        raise StackError(f"{copy} has no {missing[0]}: the copy of the keys is not whole. Nothing was changed.")
    other = read_key(str(held.file("contact.key")), held.file("contact.key"))
    if present and present[0] not in (None, fingerprint(other)) and here != other:
        raise StackError(
            f"{copy} is older than the last `bugle erase` and does not fit. Leave --keys out: keys are here."
        )
    check_keys(held.wrapped, other, needed)
    for name in SEALING_KEYS:
        _put(place, name, held.file(name).read_bytes())
    return held.wrapped


def _dump_keys(place: Place, aside: Path) -> None:
    with settled_master(Keys(place.home).contact_key_file):
        draft = aside.with_name(f"{WRAPPED}.part")
        dump_wrapped(place, draft)
        draft.replace(aside)


def check_keys(file: Path, master: bytes | None, needed: Collection[str]) -> None:
    """StackError unless all wrapped keys of a dump can be read, the master opens them, and none is missing."""
    if not file.exists():
        raise StackError(f"There is no {file}: the copy of the keys is not whole. Take another. Nothing was changed.")
    marks = [_bytes(row["fingerprint"]) for row in rows(file, "contact_master") if "fingerprint" in row]
    wrapped = [(row["contact_ref"], _bytes(row["wrapped_key"])) for row in rows(file, "contact_keys")]
    if (marks or wrapped) and not (master and _opens(master, marks, wrapped)):
        raise StackError(
            f"The keys of {file} are wrapped by another master than the contact.key beside them. Restore with the copy"
            " of the keys that fits: --keys KEYS. Nothing was changed."
        )
    if lacking := set(needed) - {contact_ref.decode() for contact_ref, _ in wrapped}:
        raise StackError(
            f"{len(lacking):,} contacts of the backup have no key in {file}, and nothing tells that they were erased."
            " Restore with the copy of the keys that has them: --keys KEYS. Only if there is none: --without-keys, and"
            " nobody can read these contacts again. Nothing was changed."
        )


def _opens(master: bytes, marks: Iterable[bytes], wrapped: Sequence[tuple[bytes, bytes]]) -> bool:
    """By its mark, and by one of the keys: all are wrapped alike."""
    try:
        for contact_ref, key in wrapped[:1]:
            unseal(master, key, contact_ref)
    except InvalidTag:
        return False
    return all(mark == fingerprint(master) for mark in marks)


def _bytes(copied: bytes) -> bytes:
    """A bytea as COPY writes it."""
    return bytes.fromhex(copied.removeprefix(b"\\x").decode())


def unfinished(place: Place) -> bool:
    """Whether a restore was broken off after it had begun to change the databases."""
    of = [place.database(service) for service in SERVICES]
    return half_restored(of, plain(of[0].owner_url))


def _master_here(place: Place) -> bytes | None:
    file = Keys(place.home).contact_key_file
    return read_key(str(file), file) if file.exists() else None


def _put(place: Place, name: str, key: bytes) -> None:
    """Write a key, into the file that is there: it may belong to the account of the containers."""
    file = place.home.path / "keys" / name
    if file.exists():
        file.write_bytes(key)
    else:
        place.home.write(f"keys/{name}", key)


def bring_back(
    place: Place, folder: Path, services: Mapping[str, Any], heads: Mapping[str, SignedHead], wrapped: Path, say: Say
) -> int:
    """Replace every database by its dump; how many contacts were erased again, whose keys had been loaded.

    Unproved when a log does not lead to its signed head.
    """
    for service, about in services.items():
        say(f"{service}: {about['file']}")
        url = plain(place.database(service).owner_url)
        _empty(url)
        load(url, folder / about["file"])
        if service in heads:
            say(f"{service}: the chain up to log_seq {heads[service].log_seq:,}")
            check_restored(service, url, heads[service])
        with psycopg.connect(url) as connection:
            if service in heads:
                connection.execute(_RELAY)
            for statement in _PLACES:
                connection.execute(statement)
    say("keys of contacts")
    url = plain(place.database("intake").owner_url)
    with psycopg.connect(url) as connection:
        connection.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, KEY_TABLES))))
    load(url, wrapped)
    again = erase_again(place)
    (place.home.path / WRAPPED).unlink(missing_ok=True)
    return again


def _empty(url: str) -> None:
    with psycopg.connect(url, options=_NOT_FOR_EVER) as connection:
        for (schema,) in connection.execute(_SCHEMAS).fetchall():
            try:
                connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))
            except psycopg.errors.LockNotAvailable as error:
                raise StackError(f"Somebody holds what is in the schema {schema}: end his session.") from error
        connection.execute("CREATE SCHEMA public AUTHORIZATION pg_database_owner")
        connection.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")
