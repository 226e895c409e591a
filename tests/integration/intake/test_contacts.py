"""Contacts never stand in an event, are encrypted each by its own key, and whoever reads them is noted."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import ProgrammingError

from bugle.stack import Stack, databases
from eventkit.sealing import new_key
from intake.adapters.contacts import MasterKey, Vault
from intake.domain.errors import KeyChanged
from tests.integration.intake.agency import Agency, fault

PERSON = {"name": "张某某", "phone": "+86 13800000000", "role": "厂长"}


def record(agency: Agency) -> tuple[str, str]:
    """The ids of the enterprise and of the contact recorded for it."""
    enterprise = agency.register().json()["id"]
    answer = agency.send("POST", f"/enterprises/{enterprise}/contacts", PERSON, role="frontend")
    assert answer.status_code == 201
    return enterprise, answer.json()["contact_ref"]


def test_no_table_holds_a_contact_in_clear(agency: Agency, engine: Engine) -> None:
    enterprise, contact_ref = record(agency)
    assert agency.events(f"enterprise-{enterprise}")[-1]["data"] == {
        "enterprise": enterprise,
        "contact_ref": contact_ref,
    }
    with engine.connect() as connection:
        tables = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        held = [
            connection.scalar(text(f"SELECT string_agg(t::text, ' ') FROM {table} t")) or ""
            for table in tables
            if table not in ("contact_reads", "alembic_version")
        ]
    for secret in (*PERSON.values(), b"13800000000".hex(), PERSON["name"].encode().hex()):
        assert not any(secret in content for content in held)


def test_idempotency_keeps_no_digest_of_a_person(agency: Agency) -> None:
    """What is recalled by the key alone, whatever name and phone are sent again, can be no hash of them."""
    path = f"/enterprises/{agency.register().json()['id']}/contacts"
    key = {"Idempotency-Key": "contact-1"}
    first = agency.send("POST", path, PERSON, headers=key)
    again = agency.send("POST", path, {**PERSON, "name": "李某某", "phone": "+86 13900000000"}, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    other = agency.send("POST", path, {**PERSON, "role": "会计"}, headers=key)
    assert other.status_code == 422


def test_staff_reads_contacts_and_is_noted(agency: Agency, servers: Stack) -> None:
    enterprise, contact_ref = record(agency)
    found = agency.get(f"/enterprises/{enterprise}/contacts").json()
    assert found == {"items": [{"contact_ref": contact_ref, **PERSON}], "erased": [], "keyless": []}
    one = agency.get(f"/enterprises/{enterprise}/contacts/{contact_ref}").json()
    assert one == {"contact_ref": contact_ref, **PERSON}
    owner = databases.database(servers.postgres, "intake_alone").owner_url
    engine = create_engine(owner)
    with engine.connect() as connection:
        notes = connection.execute(
            text("SELECT reader FROM contact_reads WHERE contact_ref = :ref"), {"ref": contact_ref}
        )
        assert notes.scalars().all() == ["tester", "tester"]
    engine.dispose()


@pytest.mark.parametrize("role", ["department", "analyst", "leader", "operator"])
def test_others_read_no_contacts(agency: Agency, role: str) -> None:
    enterprise, _ = record(agency)
    assert agency.get(f"/enterprises/{enterprise}/contacts", role=role).status_code == 403


def test_foreign_enterprise_has_no_contacts(agency: Agency, stranger: Agency) -> None:
    enterprise, _ = record(agency)
    assert stranger.get(f"/enterprises/{enterprise}/contacts").status_code == 404
    fault(stranger.send("POST", f"/enterprises/{enterprise}/contacts", PERSON), 404, "/enterprise")


def test_notes_of_reading_cannot_be_changed(engine: Engine) -> None:
    for statement in ("SELECT * FROM contact_reads", "DELETE FROM contact_reads", "UPDATE contacts SET sealed = ''"):
        with pytest.raises(ProgrammingError), engine.begin() as connection:
            connection.execute(text(statement))


def test_each_contact_has_a_key_of_its_own(agency: Agency, engine: Engine, contact_key: Path, tmp_path: Path) -> None:
    enterprise, _ = record(agency)
    agency.send("POST", f"/enterprises/{enterprise}/contacts", PERSON)
    query = "SELECT k.wrapped_key, sealed FROM contact_keys k JOIN contacts USING (contact_ref) WHERE enterprise = :of"
    other = tmp_path / "other.key"
    other.write_bytes(new_key())
    with engine.connect() as connection:
        assert len(Vault(MasterKey(str(contact_key))).contacts_of(connection, enterprise)) == 2
        rows = connection.execute(text(query), {"of": enterprise})
        held = [(bytes(row.wrapped_key), bytes(row.sealed)) for row in rows]
        assert len({key for key, _ in held}) == len({sealed for _, sealed in held}) == 2
        with pytest.raises(KeyChanged):
            Vault(MasterKey(str(other))).contacts_of(connection, enterprise)


def test_phone_is_never_repeated_in_a_problem(agency: Agency) -> None:
    enterprise, _ = record(agency)
    answer = agency.send("POST", f"/enterprises/{enterprise}/contacts", {**PERSON, "phone": "call 13800000000!"})
    fault(answer, 422, "/phone")
    assert "13800000000" not in answer.text
