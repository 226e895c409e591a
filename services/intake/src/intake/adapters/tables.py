"""The tables of intake's read model and of its contacts; `migrations` makes them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Connection, Date, DateTime, Integer, LargeBinary, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from eventkit.postgres import PostgresTransaction
from eventkit.store import Transaction

metadata = MetaData()


def _id(name: str, *, primary: bool = False) -> Column[str]:
    return Column(name, Uuid(as_uuid=False), primary_key=primary)


def _time(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True))


programmes = Table(
    "programmes",
    metadata,
    Column("programme", Text, primary_key=True),
    Column("agency", Text),
    Column("version", Integer),
    Column("document", JSONB),
    _time("published_at"),
)
directories = Table(
    "directories",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("version", Integer),
    Column("units", JSONB),
    Column("people", JSONB),
    _time("published_at"),
)
enterprises = Table(
    "enterprises",
    metadata,
    _id("enterprise", primary=True),
    Column("agency", Text),
    Column("name", Text),
    Column("tier", Text),
    Column("industry", Text),
    Column("township", Text),
    Column("synthetic", Boolean),
    _time("registered_at"),
)
teams = Table(
    "teams",
    metadata,
    _id("team", primary=True),
    Column("agency", Text),
    Column("programme", Text),
    Column("name", Text),
    Column("tier", Text),
    Column("batch", Text),
    Column("enterprises", JSONB),
    Column("members", JSONB),
    Column("findings", JSONB),
    Column("synthetic", Boolean),
    _time("formed_at"),
    _time("disbanded_at"),
)
visits = Table(
    "visits",
    metadata,
    _id("visit", primary=True),
    Column("agency", Text),
    Column("programme", Text),
    _id("enterprise"),
    Column("mode", Text),
    Column("purposes", JSONB),
    _id("team"),
    Column("batch", Text),
    Column("note", Text),
    Column("synthetic", Boolean),
    _time("visited_at"),
    Column("people", JSONB),
)
issues = Table(
    "issues",
    metadata,
    _id("issue", primary=True),
    Column("agency", Text),
    Column("programme", Text),
    _id("enterprise"),
    Column("title", Text),
    Column("text", Text),
    Column("kind", Text),
    _id("visit"),
    Column("jurisdiction", Text),
    Column("batch", Text),
    Column("channel", Text),
    _time("due_at"),
    Column("ledger_name", Text),
    Column("ledger_row", Text),
    Column("reported_by", Text),
    Column("synthetic", Boolean),
    _time("reported_at"),
    Column("answer", Text),
    _time("answered_at"),
    Column("version", Integer),
    Column("parts", ARRAY(Uuid(as_uuid=False))),
    _id("merged_into"),
    Column("merger", Text),
    Column("withdrawal", Text),
)
links = Table(
    "links",
    metadata,
    _id("issue", primary=True),
    Column("relation", Text, primary_key=True),
    _id("other", primary=True),
    _time("linked_at"),
)
suggestions = Table(
    "suggestions",
    metadata,
    _id("suggestion", primary=True),
    Column("agency", Text),
    Column("programme", Text),
    _id("enterprise"),
    _id("visit"),
    Column("person", Text),
    Column("title", Text),
    Column("text", Text),
    Column("synthetic", Boolean),
    _time("suggested_at"),
    Column("unit", Text),
    Column("answer", Text),
    _time("answered_at"),
)
policies = Table(
    "policies",
    metadata,
    _id("policy", primary=True),
    Column("agency", Text),
    Column("title", Text),
    Column("programmes", JSONB),
    Column("kinds", JSONB),
    Column("keywords", JSONB),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("text", Text),
    _time("published_at"),
)
contacts = Table(
    "contacts",
    metadata,
    _id("contact_ref", primary=True),
    _id("enterprise"),
    Column("wrapped_key", LargeBinary),
    Column("sealed", LargeBinary),
    _time("recorded_at"),
)
contact_keys = Table(
    "contact_keys",
    metadata,
    _id("contact_ref", primary=True),
    Column("wrapped_key", LargeBinary),
)
contact_master = Table(
    "contact_master",
    metadata,
    Column("fingerprint", LargeBinary),
    Column("erasures", Integer),
)
contact_reads = Table(
    "contact_reads",
    metadata,
    _id("contact_ref"),
    Column("reader", Text),
    Column("deed", Text),
)


def connection_of(tx: Transaction) -> Connection:
    """The connection of a transaction, which a read model shares with the events it follows."""
    assert isinstance(tx, PostgresTransaction)
    return tx.connection
