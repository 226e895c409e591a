"""Stores to run the behaviour suites on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from eventkit.memory import MemoryStore
from eventkit.postgres import PostgresStore, make_engine
from eventkit.store import Store
from tests.support.databases import fresh_log_database


@pytest.fixture
def engine(database_server: str) -> Iterator[Engine]:
    """An empty database with eventkit's tables, seen through a service's role."""
    with fresh_log_database(database_server) as url:
        engine = make_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture(params=["memory", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "memory":
        return MemoryStore("ledgers")
    return PostgresStore(request.getfixturevalue("engine"), "ledgers")
