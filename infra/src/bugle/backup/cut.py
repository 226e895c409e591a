"""One consistent cut through the databases: no service in it knows an event that its source's snapshot lacks.

For a moment no relay can give an event its place: what is consumed anywhere is then in every log already.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from bugle.stack.databases import UNHURRIED, plain
from bugle.stack.place import Place
from bugle.stack.system import SERVICES
from bugle.verify.database import Database
from bugle.verify.event import GENESIS
from bugle.verify.event import SERVICES as RECORDING
from bugle.verify.log import Head

_OPTIONS = f"{UNHURRIED} -c lock_timeout=20s"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A service's state in the cut. `name`: what pg_dump is told; `head`: of its log, of none for a mere reader."""

    name: str
    database: Database
    head: Head
    migration: str


@contextmanager
def cut(place: Place) -> Iterator[dict[str, Snapshot]]:
    """The snapshots of all services, valid within the block. Relays wait while they are taken, not afterwards."""
    with ExitStack() as held:
        snapshots: dict[str, Snapshot] = {}
        with ExitStack() as locks:
            for service in RECORDING:
                lock = locks.enter_context(psycopg.connect(plain(place.database(service).owner_url), options=_OPTIONS))
                lock.execute("LOCK TABLE log IN SHARE MODE")
            for service in SERVICES:
                url = plain(place.database(service).owner_url)
                connection = held.enter_context(psycopg.connect(url, options=_OPTIONS))
                snapshots[service] = _snapshot(connection, service)
        yield snapshots


def _snapshot(connection: psycopg.Connection[Any], service: str) -> Snapshot:
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    name = _one(connection, "SELECT pg_export_snapshot()")[0]
    migration = _one(connection, "SELECT version_num FROM alembic_version")[0]
    database = Database(connection)
    return Snapshot(name, database, database.head() if service in RECORDING else Head(0, GENESIS), migration)


def _one(connection: psycopg.Connection[Any], query: str) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = connection.execute(query).fetchone()
    assert row is not None  # each query is of one row
    return row
