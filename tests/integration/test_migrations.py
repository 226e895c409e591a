"""Each migration of each service only expands, or says from which one on code works with what it leaves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Engine, create_engine, text

from bugle.stack import Stack
from bugle.stack.home import ROOT
from bugle.stack.system import SERVICES
from tests.support.schema_changes import contractions, shape

BEFORE_ANY_RELEASE = {("supervision", "0002"), ("supervision", "0004"), ("reporting", "0002")}
"""These serve no code before themselves; nothing older than them was ever run by an office."""

CONTRACTS = {
    "DROP TABLE held": ["held.id is gone", "held.note is gone", "held.place is gone", "held.total is gone"],
    "ALTER TABLE held DROP COLUMN note": ["held.note is gone"],
    "ALTER TABLE held RENAME COLUMN note TO remark": ["held.note is gone"],
    "ALTER TABLE held RENAME TO kept": ["held.id is gone", "held.note is gone"],
    "ALTER TABLE held ADD COLUMN unit text NOT NULL": ["held.unit is new and must be given"],
    "ALTER TABLE held ALTER COLUMN note SET NOT NULL": ["held.note must not be null any more"],
    "ALTER TABLE held ALTER COLUMN total DROP DEFAULT": ["held.total has lost its default"],
    "ALTER TABLE held ALTER COLUMN note TYPE varchar(9)": ["held.note was text, is character varying(9)"],
    "ALTER TABLE held ADD CHECK (total > 0)": ["check of held: CHECK ((total > 0)) is new"],
    "ALTER TABLE held ADD UNIQUE (note)": ["key of held: UNIQUE (note) is new"],
    "CREATE UNIQUE INDEX one_note ON held (note)": ["unique index of held: USING btree (note) is new"],
    "DROP INDEX one_place": ["unique index of held: USING btree (place) is gone"],
    "ALTER TABLE held DROP CONSTRAINT held_pkey": ["key of held: PRIMARY KEY (id) is gone"],
    "REVOKE INSERT ON held FROM migrated_planted": ["INSERT on held is gone"],
    "DROP FUNCTION unused()": ["function unused() is gone"],
}
EXPANSIONS = [
    "ALTER TABLE held ADD COLUMN unit text",
    "ALTER TABLE held ADD COLUMN unit text NOT NULL DEFAULT ''",
    "ALTER TABLE held ADD COLUMN colour text CHECK (colour IN ('yellow', 'red'))",
    "ALTER TABLE held ALTER COLUMN total DROP NOT NULL",
    "ALTER TABLE held DROP CONSTRAINT held_total_check",
    "CREATE INDEX notes ON held (note)",
    "CREATE TABLE more (id integer PRIMARY KEY, note text NOT NULL UNIQUE)",
    "UPDATE held SET note = 'filled'",
    "GRANT UPDATE ON held TO migrated_planted",
]
PLANTED = """
CREATE TABLE held (id integer PRIMARY KEY, note text, place text, total integer NOT NULL DEFAULT 1 CHECK (total > -1));
CREATE UNIQUE INDEX one_place ON held (place);
CREATE FUNCTION unused() RETURNS integer LANGUAGE sql AS 'SELECT 1';
GRANT SELECT, INSERT ON held TO migrated_planted;
"""


@contextmanager
def emptied(servers: Stack, name: str) -> Iterator[tuple[Engine, str]]:
    """The engine and address of a database's owner."""
    database = servers.create_database(f"migrated_{name}")
    engine = create_engine(database.owner_url)
    try:
        yield engine, database.owner_url
    finally:
        engine.dispose()


@pytest.fixture(scope="module")
def planted(servers: Stack) -> Iterator[Engine]:
    with emptied(servers, "planted") as (engine, _):
        with engine.begin() as connection:
            connection.execute(text(PLANTED))
        yield engine


def scripts_of(folder: Path, url: str) -> tuple[Config, list[Script]]:
    config = Config(attributes={"url": url})
    config.set_main_option("script_location", str(folder))
    return config, list(ScriptDirectory.from_config(config).walk_revisions())[::-1]


@pytest.mark.timeout(120)
@pytest.mark.parametrize("service", SERVICES)
def test_migrations_expand_or_say(servers: Stack, service: str) -> None:
    with emptied(servers, service) as (engine, url):
        config, scripts = scripts_of(ROOT / "services" / service / "migrations", url)
        with engine.connect() as connection:
            before = shape(connection, f"migrated_{service}")
        for script in scripts:
            command.upgrade(config, script.revision)
            with engine.connect() as connection:
                after = shape(connection, f"migrated_{service}")
            unsaid = contractions(before, after) if getattr(script.module, "serves", None) is None else []
            assert not unsaid, f'{script.path} contracts; expand first, and say `serves = "…"`: {unsaid}'
            before = after


@pytest.mark.parametrize("service", SERVICES)
def test_contracts_serve_code_before_them(service: str) -> None:
    """A contract whose own release is the first that works with it cannot be rolled out beside anything."""
    _, scripts = scripts_of(ROOT / "services" / service / "migrations", "")
    known: list[str] = []
    served = ""
    for script in scripts:
        serves = getattr(script.module, "serves", None)
        if serves is not None:
            assert serves in known or (service, script.revision) in BEFORE_ANY_RELEASE, script.path
            assert serves >= served, f"{script.path} serves older code than a contract before it"
            served = serves
        known.append(script.revision)


@pytest.mark.parametrize(("change", "told"), CONTRACTS.items())
def test_planted_contract_is_found(planted: Engine, change: str, told: list[str]) -> None:
    assert set(told) <= set(found(planted, change))


@pytest.mark.parametrize("change", EXPANSIONS)
def test_expansion_passes_the_check(planted: Engine, change: str) -> None:
    assert found(planted, change) == []


def found(engine: Engine, change: str) -> list[str]:
    """What the change contracts; it is undone."""
    with engine.connect() as connection:
        before = shape(connection, "migrated_planted")
        connection.execute(text(change))
        return contractions(before, shape(connection, "migrated_planted"))
