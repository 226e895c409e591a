"""Databases with eventkit's tables for a workload of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

import psycopg

from bugle.stack import Stack
from bugle.stack.databases import Database, plain
from eventkit.envelope import Envelope
from eventkit.schema import install_consumer, install_discards, install_log


@dataclass(frozen=True)
class _Operations:
    connection: psycopg.Connection

    def execute(self, sqltext: str) -> None:
        """See `eventkit.schema.Operations`."""
        self.connection.execute(sqltext.encode())


def log_database(servers: Stack) -> Database:
    """A new database with the tables of a service that records and consumes."""
    database = servers.create_database(f"bench_{uuid4().hex[:8]}")
    with psycopg.connect(plain(database.owner_url)) as connection:
        install_log(_Operations(connection), database.name)
        install_consumer(_Operations(connection), database.name)
        install_discards(_Operations(connection), database.name)
    return database


def fill(database: Database, events: Sequence[Envelope]) -> None:
    """Put events into the store as committed and pending, by COPY."""
    columns = "stream, version, event_id, type, key, occurred_at, recorded_at, data"
    with psycopg.connect(plain(database.url)) as connection, connection.cursor() as cursor:
        with cursor.copy(f"COPY events ({columns}) FROM STDIN") as copy:
            for e in events:
                copy.write_row(
                    (e.stream, e.version, e.id, e.type, e.key, e.occurred_at, e.recorded_at, e.data.decode())
                )
        cursor.execute("INSERT INTO pending SELECT position FROM events ORDER BY position")
