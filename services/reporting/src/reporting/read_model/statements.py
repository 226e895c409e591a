"""Statements that write many rows: they travel as one JSON text, so a batch is one statement with one parameter."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import orjson
from sqlalchemy import (
    Connection,
    Delete,
    Insert,
    Select,
    Table,
    Text,
    Update,
    bindparam,
    cast,
    column,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSON, insert
from sqlalchemy.sql.selectable import TableValuedAlias

Row = dict[str, Any]


def recordset(table: Table, names: Sequence[str]) -> TableValuedAlias:
    """The parameter `rows` (a JSON array of objects) as a relation with columns of the table's types."""
    wanted = [column(name, table.c[name].type) for name in names]
    rows = cast(bindparam("rows"), JSON)
    return func.json_to_recordset(rows).table_valued(*wanted, name="new").render_derived(with_types=True)


@cache
def _insert(table: Table) -> Insert:
    names = [column.name for column in table.columns]
    new = recordset(table, names)
    return insert(table).from_select(names, select(*(new.c[name] for name in names))).on_conflict_do_nothing()


@cache
def _upsert(table: Table) -> Insert:
    """Rows that are there and equal are left alone: no dead row, no index entry."""
    names = [column.name for column in table.columns]
    keys = [column.name for column in table.primary_key]
    new = recordset(table, names)
    statement = insert(table).from_select(names, select(*(new.c[name] for name in names)))
    changed = {name: statement.excluded[name] for name in names if name not in keys}
    differs = func.row(*(table.c[name] for name in changed)).is_distinct_from(func.row(*changed.values()))
    return statement.on_conflict_do_update(index_elements=keys, set_=changed, where=differs)


@cache
def _add(table: Table) -> Insert:
    names = [column.name for column in table.columns]
    new = recordset(table, names)
    statement = insert(table).from_select(names, select(*(new.c[name] for name in names)))
    keys = [column.name for column in table.primary_key]
    return statement.on_conflict_do_update(
        index_elements=keys, set_={"count": table.c["count"] + statement.excluded["count"]}
    )


@cache
def _delete_none(table: Table) -> Delete:
    keys = [str(column.name) for column in table.primary_key]
    new = recordset(table, keys)
    return delete(table).where(table.c["count"] == 0, *(table.c[name] == new.c[name] for name in keys))


@cache
def _delete_owned(table: Table, owner: tuple[str, ...]) -> Delete:
    new = recordset(table, owner)
    return delete(table).where(*(table.c[name] == new.c[name] for name in owner))


@cache
def _delete_beyond(table: Table) -> Delete:
    new = recordset(table, ("case_id", "ordinal"))
    return delete(table).where(table.c.case_id == new.c.case_id, table.c.ordinal > new.c.ordinal)


@cache
def _delete_begun(versions: Table, of: tuple[str, ...]) -> Delete:
    new = recordset(versions, (*of, "known_from"))
    same = (versions.c[name] == new.c[name] for name in of)
    return delete(versions).where(*same, versions.c.known_from >= new.c.known_from)


@cache
def _end(versions: Table, of: tuple[str, ...]) -> Update:
    new = recordset(versions, (*of, "known_from", "known_to"))
    known_to = versions.c.known_to
    return (
        update(versions)
        .values(known_to=new.c.known_to)
        .where(
            *(versions.c[name] == new.c[name] for name in of),
            versions.c.known_from < new.c.known_from,
            or_(known_to.is_(None), known_to >= new.c.known_from),
            known_to.is_distinct_from(new.c.known_to),
        )
    )


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Add rows; one whose key is there already is passed over."""
    _execute(connection, _insert(table), rows)


def insert_new(connection: Connection, table: Table, rows: Sequence[Row], name: str) -> set[str]:
    """Add rows as `insert_rows`; of those that were not there the values of a column, as text."""
    added = connection.scalars(
        _insert(table).returning(cast(table.c[name], Text)), {"rows": orjson.dumps(rows).decode()}
    )
    return set(added)


def rows_of(connection: Connection, statement: Select[Any], rows: Sequence[Row]) -> Sequence[Any]:
    """What a statement answers that reads the parameter `rows`."""
    return connection.execute(statement, {"rows": orjson.dumps(rows).decode()}).all()


def add_counts(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Add each row's `count` to that of the row of the same key; a row whose count is 0 is none.

    All who add do so in the order of the keys, so that they cannot wait for each other.
    """
    _execute(connection, _add(table), rows)
    _execute(connection, _delete_none(table), rows)


def upsert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Add rows, or change what differs in the row of the same key."""
    _execute(connection, _upsert(table), rows)


def delete_owned(connection: Connection, table: Table, owners: Sequence[Row]) -> None:
    """Delete every row that has one of these combinations of values; all owners name the same columns."""
    if owners:
        _execute(connection, _delete_owned(table, tuple(owners[0])), owners)


def delete_beyond(connection: Connection, table: Table, lasts: Sequence[Row]) -> None:
    """Delete rows of a case whose ordinal is beyond the last one given for it."""
    _execute(connection, _delete_beyond(table), lasts)


def delete_begun(connection: Connection, versions: Table, since: Sequence[Row]) -> None:
    """Delete the versions that began at `known_from` or later and have the other values given."""
    if since:
        _execute(connection, _delete_begun(versions, _others(since)), since)


def end(connection: Connection, versions: Table, ends: Sequence[Row]) -> None:
    """Let the versions that held just before `known_from`, and have the other values given, end at `known_to`."""
    if ends:
        _execute(connection, _end(versions, _others(ends)), ends)


def _others(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(name for name in rows[0] if name not in ("known_from", "known_to"))


def _execute(connection: Connection, statement: Insert | Update | Delete, rows: Sequence[Row]) -> None:
    if rows:
        connection.execute(statement, {"rows": orjson.dumps(rows).decode()})
