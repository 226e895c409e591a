"""`bugle erase` on a running system: the person is in no table and no topic, and every proof still holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import psycopg
import pytest
from kafka import KafkaConsumer, TopicPartition
from typer.testing import CliRunner

from bugle.audit.export import lines
from bugle.audit.proof import prove
from bugle.cli import app
from bugle.erasure import command
from bugle.quiet import wait_quiet
from bugle.stack import Stack, System
from bugle.stack.databases import plain
from bugle.stack.keys import Keys
from bugle.stack.system import SERVICES
from bugle.verify.command import verified
from bugle.verify.database import snapshot
from bugle.verify.event import SERVICES as RECORDING
from bugle.verify.servers import Addresses
from eventkit.access import clients
from eventkit.envelope import PARTITIONS
from tests.support.office import Office, new_agency

PHONE = "13812345678"
PERSON = {"name": "某某联系人", "phone": PHONE, "role": "厂长"}

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def office(servers: Stack, system: System) -> Iterator[Office]:
    with Office(servers, system, new_agency("erase")) as office:
        yield office


def record(office: Office, role: str) -> tuple[str, str]:
    """The ids of the enterprise and of a contact recorded for it."""
    enterprise = office.call("intake", "GET", "/enterprises")["items"][0]["enterprise"]
    body = PERSON | {"role": role}
    told = office.call("intake", "POST", f"/enterprises/{enterprise}/contacts", body)
    return enterprise, told["contact_ref"]


def everything(system: System) -> Iterator[bytes]:
    """Every row of every table and every record of every topic."""
    for service in SERVICES:
        with psycopg.connect(plain(system.database(service).owner_url)) as connection:
            query = (
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname !~ '^(pg_|information_)'"
            )
            for (table,) in connection.execute(query).fetchall():
                for (row,) in connection.execute(f"SELECT t::text FROM {table} t"):
                    yield row.encode()
    consumer = KafkaConsumer(**clients(system.kafka_access), group_id=None, enable_auto_commit=False)
    for service in RECORDING:
        places = [TopicPartition(f"{system.topic_prefix}{service}.events", n) for n in range(PARTITIONS)]
        ends = consumer.end_offsets(places)
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        while any(consumer.position(place) < ends[place] for place in places):
            for records in consumer.poll(timeout_ms=1_000).values():
                for one in records:
                    yield b"\n".join((one.key or b"", one.value or b"", *(value for _, value in one.headers)))
    consumer.close()


def test_erased_person_is_nowhere_and_proofs_hold(
    servers: Stack, system: System, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "running_place", lambda against: system)
    office.open()
    enterprise, contact_ref = record(office, "厂长")
    _, kept = record(office, "会计")
    done = CliRunner().invoke(app, ["erase", contact_ref, "--json"])
    assert done.exit_code == 0, done.output
    told = orjson.loads(done.stdout)
    assert (told["contacts"], told["master_changed"]) == ({contact_ref: "amended"}, True)
    found = office.call("intake", "GET", f"/enterprises/{enterprise}/contacts")
    assert (found["erased"], [one["contact_ref"] for one in found["items"]]) == ([contact_ref], [kept])
    wait_quiet(system, 90)
    report = verified(Addresses.of(system), system, 60)
    assert report.ok, report.json()
    file = tmp_path / "intake.jsonl"
    keys = Keys(system.home)
    with snapshot(system.database("intake").url) as database, file.open("wb") as opened:
        opened.writelines(lines("intake", database, keys.audit_key()))
    proof = prove(file, orjson.loads(keys.audit_public_file.read_bytes()))
    assert proof.sound, proof.found.faults
    held = list(everything(system))
    assert any(contact_ref.encode() in one and b"contact_erased" in one for one in held), (
        "the search sees what is there"
    )
    for secret in (PHONE.encode(), PERSON["name"].encode(), PHONE.encode().hex().encode()):
        assert not any(secret in one for one in held)


def test_foreign_issuer_is_told(system: System, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind an identity provider intake takes no token of the system's own issuer."""
    monkeypatch.setattr(command, "running_place", lambda against: system)
    office.open()
    enterprise, contact_ref = record(office, "厂长")
    monkeypatch.setattr(Keys, "token", lambda *_, **__: "of.another.issuer")
    done = CliRunner().invoke(app, ["erase", contact_ref])
    assert done.exit_code == 1
    told = str(done.exception)
    assert "identity provider" in told and f"/v1/enterprises/{enterprise}/contacts/{contact_ref}/erasure" in told


def test_unknown_contact_is_told(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "running_place", lambda against: system)
    done = CliRunner().invoke(app, ["erase", "00000000-0000-0000-0000-000000000000"])
    assert done.exit_code == 1
    assert "There is no contact" in str(done.exception)
