"""The event log, the consumer's tables, intake's read model and its contacts."""

from __future__ import annotations

from alembic import op

from eventkit.migration import service_role
from eventkit.schema import install_consumer, install_log

revision = "0001"
down_revision = None

_READ_MODEL = """
CREATE TABLE programmes (
    programme text PRIMARY KEY,
    agency text NOT NULL,
    version integer NOT NULL,
    document jsonb NOT NULL,
    published_at timestamptz NOT NULL
);
CREATE TABLE directories (
    agency text PRIMARY KEY,
    version integer NOT NULL,
    units jsonb NOT NULL,
    people jsonb NOT NULL,
    published_at timestamptz NOT NULL
);
CREATE TABLE enterprises (
    enterprise uuid PRIMARY KEY,
    agency text NOT NULL,
    name text NOT NULL,
    tier text NOT NULL,
    industry text,
    township text,
    synthetic boolean NOT NULL,
    registered_at timestamptz NOT NULL,
    UNIQUE (agency, name)
);
CREATE TABLE teams (
    team uuid PRIMARY KEY,
    agency text NOT NULL,
    programme text NOT NULL,
    name text NOT NULL,
    tier text NOT NULL,
    batch text,
    enterprises jsonb NOT NULL,
    members jsonb NOT NULL,
    findings jsonb NOT NULL,
    synthetic boolean NOT NULL,
    formed_at timestamptz NOT NULL
);
CREATE INDEX teams_order ON teams (agency, formed_at, team);
CREATE TABLE visits (
    visit uuid PRIMARY KEY,
    agency text NOT NULL,
    programme text NOT NULL,
    enterprise uuid NOT NULL,
    mode text NOT NULL,
    purposes jsonb NOT NULL,
    team uuid,
    batch text,
    note text,
    synthetic boolean NOT NULL,
    visited_at timestamptz NOT NULL
);
CREATE INDEX visits_order ON visits (agency, visited_at, visit);
CREATE TABLE issues (
    issue uuid PRIMARY KEY,
    agency text NOT NULL,
    programme text NOT NULL,
    enterprise uuid NOT NULL,
    title text NOT NULL,
    text text,
    kind text,
    visit uuid,
    jurisdiction text,
    batch text,
    channel text NOT NULL,
    due_at timestamptz,
    ledger_name text,
    ledger_row text,
    reported_by text NOT NULL,
    synthetic boolean NOT NULL,
    reported_at timestamptz NOT NULL,
    answer text NOT NULL CHECK (answer IN ('pending', 'closed_out', 'reopened')),
    answered_at timestamptz,
    version integer NOT NULL
);
CREATE INDEX issues_order ON issues (agency, reported_at, issue);
"""

_CONTACTS = """
CREATE TABLE contacts (
    contact_ref uuid PRIMARY KEY,
    enterprise uuid NOT NULL,
    wrapped_key bytea NOT NULL,
    sealed bytea NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX contacts_of ON contacts (enterprise, recorded_at);
CREATE TABLE contact_reads (
    contact_ref uuid NOT NULL,
    reader text NOT NULL,
    read_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
"""


def upgrade() -> None:
    """Make everything; the service may add contacts and notes of their reading, not change or read back the notes."""
    role = service_role()
    install_log(op, role)
    install_consumer(op, role)
    op.execute(_READ_MODEL)
    op.execute(
        f'GRANT SELECT, INSERT, UPDATE ON programmes, directories, enterprises, teams, visits, issues TO "{role}"'
    )
    op.execute(_CONTACTS)
    op.execute(f'GRANT SELECT, INSERT ON contacts TO "{role}"')
    op.execute(f'GRANT INSERT ON contact_reads TO "{role}"')
