"""Reporting on real servers."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from bugle.stack import Stack
from bugle.stack.databases import Database, migrate
from eventkit.postgres import make_engine
from reporting.read_model.writer import apply
from tests.integration.reporting.delivery import Delivery
from tests.support.tokens import Issuer
from tests.unit.reporting.made import Log, courses

MIGRATIONS = Path(__file__).parents[3] / "services/reporting/migrations"
_NUMBERS = itertools.count(1)


def unused(name: str) -> str:
    """A name that neither another test has nor a run before, on servers that outlive a run."""
    return f"{name}{os.getpid()}n{next(_NUMBERS)}"


@pytest.fixture(scope="session")
def reporting_database(servers: Stack) -> Database:
    """A database with reporting's tables, shared by tests that leave it empty or only read."""
    database = servers.create_database(unused("reportingtests"))
    migrate(MIGRATIONS, database.owner_url)
    return database


@pytest.fixture
def scratch(reporting_database: Database) -> Iterator[Connection]:
    """A transaction of the service's role in empty tables; the test rolls it back as often as it likes."""
    engine = make_engine(reporting_database.url, pool=1)
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    engine.dispose()


@pytest.fixture(scope="session")
def history() -> Log:
    """Some hundred events: reference data and fifty cases."""
    return courses(50)


@pytest.fixture(scope="session")
def filled(servers: Stack, history: Log) -> Iterator[Engine]:
    """A database whose tables hold the history; tests only read it."""
    database = servers.create_database(unused("reportingfilled"))
    migrate(MIGRATIONS, database.owner_url)
    engine = make_engine(database.url, pool=2)
    with engine.begin() as connection:
        apply(connection, history.events)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    """Signs the tokens of this run."""
    return Issuer(tmp_path_factory.mktemp("issuer"))


@pytest.fixture
def delivery(servers: Stack) -> Iterator[Delivery]:
    """Databases and topics of a system of the test's own, without processes."""
    delivery = Delivery(servers.create_system(unused("reporting")), servers.kafka.address)
    yield delivery
    delivery.close()
