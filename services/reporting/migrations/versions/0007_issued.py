"""Documents as they were issued, and their files: rows are added, never changed.

They lie in a schema of their own, which a rebuild of the projections does not touch.
"""

from __future__ import annotations

from alembic import op

from eventkit.migration import service_role
from eventkit.schema import install_append_only

revision = "0007"
down_revision = "0006"

_TABLES = """
CREATE SCHEMA issued;
CREATE TABLE issued.documents (
    document uuid NOT NULL CONSTRAINT documents_pkey PRIMARY KEY,
    agency text NOT NULL,
    programme text NOT NULL,
    kind text NOT NULL,
    about text NOT NULL,
    edition integer NOT NULL CHECK (edition > 0),
    year integer NOT NULL,
    serial integer NOT NULL CHECK (serial > 0),
    units text[],
    restates uuid CONSTRAINT documents_restates REFERENCES issued.documents,
    known_before timestamptz NOT NULL,
    content text NOT NULL,
    digest text NOT NULL,
    issued_by text NOT NULL,
    issued_at timestamptz NOT NULL,
    due_at timestamptz,
    CONSTRAINT documents_edition UNIQUE (programme, kind, about, edition),
    CONSTRAINT documents_number UNIQUE (programme, kind, year, serial),
    CONSTRAINT documents_restating CHECK ((edition = 1) = (restates IS NULL)),
    CONSTRAINT documents_digest CHECK (digest = encode(sha256(convert_to(content, 'UTF8')), 'hex'))
);
CREATE TABLE issued.renditions (
    document uuid NOT NULL REFERENCES issued.documents,
    language text NOT NULL,
    format text NOT NULL,
    template text,
    file bytea NOT NULL,
    digest text NOT NULL,
    CONSTRAINT renditions_pkey PRIMARY KEY (document, language, format),
    CONSTRAINT renditions_digest CHECK (digest = encode(sha256(file), 'hex'))
);
"""


def upgrade() -> None:
    """Make them; the service's role may add and read."""
    role = service_role()
    op.execute(_TABLES)
    install_append_only(op, "issued.documents", "issued.renditions")
    op.execute(f'GRANT USAGE ON SCHEMA issued TO "{role}"')
    op.execute(f'GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA issued TO "{role}"')
