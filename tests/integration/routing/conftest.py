"""Routing's database, migrated, and a desk on it. Tests share it: each has programmes and cases of its own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bugle.stack import Stack
from bugle.stack.databases import migrate
from eventkit.postgres import PostgresStore, make_engine
from eventkit.settings import HttpSettings
from routing.bootstrap import SERVICE
from routing.entrypoints.http import make_app
from tests.integration.routing.desk import Desk, directory, programme
from tests.support.http import TestClient
from tests.support.tokens import AUDIENCE, ISSUER, Issuer

MIGRATIONS = Path(__file__).parents[3] / "services/routing/migrations"
_numbers = count(1)


@pytest.fixture(scope="session")
def routing_engine(servers: Stack) -> Iterator[Engine]:
    database = servers.create_database("routing_alone")
    migrate(MIGRATIONS, database.owner_url)
    engine = make_engine(database.url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def routing_desk(routing_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    issuer = Issuer(tmp_path_factory.mktemp("issuer"))
    settings = HttpSettings(database_url="", jwks_file=str(issuer.file), issuer=ISSUER, audience=AUDIENCE, http_port=0)
    with TestClient(make_app(settings, routing_engine), raise_server_exceptions=False) as http:
        desk = Desk(routing_engine, http, issuer, PostgresStore(routing_engine, SERVICE))
        desk.hear(directory(), directory("anyi"))
        yield desk


@pytest.fixture
def programme_id(routing_desk: Desk) -> str:
    """A programme of the test's own, published in version 1."""
    id = f"programme-{next(_numbers)}"
    routing_desk.hear(programme(id))
    return id
