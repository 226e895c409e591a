"""Nobody changes or removes what has been recorded: a service lacks the right, and a trigger stops the owner."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from bugle.stack import Stack, System
from bugle.stack.databases import plain
from bugle.stack.system import SERVICES
from eventkit.postgres import make_engine
from tests.support.published import append_examples

RECORDING = [service for service, kinds in SERVICES.items() if "relay" in kinds]
CHANGES = {
    "update": "UPDATE {} SET {column} = {column}",
    "delete": "DELETE FROM {}",
    "truncate": "TRUNCATE {} CASCADE",
    "drop": "DROP TRIGGER {trigger} ON {}",
}

COLUMNS = {"events": "data", "log": "hash"}


@pytest.fixture(scope="module")
def recorded(servers: Stack) -> System:
    """Databases with events in them."""
    system = servers.create_system("appendonly")
    for service in RECORDING:
        engine = make_engine(system.database(service).url, pool=1)
        append_examples(engine, service)
        engine.dispose()
    return system


def connected(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(plain(url), autocommit=True)


def refusal(url: str, statement: sql.Composed) -> str:
    with connected(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege) as refused:
        connection.execute(statement)
    return str(refused.value)


def tables(system: System, service: str) -> set[str]:
    """The tables that are append-only in this database by their triggers."""
    query = (
        "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgfoid = to_regproc('refuse_change') AND tgenabled='O'"
    )
    with connected(system.database(service).owner_url) as connection:
        return {str(row[0]) for row in connection.execute(query)}


@pytest.mark.parametrize("service", SERVICES)
def test_every_event_table_is_append_only(recorded: System, service: str) -> None:
    assert ({"events", "log"} if service in RECORDING else set()) <= tables(recorded, service)
    with connected(recorded.database(service).url) as connection:
        found = connection.execute("SELECT to_regclass('public.events') IS NOT NULL").fetchone()
    assert found == (service in RECORDING,), "reporting keeps projections alone"


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("table", ["events", "log"])
@pytest.mark.parametrize("service", RECORDING)
def test_recorded_event_cannot_be_changed(recorded: System, service: str, table: str, change: str) -> None:
    statement = sql.SQL(CHANGES[change]).format(
        sql.Identifier(table),
        column=sql.Identifier(COLUMNS[table]),
        trigger=sql.Identifier(f"{table}_append_only"),
    )
    database = recorded.database(service)
    assert refusal(database.url, statement).startswith(("permission denied", "must be owner"))
    if change != "drop":
        assert "append-only" in refusal(database.owner_url, statement)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("table", ["documents", "renditions"])
def test_issued_document_cannot_be_changed(recorded: System, table: str, change: str) -> None:
    statement = sql.SQL(CHANGES[change]).format(
        sql.Identifier("issued", table),
        column=sql.Identifier("digest"),
        trigger=sql.Identifier(f"{table}_append_only"),
    )
    database = recorded.database("reporting")
    assert refusal(database.url, statement).startswith(("permission denied", "must be owner"))
    if change != "drop":
        assert "append-only" in refusal(database.owner_url, statement)


@pytest.mark.parametrize("service", RECORDING)
def test_service_may_add_and_read_events_only(recorded: System, service: str) -> None:
    query = "SELECT privilege_type FROM information_schema.role_table_grants WHERE grantee = user AND table_name = %s"
    with connected(recorded.database(service).url) as connection:
        for table in ("events", "log"):
            assert {row[0] for row in connection.execute(query, [table])} == {"SELECT", "INSERT"}
