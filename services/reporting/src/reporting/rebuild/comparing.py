"""Whether two schemas hold the same rows, told by PostgreSQL itself in the time of one reading."""

from __future__ import annotations

from sqlalchemy import Connection, Table, text

from reporting.read_model.tables import LIVE, SHADOW, metadata

FIRST = 5


def differences(connection: Connection) -> dict[str, list[str]]:
    """The tables that differ, each with the first keys of rows that are in one schema only."""
    differing = [t for t in metadata.sorted_tables if _sums(connection, LIVE, t) != _sums(connection, SHADOW, t)]
    return {table.name: _keys(connection, table) for table in differing}


def _sums(connection: Connection, schema: str, table: Table) -> tuple[object, ...]:
    """Number of rows, and the sum of 64-bit hashes of whole rows: independent of order."""
    hashed = "count(*), sum(hash_record_extended(t, 0)::numeric)"
    return tuple(connection.execute(text(f"SELECT {hashed} FROM {schema}.{table.name} t")).one())


def _keys(connection: Connection, table: Table) -> list[str]:
    names = ", ".join(column.name for column in table.primary_key)
    one, other = f"TABLE {LIVE}.{table.name}", f"TABLE {SHADOW}.{table.name}"
    either = f"({one} EXCEPT {other}) UNION ALL ({other} EXCEPT {one})"
    rows = connection.execute(text(f"SELECT DISTINCT {names} FROM ({either}) AS d ORDER BY {names} LIMIT {FIRST}"))
    return [" ".join(map(str, row)) for row in rows]
