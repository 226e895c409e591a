"""Supervision on a real database, with a programme of each test's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bugle.stack import Stack, databases
from bugle.stack.home import ROOT
from eventkit.postgres import make_engine
from supervision.config import HttpSettings
from supervision.entrypoints.http import make_app
from tests.integration.supervision.place import Place
from tests.integration.supervision.post import Post
from tests.support.http import TestClient
from tests.support.receivers import mail_server, web_server
from tests.support.tokens import AUDIENCE, ISSUER, Issuer

_numbers = count(1)


@pytest.fixture
def engine(servers: Stack) -> Iterator[Engine]:
    """A migrated database of the test's own, seen through the service's role: sweeps see all that is in it."""
    database = servers.create_database(f"supervision_{os.getpid()}_{next(_numbers)}")
    databases.migrate(ROOT / "services" / "supervision" / "migrations", database.owner_url)
    engine = make_engine(database.url)
    yield engine
    engine.dispose()


@pytest.fixture
def place(engine: Engine) -> Place:
    """The worker and sweepers of supervision."""
    return Place(engine)


@pytest.fixture
def post(place: Place, tmp_path: Path) -> Iterator[Post]:
    """Notifiers, with a real mail server and a real web server to notify."""
    with mail_server() as mailbox, web_server() as hook:
        yield Post(place, tmp_path, mailbox, hook)


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    return Issuer(tmp_path_factory.mktemp("issuer"))


@pytest.fixture
def client(engine: Engine, issuer: Issuer) -> Iterator[TestClient]:
    """The HTTP application."""
    held = HttpSettings(
        database_url="unused", jwks_file=str(issuer.file), issuer=ISSUER, audience=AUDIENCE, http_port=0
    )
    with TestClient(make_app(held, engine)) as client:
        yield client
