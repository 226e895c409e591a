"""The tables supervision keeps beside its events; `migrations` makes them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData()

programmes = Table(
    "programmes",
    metadata,
    Column("programme", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("document", JSONB),
    Column("learnt_at", DateTime(timezone=True)),
)

watches = Table(
    "watches",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("programme", Text),
    Column("agency", Text),
    Column("enterprise", Text),
    Column("lead", Text),
    Column("units", ARRAY(Text)),
    Column("closed", Boolean),
    Column("partition", Integer),
    Column("ripe_at", DateTime(timezone=True)),
    Column("calendar", Text),
    Column("is_provisional", Boolean),
)

unit_cards = Table(
    "unit_cards",
    metadata,
    Column("event_id", Uuid(as_uuid=False), primary_key=True),
    Column("programme", Text),
    Column("agency", Text),
    Column("unit", Text),
    Column("colour", Text),
    Column("case_id", Text),
    Column("at", DateTime(timezone=True)),
    Column("withdrawn", Boolean),
)

duties = Table(
    "duties",
    metadata,
    Column("duty", Uuid(as_uuid=False), primary_key=True),
    Column("programme", Text),
    Column("agency", Text),
    Column("rule", Text),
    Column("subject_kind", Text),
    Column("subject", Text),
    Column("unit", Text),
    Column("case_id", Text),
    Column("about", Text),
    Column("ended", Boolean),
    Column("ripe_at", DateTime(timezone=True)),
)

papers = Table(
    "papers",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("kind", Text),
    Column("programme", Text),
    Column("agency", Text),
    Column("units", ARRAY(Text)),
    Column("at", DateTime(timezone=True)),
    Column("data", JSONB),
)

people = Table(
    "people",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("unit", Text),
)

notifications = Table(
    "notifications",
    metadata,
    Column("notification", Uuid, primary_key=True),
    Column("cause", Uuid),
    Column("name", Text),
    Column("programme", Text),
    Column("programme_version", Integer),
    Column("agency", Text),
    Column("case_id", Text),
    Column("recipient_kind", Text),
    Column("recipient", Text),
    Column("unit", Text),
    Column("access", Text),
    Column("inbox", Boolean),
    Column("at", DateTime(timezone=True)),
    Column("read_at", DateTime(timezone=True)),
    Column("read_by", Text),
    Column("withdrawn", Boolean),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("notification", Uuid, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("state", Text),
    Column("agency", Text),
    Column("at", DateTime(timezone=True)),
    Column("attempts", Integer),
    Column("next_at", DateTime(timezone=True)),
    Column("reason", Text),
    Column("done_at", DateTime(timezone=True)),
)

addresses = Table(
    "addresses",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("recipient", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("shown", Text),
    Column("language", Text),
    Column("set_by", Text),
    Column("set_at", DateTime(timezone=True)),
)
