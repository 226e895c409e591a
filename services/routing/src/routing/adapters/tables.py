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
    Column("grade", Text),
    Column("owner", Text),
    Column("passed_to", Text),
    Column("cause", Text),
    Column("transfers", Integer),
    Column("returned_by", ARRAY(Text)),
    Column("merged_into", Uuid(as_uuid=False)),
    Column("opened_at", DateTime(timezone=True)),
)


sessions = Table(
    "sessions",
    metadata,
    Column("session", Uuid(as_uuid=False), primary_key=True),
    Column("agency", Text),
    Column("programme", Text),
    Column("enterprise", Uuid(as_uuid=False)),
    Column("cases", ARRAY(Uuid(as_uuid=False))),
    Column("units", ARRAY(Text)),
    Column("starts_at", DateTime(timezone=True)),
    Column("place", Text),
    Column("state", Text),
    Column("present", ARRAY(Text)),
    Column("minutes", Text),
)


def connection_of(tx: Transaction) -> Connection:
    """The connection of a transaction; routing's tables exist in PostgreSQL only."""
    if not isinstance(tx, PostgresTransaction):
        raise TypeError(f"routing's tables need PostgreSQL, not {type(tx).__name__}")
    return tx.connection
