"""Two versions of a service on one database: which code a migrated schema serves, and what is said to the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from bugle.stack import Stack
from bugle.stack.databases import Database
from eventkit.migrate import Schema, SchemaError, check, read, upgrade

ENV = "from eventkit.migration import run\n\nrun()\n"
MIGRATION = """
from alembic import op

revision = {revision!r}
down_revision = {before!r}
{serves}

def upgrade() -> None:
    op.execute({statement!r})
"""
STEPS = [
    ("0001", "CREATE TABLE held (id integer, note text)", None),
    ("0002", "ALTER TABLE held ADD COLUMN remark text", None),
    ("0003", "SELECT 1", None),
    ("0004", "ALTER TABLE held DROP COLUMN note", "0003"),
]


@pytest.fixture
def database(servers: Stack) -> Iterator[Database]:
    database = servers.create_database("two_versions")
    yield database
    engine = create_engine(database.owner_url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS held, alembic_version, schema_floor"))
    engine.dispose()


def release(folder: Path, steps: int) -> Path:
    """The migrations of a release that has so many of them."""
    made = folder / f"release-{steps}"
    (made / "versions").mkdir(parents=True)
    (made / "env.py").write_text(ENV, "utf-8")
    before = None
    for revision, statement, serves in STEPS[:steps]:
        told = f"serves = {serves!r}" if serves else ""
        source = MIGRATION.format(revision=revision, before=before, statement=statement, serves=told)
        (made / "versions" / f"{revision}.py").write_text(source, "utf-8")
        before = revision
    return made


def test_expanded_schema_serves_older_code(database: Database, tmp_path: Path) -> None:
    older, newer = release(tmp_path, 1), release(tmp_path, 3)
    assert upgrade(older, database.owner_url)
    check(older, database.url)
    with pytest.raises(SchemaError, match="at migration 0001, this version needs 0003"):
        check(newer, database.url)
    assert upgrade(newer, database.owner_url)
    assert not upgrade(older, database.owner_url), "the older image's job had something to do"
    check(older, database.url)
    check(newer, database.url)
    assert read(database.url) == Schema("0003", "0001")


def test_contract_refuses_what_it_does_not_serve(database: Database, tmp_path: Path) -> None:
    upgrade(release(tmp_path, 4), database.owner_url)
    assert read(database.url) == Schema("0004", "0003")
    check(release(tmp_path, 3), database.url)
    older = release(tmp_path, 2)
    for refused in (lambda: check(older, database.url), lambda: upgrade(older, database.owner_url)):
        with pytest.raises(SchemaError, match=r"at migration 0004 and serves code from 0003 on.*up to 0002"):
            refused()


def test_database_without_migrations_is_told(database: Database, tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="no migration has run, this version needs 0001"):
        check(release(tmp_path, 1), database.url)


def test_held_table_lets_migration_give_up(database: Database, tmp_path: Path) -> None:
    """Whoever waits for a table makes all others wait behind it: the migration ends, and nothing of it is there."""
    upgrade(release(tmp_path, 1), database.owner_url)
    engine = create_engine(database.owner_url)
    with engine.begin() as connection:
        connection.execute(text("SELECT FROM held"))
        with pytest.raises(OperationalError, match="lock timeout"):
            upgrade(release(tmp_path, 3), database.owner_url)
    engine.dispose()
    assert read(database.url) == Schema("0001", "0001")
    assert upgrade(release(tmp_path / "again", 3), database.owner_url)
