"""Views for analysts' own tools: what they hold, who may read them, and that they outlive a rebuild."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, create_engine, text

from bugle.stack import Stack, StackError
from bugle.stack.databases import Database, create, create_reader, plain
from bugle.stack.postgres import Postgres
from reporting.queries.lists import HANDLED
from reporting.read_model.writer import apply
from reporting.rebuild.running import rebuild
from tests.integration.reporting.delivery import Delivery
from tests.integration.reporting.serving import unused
from tests.unit.reporting.made import courses, day

PAGE = Path(__file__).parents[3] / "docs/analysis.md"
HOLDING = "proname ~ 'advisory|^lo_|^loread$|^lowrite$' AND proname !~ '^lo_(im|ex)port$'"
"""Functions by which who writes no table holds up others, or leaves something; those with files are superusers' own."""
_DICTIONARY = text(
    "SELECT c.relname, coalesce(a.attname, ''), coalesce(col_description(c.oid, a.attnum), obj_description(c.oid))"
    " FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
    " WHERE c.relnamespace = 'analysis'::regnamespace ORDER BY c.relname, a.attnum"
)


def test_every_column_is_in_the_dictionary(scratch: Connection) -> None:
    rows = scratch.execute(_DICTIONARY).all()
    assert all(meaning for _, _, meaning in rows)
    page, _, _ = PAGE.read_text().partition("\n# Lists")
    told = set(re.findall(r"^\| `(\w+)` \| (.+) \|$", page, re.MULTILINE))
    assert told == {(column, meaning) for _, column, meaning in rows}
    assert all(f"\n## {view}\n" in page for view, _, _ in rows)


@pytest.mark.parametrize("name", HANDLED)
def test_every_list_is_in_the_dictionary(name: str) -> None:
    _, _, page = PAGE.read_text().partition("\n# Lists")
    named = set(re.findall(r"`(\w+)`", page))
    known = {"case_id", "ordinal", "title", "synthetic"}
    assert name in named | set(re.findall(r"^### (\w+)$", page, re.MULTILINE))
    assert set(HANDLED[name].columns) - known <= named


def test_issues_are_the_ledger(scratch: Connection) -> None:
    apply(scratch, courses(20).events)
    counted = text("SELECT count(*), count(programme_title), count(enterprise_name), count(lead) FROM analysis.issues")
    issues, titles, _, leads = scratch.execute(counted).one()
    assert (issues, titles) == (20, 20)
    assert leads == scratch.scalar(text("SELECT count(lead) FROM live.ledger"))
    missed = text("SELECT count(*) FROM analysis.deadlines WHERE status = 'missed'")
    assert scratch.scalar(missed) == scratch.scalar(text("SELECT count(*) FROM live.clocks WHERE status = 'missed'"))
    scratch.rollback()


@pytest.fixture
def reader(servers: Stack, reporting_database: Database) -> Iterator[psycopg.Connection]:
    url = create_reader(servers.postgres, reporting_database.name)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def test_analyst_reads_views_only(reader: psycopg.Connection) -> None:
    for view in ("issues", "deadlines", "events", "cards_and_letters", "states", "enterprises", "visits"):
        reader.execute(f"SELECT * FROM analysis.{view} LIMIT 1")
    for table in ("live.ledger", "live.timeline", "public.inbox", "live_known.ledger"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute(f"SELECT * FROM {table}")


def test_analyst_changes_nothing(reader: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        reader.execute("CREATE TABLE mine (id int)")
    reader.execute("SET default_transaction_read_only = off")  # the grants refuse it too
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute("DELETE FROM analysis.enterprises")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute("CREATE TABLE mine (id int)")


def may_hold(url: str) -> set[bool]:
    """Whether the functions are open to whoever comes by the address: all, none, or both answers."""
    with psycopg.connect(plain(url)) as connection:
        query = f"SELECT DISTINCT has_function_privilege(oid, 'EXECUTE') FROM pg_proc WHERE {HOLDING}"
        return {allowed for (allowed,) in connection.execute(query.encode())}


@pytest.mark.parametrize(
    "call", ["pg_advisory_lock(hashtextextended('tallies', 0))", "pg_try_advisory_lock_shared(1, 2)", "lo_create(0)"]
)
def test_analyst_holds_up_nobody(reader: psycopg.Connection, call: str) -> None:
    reader.execute("SET default_transaction_read_only = off")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute(f"SELECT {call}".encode())


def test_locks_are_the_services(servers: Stack, reporting_database: Database) -> None:
    assert may_hold(create_reader(servers.postgres, reporting_database.name)) == {False}
    assert may_hold(reporting_database.url) == may_hold(reporting_database.owner_url) == {True}


def opened(servers: Stack, name: str) -> Database:
    """A database as it was made before its locks were its service's alone."""
    database = servers.create_database(name)
    with psycopg.connect(servers.postgres.url(servers.postgres.superuser, name)) as admin:
        query = f"SELECT oid::regprocedure::text FROM pg_proc WHERE {HOLDING}"
        for (function,) in admin.execute(query.encode()).fetchall():
            admin.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM {name}, {name}_owner".encode())
            admin.execute(f"GRANT EXECUTE ON FUNCTION {function} TO PUBLIC".encode())
    return database


@pytest.mark.parametrize("again", [create_reader, lambda server, name: create(server, [name])])
def test_older_database_is_mended(servers: Stack, again: Callable[[Postgres, str], object]) -> None:
    database = opened(servers, unused("opened"))
    reader = create_reader(servers.postgres, database.name)
    opened(servers, database.name)
    assert may_hold(reader) == {True}
    again(servers.postgres, database.name)
    assert may_hold(reader) == {False}
    assert may_hold(database.url) == may_hold(database.owner_url) == {True}


def test_who_cannot_keep_locks_makes_no_reader(servers: Stack) -> None:
    database = opened(servers, unused("hosted"))
    with psycopg.connect(servers.postgres.admin_url()) as admin:
        admin.execute(f"ALTER ROLE {database.name}_owner CREATEROLE".encode())
    hosted = replace(servers.postgres, superuser=f"{database.name}_owner", secret=None)
    with pytest.raises(StackError, match="no superuser"):
        create_reader(hosted, database.name)


def test_analyst_enters_reporting_alone(servers: Stack, reader: psycopg.Connection) -> None:
    if servers.postgres.secret is not None:
        pytest.skip("the server's own databases are not ours")
    address = f"postgresql://{reader.info.user}:{reader.info.password}@{reader.info.host}:{reader.info.port}"
    for own in ("postgres", "template1"):
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(f"{address}/{own}")


def test_analyst_who_forgets_is_ended(reader: psycopg.Connection) -> None:
    settings = ("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout")
    shown = [reader.execute(f"SHOW {setting}".encode()).fetchone() for setting in settings]
    assert shown == [("5min",), ("5min",), ("1min",)]


@pytest.mark.timeout(120)
def test_views_outlive_a_rebuild(delivery: Delivery) -> None:
    delivery.publish(courses(5).events, mark=day(90))
    delivery.apply()
    rebuild(delivery.settings)
    engine = create_engine(delivery.settings.owner_database_url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM analysis.issues")) == 5
        described = connection.execute(_DICTIONARY).all()
    engine.dispose()
    assert all(meaning for _, _, meaning in described)
