"""Brings a service's database to its newest migration: `python -m eventkit.migrate FOLDER`.

FOLDER has Alembic's env.py and versions/; BUGLE_OWNER_DATABASE_URL is the database's address for its owner.
A newer version may have migrated it already: as long as it was only expanded, older code works and nothing is done.
With --check nothing is changed: does the database serve this code? Asked as the service, by BUGLE_DATABASE_URL.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, pool, text

from eventkit import logs, settings
from eventkit.migration import floor


@dataclass(frozen=True, slots=True)
class OwnerSettings:
    """What migrating needs: the address of the database for its owner."""

    owner_database_url: str


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """What asking needs."""

    database_url: str


class SchemaError(Exception):
    """The database does not serve this code; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Schema:
    """`revision`: the newest migration that ran, None before the first; `floor`: the oldest whose code it serves."""

    revision: str | None
    floor: str | None


def upgrade(folder: Path, owner_url: str) -> bool:
    """Migrate up to the folder's head; False when nothing is to be done. SchemaError when it serves newer code only."""
    config = _configured(folder, owner_url)
    scripts = ScriptDirectory.from_config(config)
    found = read(owner_url)
    if _is_newer(scripts, found) or found == Schema(scripts.get_current_head(), floor(scripts)):
        return False
    command.upgrade(config, "head")
    return True


def check(folder: Path, url: str) -> None:
    """SchemaError when code with this folder's migrations cannot work with the database."""
    scripts = ScriptDirectory.from_config(_configured(folder, url))
    found, head = read(url), scripts.get_current_head()
    if not _is_newer(scripts, found) and found.revision != head:
        where = (
            f"The database is at migration {found.revision}"
            if found.revision
            else "On the database no migration has run"
        )
        raise SchemaError(f"{where}, this version needs {head}: migrate it first.")


def read(url: str) -> Schema:
    """What the database says of itself."""
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        revision, floor = (
            connection.scalar(text(f"SELECT {column} FROM {table}")) if inspect(connection).has_table(table) else None
            for table, column in (("alembic_version", "version_num"), ("schema_floor", "revision"))
        )
    return Schema(revision, floor)


def _is_newer(scripts: ScriptDirectory, found: Schema) -> bool:
    """Whether a newer version has migrated the database; SchemaError when it has contracted it past this code."""
    known = {script.revision for script in scripts.walk_revisions()}
    if found.revision is None or found.revision in known:
        return False
    if found.floor not in known:
        raise SchemaError(
            f"The database is at migration {found.revision} and serves code from {found.floor} on; this version knows"
            f" migrations up to {scripts.get_current_head()}. Use a newer image; a contract is not undone."
        )
    return True


def _configured(folder: Path, url: str) -> Config:
    config = Config(attributes={"url": url})
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config


def main() -> None:
    """Migrate, or check; exit status 1 and a sentence when the database does not serve this code."""
    logs.configure(settings.read(settings.LogSettings), "bugle", "migrate")
    parser = argparse.ArgumentParser(prog="python -m eventkit.migrate", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--check", action="store_true", help="change nothing; does the database serve this code?")
    asked = parser.parse_args()
    try:
        if asked.check:
            check(asked.folder, settings.read(ServiceSettings).database_url)
        else:
            done = upgrade(asked.folder, settings.read(OwnerSettings).owner_database_url)
            print("migrated" if done else "nothing to do")
    except SchemaError as refusal:
        raise SystemExit(str(refusal)) from None


if __name__ == "__main__":
    main()
