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
    """What needs a whole system comes last: one that runs takes a quarter of a core from every test after it.

    Of these the files that may take longest come first, so that no lot is left alone with one of them at the end.
    """

    def place(item: pytest.Item) -> tuple[bool, float]:
        whole = "e2e" in item.path.parts or "system" in getattr(item, "fixturenames", ())
        return whole, -(_longest(item) if whole else 0)

    items.sort(key=place)


def _longest(item: pytest.Item) -> float:
    """The most seconds that a test of the file may take."""
    module = item.getparent(pytest.Module)
    marks = [] if module is None else [mark.args[0] for mark in module.iter_markers("timeout")]
    return max(marks, default=0)


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
