"""The schema in which a rebuild works, and how it takes the live one's place."""

from __future__ import annotations

import re

from sqlalchemy import Connection, text

from reporting.projections.versions import KEYS
from reporting.read_model.tables import ANALYSIS, CASE_TABLES, KNOWN, LIVE, SHADOW, TALLIES, VERSIONS, metadata
from reporting.read_model.tallying import tally_all

RETIRED = "retired"
"""What the live schema is called between the swap and its end."""

_INDEXES = text("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = :schema AND tablename = :table")
_KEY = text("SELECT c.conname FROM pg_constraint c WHERE c.contype = 'p' AND c.conrelid = CAST(:table AS regclass)")

_TOLD = text(
    "SELECT c.relname, a.attname, array_to_string(a.attoptions, ', ') FROM pg_attribute a"
    " JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = :schema AND a.attoptions IS NOT NULL"
)
"""What the planner is told of columns, which LIKE does not copy."""
_VIEWS = text(
    "SELECT c.relname, pg_get_viewdef(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind = 'v' AND n.nspname = :schema ORDER BY c.oid"
)
"""In the order in which they were made: one may read another."""
_COPIED = (*CASE_TABLES, *(VERSIONS[name] for name in KEYS))


def clear(connection: Connection) -> None:
    """Drop what a rebuild that did not end has left."""
    for schema in (SHADOW, RETIRED):
        connection.execute(text(f"DROP SCHEMA IF EXISTS {schema}, {schema}{KNOWN} CASCADE"))


def make(connection: Connection, role: str) -> None:
    """Empty tables like the live ones. Those that COPY fills get their indexes only afterwards, by `index`."""
    connection.execute(text(f"CREATE SCHEMA {SHADOW}"))
    for table in metadata.sorted_tables:
        like = "INCLUDING ALL EXCLUDING INDEXES" if table in _COPIED else "INCLUDING ALL"
        connection.execute(text(f"CREATE TABLE {SHADOW}.{table.name} (LIKE {LIVE}.{table.name} {like})"))
    for table, column, options in connection.execute(_TOLD, {"schema": LIVE}).all():
        connection.exec_driver_sql(f"ALTER TABLE {SHADOW}.{table} ALTER COLUMN {column} SET ({options})")
    _make_views(connection, "")
    connection.execute(text(f"CREATE SCHEMA {SHADOW}{KNOWN}"))
    _make_views(connection, KNOWN)
    connection.execute(text(f'GRANT USAGE ON SCHEMA {SHADOW}, {SHADOW}{KNOWN} TO "{role}"'))
    connection.execute(text(f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {SHADOW} TO "{role}"'))
    connection.execute(text(f'GRANT SELECT ON ALL TABLES IN SCHEMA {SHADOW}{KNOWN} TO "{role}"'))


def _make_views(connection: Connection, of: str) -> None:
    """A view goes with its tables when a schema is renamed, so the shadow needs its own."""
    for name, definition in connection.execute(_VIEWS, {"schema": LIVE + of}).all():
        ours = re.sub(rf"\b{LIVE}\.", f"{SHADOW}.", definition)
        connection.exec_driver_sql(f"CREATE VIEW {SHADOW}{of}.{name} AS {ours}")


def index(connection: Connection) -> None:
    """The indexes and keys that the live tables have, with their names, the planner's statistics, and the tallies."""
    connection.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
    for table in _COPIED:
        key = connection.scalar(_KEY, {"table": f"{LIVE}.{table.name}"})
        for name, definition in connection.execute(_INDEXES, {"schema": LIVE, "table": table.name}).all():
            connection.exec_driver_sql(definition.replace(f" ON {LIVE}.", f" ON {SHADOW}.", 1))
            if name == key:
                added = f"ADD CONSTRAINT {name} PRIMARY KEY USING INDEX {name}"
                connection.exec_driver_sql(f"ALTER TABLE {SHADOW}.{table.name} {added}")
    for table in metadata.sorted_tables:
        connection.exec_driver_sql(f"ANALYZE {SHADOW}.{table.name}")
    connection.execute(text("SET LOCAL work_mem = '256MB'"))
    tally_all(connection.execution_options(schema_translate_map={LIVE: SHADOW}))
    for table in TALLIES:
        connection.exec_driver_sql(f"ANALYZE {SHADOW}.{table.name}")


def swap(connection: Connection) -> None:
    """The shadow becomes live. Statements planned before are planned anew by PostgreSQL, for a schema was renamed.

    Analysts' views keep their schema, grants and comments; they are led to the tables that have the old ones' names.
    """
    analysis = connection.execute(_VIEWS, {"schema": ANALYSIS}).all()
    for of in ("", KNOWN):
        connection.execute(text(f"ALTER SCHEMA {LIVE}{of} RENAME TO {RETIRED}{of}"))
        connection.execute(text(f"ALTER SCHEMA {SHADOW}{of} RENAME TO {LIVE}{of}"))
    for name, definition in analysis:
        connection.exec_driver_sql(f"CREATE OR REPLACE VIEW {ANALYSIS}.{name} AS {definition}")
