"""The one copy of the contacts' keys is never replaced by one that lacks a key which nobody destroyed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
import pytest

from bugle.backup import erased
from bugle.backup.keeping import keep_keys
from bugle.backup.keys_copy import WRAPPED
from bugle.backup.programs import rows
from bugle.stack import Home, Stack, StackError, databases
from bugle.stack.databases import Database, plain
from bugle.stack.home import ROOT


@dataclass
class Kept:
    """What a backup of keys asks of a place: a home with a master, and intake's database."""

    home: Home
    database_: Database

    def database(self, service: str) -> Database:
        assert service == "intake"
        return self.database_

    def run(self, statement: LiteralString, *values: object) -> None:
        with psycopg.connect(plain(self.database_.owner_url)) as owner:
            owner.execute(statement, values)

    def record(self) -> str:
        """The reference of a new contact, which has a key."""
        ref = str(uuid4())
        self.run("INSERT INTO contacts VALUES (%s, %s, NULL, 'sealed', now())", ref, str(uuid4()))
        self.run("INSERT INTO contact_keys VALUES (%s, 'wrapped')", ref)
        return ref

    def lose(self, ref: str) -> None:
        self.run("DELETE FROM contact_keys WHERE contact_ref = %s", ref)


def made_new(servers: Stack) -> Database:
    """Intake's database as it is after its migrations."""
    database = servers.create_database(f"kept_{uuid4().hex[:8]}")
    databases.migrate(ROOT / "services" / "intake" / "migrations", database.owner_url)
    return database


@pytest.fixture
def place(servers: Stack, tmp_path: Path) -> Kept:
    home = Home(tmp_path / "home")
    home.write("keys/contact.key", bytes(32))
    return Kept(home, made_new(servers))


def keep(place: Any, folder: Path) -> set[str]:
    """Whose keys the copy has when it has been replaced."""
    keep_keys(place, folder, lambda text: None)
    return {row["contact_ref"].decode() for row in rows(folder / WRAPPED, "contact_keys")}


def refused(place: Any, folder: Path) -> str:
    """Why it was not replaced; everything in the folder is as it was."""
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    with pytest.raises(StackError) as refusal:
        keep_keys(place, folder, lambda text: None)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    return str(refusal.value)


def test_copy_follows_the_keys(place: Kept, tmp_path: Path) -> None:
    first = place.record()
    assert keep(place, tmp_path / "keys") == {first}
    second = place.record()
    assert keep(place, tmp_path / "keys") == {first, second}


def test_lost_key_leaves_the_copy(place: Kept, tmp_path: Path) -> None:
    place.record()
    lost = place.record()
    keep(place, tmp_path / "keys")
    place.lose(lost)
    said = refused(place, tmp_path / "keys")
    assert "1 contacts have neither a key nor a record" in said and "bugle restore DIR --keys" in said


def test_new_database_leaves_the_copy(place: Kept, servers: Stack, tmp_path: Path) -> None:
    """The volume was lost, the database is made anew, and the nightly backup comes before the restore."""
    place.record()
    keep(place, tmp_path / "keys")
    place.database_ = made_new(servers)
    assert "opens 1 contacts of which this database has no key" in refused(place, tmp_path / "keys")


def test_database_without_tables_leaves_the_copy(place: Kept, servers: Stack, tmp_path: Path) -> None:
    place.record()
    keep(place, tmp_path / "keys")
    place.database_ = servers.create_database(f"kept_{uuid4().hex[:8]}")
    assert "the copy is the only one" in refused(place, tmp_path / "keys")


def test_spoilt_copy_is_left(place: Kept, tmp_path: Path) -> None:
    keep(place, tmp_path / "keys")
    (tmp_path / "keys" / WRAPPED).write_bytes(b"PGDMP")
    assert "cannot be read" in refused(place, tmp_path / "keys")


def by_an_event(place: Kept, ref: str) -> None:
    place.run(
        "INSERT INTO events (event_id, type, stream, version, key, occurred_at, recorded_at, data)"
        " VALUES (%s, 'bugle.intake.contact_erased.v1', 'enterprise-1', 1, '1', now(), now(), %s)",
        str(uuid4()),
        json.dumps({"contact_ref": ref}),
    )


def by_a_note(place: Kept, ref: str) -> None:
    place.run("INSERT INTO contact_reads (contact_ref, reader, deed) VALUES (%s, 'restore', 'erased')", ref)


def by_the_home(place: Kept, ref: str) -> None:
    """Recorded and erased after the backup that was restored."""
    place.run("DELETE FROM contacts WHERE contact_ref = %s", ref)
    place.home.write(erased.FILE, json.dumps({"contacts": [ref]}).encode())


@pytest.mark.parametrize("told", [by_an_event, by_a_note, by_the_home])
def test_erased_contact_leaves_the_copy(place: Kept, tmp_path: Path, told: Callable[[Kept, str], None]) -> None:
    """It is replaced by one without the key."""
    gone, kept = place.record(), place.record()
    keep(place, tmp_path / "keys")
    place.lose(gone)
    told(place, gone)
    assert keep(place, tmp_path / "keys") == {kept}
