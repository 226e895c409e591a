"""The tables supervision keeps beside its events; `migrations` makes them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

programmes = Table(
    "programmes",
    metadata,
    Column("programme", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("document", JSONB),
)

watches = Table(
    "watches",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("programme", Text),
    Column("agency", Text),
    Column("enterprise", Text),
    Column("lead", Text),
    Column("closed", Boolean),
    Column("partition", Integer),
    Column("ripe_at", DateTime(timezone=True)),
    Column("provisional", Text),
)
