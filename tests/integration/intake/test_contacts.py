"""Contacts never stand in an event, are encrypted each by its own key, and whoever reads them is noted."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import ProgrammingError

from bugle.stack import Stack, databases
from intake.adapters.contacts import Vault
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
    assert found == {"items": [{"contact_ref": contact_ref, **PERSON}]}
    owner = databases.database(servers.postgres, "intake_alone").owner_url
    engine = create_engine(owner)
    with engine.connect() as connection:
        notes = connection.execute(
            text("SELECT reader FROM contact_reads WHERE contact_ref = :ref"), {"ref": contact_ref}
        )
        assert notes.scalars().all() == ["tester"]
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


def test_each_contact_has_a_key_of_its_own(agency: Agency, engine: Engine, contact_key: Path) -> None:
    enterprise, _ = record(agency)
    agency.send("POST", f"/enterprises/{enterprise}/contacts", PERSON)
    vault = Vault(contact_key.read_bytes())
    with engine.connect() as connection:
        assert len(vault.contacts_of(connection, enterprise)) == 2
        rows = connection.execute(
            text("SELECT wrapped_key, sealed FROM contacts WHERE enterprise = :of"), {"of": enterprise}
        ).all()
        assert len({row.wrapped_key for row in rows}) == len({row.sealed for row in rows}) == 2
        with pytest.raises(InvalidTag):
            Vault(bytes(32)).contacts_of(connection, enterprise)


def test_phone_is_never_repeated_in_a_problem(agency: Agency) -> None:
    enterprise, _ = record(agency)
    answer = agency.send("POST", f"/enterprises/{enterprise}/contacts", {**PERSON, "phone": "call 13800000000!"})
    fault(answer, 422, "/phone")
    assert "13800000000" not in answer.text
