"""Intake's HTTP application on a real database, with an agency of each test's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from bugle.stack import Stack, databases
from bugle.stack.home import ROOT
from eventkit.postgres import make_engine
from intake.config import HttpSettings
from intake.entrypoints.http import make_app
from tests.integration.intake.agency import Agency
from tests.support.http import TestClient
from tests.support.tokens import AUDIENCE, ISSUER, Issuer


@pytest.fixture(scope="session")
def engine(servers: Stack) -> Iterator[Engine]:
    """Intake's migrated database, seen through the service's role."""
    database = servers.create_database("intake_alone")
    databases.migrate(ROOT / "services" / "intake" / "migrations", database.owner_url)
    engine = make_engine(database.url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    return Issuer(tmp_path_factory.mktemp("issuer"))


@pytest.fixture(scope="session")
def contact_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "contacts"
    path.write_bytes(os.urandom(32))
    return path


@pytest.fixture(scope="session")
def client(engine: Engine, issuer: Issuer, contact_key: Path) -> Iterator[TestClient]:
    held = HttpSettings(
        database_url="unused",
        jwks_file=str(issuer.file),
        issuer=ISSUER,
        audience=AUDIENCE,
        http_port=0,
        contact_key_file=str(contact_key),
    )
    with TestClient(make_app(held, engine)) as client:
        yield client


@pytest.fixture
def agency(client: TestClient, issuer: Issuer, engine: Engine) -> Agency:
    """An agency with a directory, a programme and the enterprise 荣鑫实业."""
    agency = Agency(f"county-{uuid4().hex[:12]}", client, issuer, engine)
    agency.set_up()
    return agency


@pytest.fixture
def stranger(client: TestClient, issuer: Issuer, engine: Engine) -> Agency:
    """Another agency, which has published nothing yet."""
    return Agency(f"stranger-{uuid4().hex[:12]}", client, issuer, engine)
