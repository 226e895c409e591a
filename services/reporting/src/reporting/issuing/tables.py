"""The documents and their files. Rows are only ever added; a rebuild of the projections leaves them alone.

`documents`: `about` is the period's name, or the id of the session or case, with `.2` and so on for a case's further
letters; `edition` counts from 1; `units`: the departments that may read it beside the office, NULL for none;
`content`: canonical JSON, of which `digest` is the SHA-256; `due_at`: when the programme's schedule asked for it, NULL
when somebody issued it by hand.
"""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP, UUID

metadata = MetaData(schema="issued")

_INSTANT = TIMESTAMP(timezone=True)

documents = Table(
    "documents",
    metadata,
    Column("document", UUID(as_uuid=False), primary_key=True),
    Column("agency", Text, nullable=False),
    Column("programme", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("edition", Integer, nullable=False),
    Column("year", Integer, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("units", ARRAY(Text)),
    Column("restates", UUID(as_uuid=False)),
    Column("known_before", _INSTANT, nullable=False),
    Column("content", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("issued_by", Text, nullable=False),
    Column("issued_at", _INSTANT, nullable=False),
    Column("due_at", _INSTANT),
)

renditions = Table(
    "renditions",
    metadata,
    Column("document", UUID(as_uuid=False), primary_key=True),
    Column("language", Text, primary_key=True),
    Column("format", Text, primary_key=True),
    Column("template", Text),
    Column("file", LargeBinary, nullable=False),
    Column("digest", Text, nullable=False),
)
