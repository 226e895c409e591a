"""What every test may ask for. Servers start when the first test asks, once per run."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from bugle.stack import Stack, System
from tests.support.stack import running_servers, running_system


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Workers share no server: tests of the one system go to one of them, first as the longest; the rest by file."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    items.sort(key=lambda item: not _on_the_system(item))
    for item in items:
        item.add_marker(pytest.mark.xdist_group("system" if _on_the_system(item) else str(item.path)))


def _on_the_system(item: pytest.Item) -> bool:
    return "system" in getattr(item, "fixturenames", ())


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
