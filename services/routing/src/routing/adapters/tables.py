"""The tables of routing's read model and of what it keeps beside its events; `migrations` makes them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Connection, DateTime, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from eventkit.postgres import PostgresTransaction
from eventkit.store import Transaction

metadata = MetaData()

cases = Table(
    "cases",
    metadata,
    Column("case_id", Uuid(as_uuid=False), primary_key=True),
    Column("version", Integer),
    Column("agency", Text),
    Column("programme", Text),
    Column("enterprise", Uuid(as_uuid=False)),
    Column("title", Text),
    Column("kind", Text),
    Column("state", Text),
    Column("round", Integer),
    Column("lead", Text),
    Column("supporting", ARRAY(Text)),
    Column("letter", Text),
    Column("synthetic", Boolean),
    Column("opened_at", DateTime(timezone=True)),
)


def connection_of(tx: Transaction) -> Connection:
    """The connection of a transaction; routing's tables exist in PostgreSQL only."""
    if not isinstance(tx, PostgresTransaction):
        raise TypeError(f"routing's tables need PostgreSQL, not {type(tx).__name__}")
    return tx.connection
