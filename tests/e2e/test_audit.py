"""The log of a running service is exported and proved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import psycopg
import pytest

from bugle.audit.export import lines
from bugle.audit.proof import prove
from bugle.stack import Stack, System
from bugle.stack.databases import plain
from bugle.stack.keys import Keys
from bugle.verify.database import snapshot
from tests.support.office import Office, new_agency, until

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def office(servers: Stack, system: System) -> Iterator[Office]:
    with Office(servers, system, new_agency("audit")) as office:
        yield office


def test_log_of_running_service_proves_itself(system: System, office: Office, tmp_path: Path) -> None:
    office.open()
    case = office.report()
    until(lambda: office.happened(case), 60, "the issue in the projection")
    keys, file = Keys(system.home), tmp_path / "intake.jsonl"
    with snapshot(system.database("intake").url) as database, file.open("wb") as opened:
        opened.writelines(lines("intake", database, keys.audit_key()))
    proof = prove(file, orjson.loads(keys.audit_public_file.read_bytes()))
    assert proof.sound, proof.found.faults
    assert case.encode() in file.read_bytes()


def test_event_tables_take_no_change(system: System, office: Office) -> None:
    """Neither the service's role nor the owner of the tables may edit what is recorded."""
    office.open()
    for url in (system.database("intake").url, system.database("intake").owner_url):
        with psycopg.connect(plain(url), autocommit=True) as connection:
            for statement in ("UPDATE events SET type = type", "DELETE FROM log", "TRUNCATE events"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement)
