"""An erased contact is gone for good: in the database, in copies made before, and for whoever holds today's keys."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import Engine

from bugle.audit.reads import _noted
from bugle.erasure import master
from bugle.erasure.master import change_master, pending, unfinished
from bugle.stack import Stack, databases
from bugle.stack.errors import StackError
from bugle.stack.postgres import installed
from bugle.verify.database import snapshot
from eventkit.sealing import fingerprint, new_key, read_key, seal, unseal
from tests.integration.intake.agency import Agency, fault
from tests.integration.intake.test_contacts import PERSON, record
from tests.support.office import until

BIN = installed() / "bin"
_WAITS_FOR = "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))"


@pytest.fixture
def owner_url(servers: Stack, engine: Engine) -> str:
    return databases.database(servers.postgres, "intake_alone").owner_url


@pytest.fixture
def owner(owner_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(owner_url.replace(databases.DRIVER, "postgresql"), autocommit=True) as connection:
        yield connection


def erase(agency: Agency, enterprise: str, contact_ref: str, role: str = "erase") -> httpx.Response:
    return agency.send("POST", f"/enterprises/{enterprise}/contacts/{contact_ref}/erasure", {}, role=role)


def test_erased_contact_answers_gone(agency: Agency) -> None:
    enterprise, contact_ref = record(agency)
    answer = erase(agency, enterprise, contact_ref)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "amended")
    again = erase(agency, enterprise, contact_ref)
    assert (again.status_code, again.json()["outcome"]) == (200, "unchanged")
    gone = agency.get(f"/enterprises/{enterprise}/contacts/{contact_ref}")
    fault(gone, 410, "/contact_ref")
    assert gone.json()["type"] == "urn:bugle:problem:contact-erased"
    listed = agency.get(f"/enterprises/{enterprise}/contacts").json()
    assert listed == {"items": [], "erased": [contact_ref], "keyless": []}
    assert agency.events(f"enterprise-{enterprise}")[-1]["type"] == "contact_erased.v1"
    assert agency.events(f"enterprise-{enterprise}")[-1]["data"] == {
        "enterprise": enterprise,
        "contact_ref": contact_ref,
    }


def test_missing_key_is_no_erasure(agency: Agency, owner: psycopg.Connection[Any], owner_url: str) -> None:
    """Of an erasure there is a record; of a key that is lost, say by a restore with older keys, there is none."""
    enterprise, lost = record(agency)
    erased = agency.send("POST", f"/enterprises/{enterprise}/contacts", PERSON, role="frontend").json()["contact_ref"]
    noted = agency.send("POST", f"/enterprises/{enterprise}/contacts", PERSON, role="frontend").json()["contact_ref"]
    erase(agency, enterprise, erased)
    owner.execute("DELETE FROM contact_keys WHERE contact_ref = ANY(%s::uuid[])", [[lost, noted]])
    owner.execute("INSERT INTO contact_reads (contact_ref, reader, deed) VALUES (%s, 'restore', 'erased')", [noted])
    listed = agency.get(f"/enterprises/{enterprise}/contacts").json()
    assert (listed["items"], listed["keyless"]) == ([], [lost])
    assert set(listed["erased"]) == {erased, noted}
    missing = agency.get(f"/enterprises/{enterprise}/contacts/{lost}")
    fault(missing, 409, "/contact_ref")
    assert missing.json()["type"] == "urn:bugle:problem:contact-keyless"
    with snapshot(owner_url) as database:
        assert lost in set(database.keyless())
        assert not {erased, noted} & set(database.keyless())


@pytest.mark.parametrize("role", ["frontend", "office", "department", "leader", "analyst", "operator"])
def test_others_erase_nothing(agency: Agency, role: str) -> None:
    enterprise, contact_ref = record(agency)
    assert erase(agency, enterprise, contact_ref, role).status_code == 403
    assert agency.get(f"/enterprises/{enterprise}/contacts/{contact_ref}").status_code == 200


def test_eraser_of_one_agency_erases_no_others(agency: Agency, stranger: Agency) -> None:
    enterprise, contact_ref = record(agency)
    fault(erase(stranger, enterprise, contact_ref), 404, "/enterprise")
    fault(erase(agency, enterprise, str(uuid4())), 404, "/contact_ref")


def test_reading_and_erasing_are_noted(agency: Agency, owner: psycopg.Connection[Any]) -> None:
    enterprise, contact_ref = record(agency)
    agency.get(f"/enterprises/{enterprise}/contacts")
    erase(agency, enterprise, contact_ref)
    erase(agency, enterprise, contact_ref)
    rows = owner.execute(
        "SELECT reader, deed FROM contact_reads WHERE contact_ref = %s ORDER BY read_at", [contact_ref]
    ).fetchall()
    assert rows == [("tester", "read"), ("tester", "erased")]


def test_notes_stay_for_six_months(agency: Agency, owner: psycopg.Connection[Any]) -> None:
    enterprise, contact_ref = record(agency)
    agency.get(f"/enterprises/{enterprise}/contacts")
    for statement in (
        "DELETE FROM contact_reads WHERE contact_ref = %s",
        "UPDATE contact_reads SET reader = 'nobody' WHERE contact_ref = %s",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            owner.execute(statement, [contact_ref])
    old, gone = str(uuid4()), str(uuid4())
    for ref, deed in ((old, "read"), (gone, "erased")):
        owner.execute(
            "INSERT INTO contact_reads (contact_ref, reader, deed, read_at)"
            " VALUES (%s, 'x', %s, now() - interval '7 months')",
            [ref, deed],
        )
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="of erasing for good"):
        owner.execute("DELETE FROM contact_reads WHERE contact_ref = %s", [gone])
    assert owner.execute("DELETE FROM contact_reads WHERE contact_ref = %s", [old]).rowcount == 1


def test_changed_master_opens_what_is_left(agency: Agency, owner_url: str, contact_key: Path) -> None:
    """The running process reads the new master by itself."""
    enterprise, contact_ref = record(agency)
    _, kept = record(agency)
    erase(agency, enterprise, contact_ref)
    before = contact_key.read_bytes()
    assert pending(owner_url) >= 1
    assert change_master(owner_url, contact_key) >= 1
    assert contact_key.read_bytes() != before
    assert (pending(owner_url), unfinished(contact_key)) == (0, False)
    listed = agency.get(f"/enterprises/{enterprise}/contacts").json()
    assert listed == {"items": [{"contact_ref": kept, **PERSON}], "erased": [contact_ref], "keyless": []}
    record(agency)


def test_erasure_waits_for_a_change_of_the_master(
    agency: Agency, owner: psycopg.Connection[Any], owner_url: str
) -> None:
    """It has locked nothing then that the change needs: neither would go on."""
    enterprise, contact_ref = record(agency)
    with ThreadPoolExecutor(1) as pool, psycopg.connect(_url(owner)) as changing:
        changing.execute("SELECT FROM contact_master FOR UPDATE")
        erasing = pool.submit(erase, agency, enterprise, contact_ref)
        waits = [changing.info.backend_pid]
        until(lambda: owner.execute(_WAITS_FOR, waits).fetchone() == (1,), 20, "the erasure at the master")
        changing.execute("SELECT FROM contact_keys WHERE contact_ref = %s FOR UPDATE NOWAIT", [contact_ref])
        changing.rollback()
        assert erasing.result().json()["outcome"] == "amended"


def test_reads_outlast_a_pause(agency: Agency, owner: psycopg.Connection[Any]) -> None:
    """Who pages through the list lets the transaction stand, which servers end after a minute."""
    enterprise, _ = record(agency)
    for _ in range(2):
        agency.get(f"/enterprises/{enterprise}/contacts")
    owner.execute("ALTER ROLE CURRENT_USER SET idle_in_transaction_session_timeout = '50ms'")
    try:
        listing = _noted(_url(owner), None, None, None)
        next(listing)
        sleep(0.5)
        assert list(listing)
        with snapshot(_url(owner)) as database:
            assert database.ask("SHOW idle_in_transaction_session_timeout", []) == [("0",)]
    finally:
        owner.execute("ALTER ROLE CURRENT_USER RESET idle_in_transaction_session_timeout")


@pytest.mark.parametrize("broken_at", ["_rewrap", "_destroy"])
def test_broken_change_goes_on(
    agency: Agency, owner_url: str, contact_key: Path, broken_at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    enterprise, contact_ref = record(agency)
    with monkeypatch.context() as broken:
        broken.setattr(master, broken_at, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            change_master(owner_url, contact_key)
    assert unfinished(contact_key)
    assert agency.get(f"/enterprises/{enterprise}/contacts/{contact_ref}").status_code == 200
    change_master(owner_url, contact_key)
    assert not unfinished(contact_key)
    assert agency.get(f"/enterprises/{enterprise}/contacts/{contact_ref}").status_code == 200


def test_key_between_database_and_file_is_unavailable(
    agency: Agency, owner: psycopg.Connection[Any], contact_key: Path
) -> None:
    """The moment after the keys are wrapped anew and before the file is."""
    enterprise, contact_ref = record(agency)
    mark = fingerprint(read_key("BUGLE_CONTACT_KEY_FILE", contact_key))
    owner.execute("UPDATE contact_master SET fingerprint = %s", [fingerprint(new_key())])
    try:
        answer = agency.get(f"/enterprises/{enterprise}/contacts/{contact_ref}")
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:bugle:problem:key-changed")
        assert agency.send("POST", f"/enterprises/{enterprise}/contacts", PERSON).status_code == 503
        with pytest.raises(StackError, match="another master"):
            change_master(_url(owner), contact_key)
        assert not unfinished(contact_key), "nothing was begun that could not be finished"
    finally:
        owner.execute("UPDATE contact_master SET fingerprint = %s", [mark])


def _url(owner: psycopg.Connection[Any]) -> str:
    at = owner.info
    return f"postgresql://{at.user}:{at.password}@{at.host}:{at.port}/{at.dbname}"


def test_old_dump_stays_unreadable(
    servers: Stack, agency: Agency, owner_url: str, contact_key: Path, tmp_path: Path
) -> None:
    """A whole dump, wrapped keys and all, made before the erasure opens with no key that there is today."""
    enterprise, contact_ref = record(agency)
    dump, old_master = tmp_path / "old.dump", contact_key.read_bytes()
    plain = owner_url.replace(databases.DRIVER, "postgresql")
    subprocess.run([BIN / "pg_dump", "-Fc", "-f", dump, plain], check=True)
    erase(agency, enterprise, contact_ref)
    change_master(owner_url, contact_key)
    elsewhere = servers.create_database(f"elsewhere_{uuid4().hex[:8]}").owner_url.replace(
        databases.DRIVER, "postgresql"
    )
    subprocess.run([BIN / "pg_restore", "--no-owner", "--no-privileges", "-d", elsewhere, dump], check=True)
    query = (
        "SELECT k.wrapped_key, c.sealed FROM contacts c JOIN contact_keys k USING (contact_ref) WHERE contact_ref = %s"
    )
    with psycopg.connect(elsewhere) as there, psycopg.connect(plain) as here:
        row = there.execute(query, [contact_ref]).fetchone()
        assert row is not None
        label = contact_ref.encode()
        assert PERSON["phone"].encode() in unseal(unseal(old_master, row[0], label), row[1], label), "the fault planted"
        todays = [bytes(key) for (key,) in here.execute("SELECT wrapped_key FROM contact_keys")]
    present = contact_key.read_bytes()
    for key in (row[0], *todays):
        with pytest.raises(InvalidTag):
            unseal(unseal(present, key, label), row[1], label)


def test_older_process_may_go_on_during_the_upgrade(
    agency: Agency, owner: psycopg.Connection[Any], contact_key: Path
) -> None:
    """It writes the wrapped key beside the contact, as version 0003 of the tables had it."""
    enterprise, contact_ref = agency.register().json()["id"], str(uuid4())
    own, label = new_key(), contact_ref.encode()
    sealed = seal(own, b'{"name":"a","phone":"1","role":null}', label)
    owner.execute(
        "INSERT INTO contacts VALUES (%s, %s, %s, %s, now())",
        [contact_ref, enterprise, seal(contact_key.read_bytes(), own, label), sealed],
    )
    assert agency.get(f"/enterprises/{enterprise}/contacts/{contact_ref}").json()["name"] == "a"
    change_master(_url(owner), contact_key)
    assert owner.execute("SELECT count(*) FROM contacts WHERE wrapped_key IS NOT NULL").fetchone() == (0,)
    assert agency.get(f"/enterprises/{enterprise}/contacts/{contact_ref}").json()["name"] == "a"
