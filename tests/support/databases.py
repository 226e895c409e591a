"""Databases of a test's own on a server that the run shares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from sqlalchemy import Connection, create_engine, make_url, text

from eventkit.schema import install_consumer, install_discards, install_log, let_malformed_wait

_numbers = count(1)


class Statements:
    """Alembic's `op`, as far as eventkit.schema uses it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def execute(self, sqltext: str) -> None:
        self._connection.execute(text(sqltext))


@contextmanager
def fresh_log_database(server: str) -> Iterator[str]:
    """The address of a new database with eventkit's tables, for a role that may do what a service may.

    `server` is the address of a superuser's database on the shared server.
    """
    name = f"log_{next(_numbers)}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for statement in (
            f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
            f"DROP ROLE IF EXISTS {name}",
            f"CREATE ROLE {name} LOGIN PASSWORD '{name}'",
            f"CREATE DATABASE {name}",
        ):
            connection.execute(text(statement))
    owner = create_engine(make_url(server).set(database=name))
    with owner.begin() as connection:
        install_log(Statements(connection), name)
        install_consumer(Statements(connection), name)
        let_malformed_wait(Statements(connection))
        install_discards(Statements(connection), name)
    owner.dispose()
    yield make_url(server).set(database=name, username=name, password=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        connection.execute(text(f"DROP ROLE {name}"))
    admin.dispose()
