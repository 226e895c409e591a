"""The event log, the consumer's tables, the list of cases, copies of reference data and the letter counters."""

from __future__ import annotations

from alembic import op

from eventkit.migration import service_role
from eventkit.schema import install_consumer, install_log

revision = "0001"
down_revision = None

_TABLES = """
CREATE TABLE cases (
    case_id uuid PRIMARY KEY,
    version integer NOT NULL,
    agency text NOT NULL,
    programme text NOT NULL,
    enterprise uuid NOT NULL,
    title text NOT NULL,
    kind text,
    state text NOT NULL,
    round integer NOT NULL,
    lead text,
    supporting text[] NOT NULL,
    letter text,
    synthetic boolean NOT NULL,
    opened_at timestamptz NOT NULL
);
CREATE INDEX cases_agency ON cases (agency, opened_at, case_id);
CREATE INDEX cases_lead ON cases (agency, lead, opened_at, case_id);
CREATE INDEX cases_supporting ON cases USING gin (supporting);
CREATE TABLE programmes (id text, version integer, content jsonb NOT NULL, PRIMARY KEY (id, version));
CREATE TABLE directories (id text, version integer, content jsonb NOT NULL, PRIMARY KEY (id, version));
CREATE TABLE letters (programme text, year integer, last integer NOT NULL, PRIMARY KEY (programme, year));
"""


def upgrade() -> None:
    """Install everything and let the service's role work with it; a letter counter is never deleted."""
    role = service_role()
    install_log(op, role)
    install_consumer(op, role)
    op.execute(_TABLES)
    op.execute(f'GRANT SELECT, INSERT, UPDATE ON cases, letters TO "{role}"')
    op.execute(f'GRANT SELECT, INSERT ON programmes, directories TO "{role}"')
