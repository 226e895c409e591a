"""What every test may ask for. Servers start when the first test asks, once per run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from bugle.stack import Stack, System
from tests.support.stack import running_servers, running_system

# no test measures time: on a busy machine an example may take as long as it likes
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs a whole system comes last: one that runs takes a quarter of a core from every test after it."""
    items.sort(key=lambda item: "e2e" in item.path.parts or "system" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def servers() -> Iterator[Stack]:
    """PostgreSQL and Kafka, without services."""
    with running_servers() as stack:
        yield stack


@pytest.fixture(scope="session")
def database_server(servers: Stack) -> str:
    """The address of the server's own database, as superuser."""
    return servers.postgres.admin_url("postgresql+psycopg")


@pytest.fixture(scope="session")
def broker(servers: Stack) -> str:
    """Kafka's host:port."""
    return servers.kafka.address


@pytest.fixture(scope="session")
def system(servers: Stack) -> Iterator[System]:
    """A whole system with every process, shared by the tests that leave other tests' agencies alone."""
    with running_system(servers, "e2e") as system:
        yield system
