"""Views for analysts' own tools: what they hold, who may read them, and that they outlive a rebuild."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, create_engine, text

from bugle.stack import Stack
from bugle.stack.databases import Database, create_reader
from reporting.queries.lists import HANDLED
from reporting.read_model.writer import apply
from reporting.rebuild.running import rebuild
from tests.integration.reporting.delivery import Delivery
from tests.unit.reporting.made import courses, day

PAGE = Path(__file__).parents[3] / "docs/analysis.md"
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
