"""Reporting on real servers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine

from bugle.stack import Stack
from bugle.stack.databases import Database, migrate
from eventkit.postgres import make_engine
from tests.integration.reporting.delivery import Delivery
from tests.integration.reporting.serving import MIGRATIONS, holding, unused
from tests.support.tokens import Issuer
from tests.unit.reporting.made import Log, courses


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
    with holding(servers, "reportingfilled", history.events) as engine:
        yield engine


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
