"""The event log, the consumer's tables, copies of programmes and the list of watches."""

from __future__ import annotations

from alembic import op

from eventkit.migration import service_role
from eventkit.schema import install_consumer, install_log

revision = "0001"
down_revision = None

_WATCHES = """
CREATE TABLE programmes (
    programme text NOT NULL,
    version integer NOT NULL,
    document jsonb NOT NULL,
    PRIMARY KEY (programme, version)
);
CREATE TABLE watches (
    case_id text PRIMARY KEY,
    programme text NOT NULL,
    agency text NOT NULL,
    enterprise text NOT NULL,
    lead text,
    closed boolean NOT NULL,
    partition integer NOT NULL,
    ripe_at timestamptz,
    provisional text
);
COMMENT ON COLUMN watches.ripe_at IS 'when something of the watch runs out next; null: never unless more is learnt';
COMMENT ON COLUMN watches.provisional IS 'the calendar whose next version may move one of its deadlines';
CREATE INDEX watches_ripe ON watches (partition, ripe_at) WHERE ripe_at IS NOT NULL;
CREATE INDEX watches_provisional ON watches (provisional) WHERE provisional IS NOT NULL;
CREATE INDEX watches_agency ON watches (agency, case_id);
"""


def upgrade() -> None:
    """Make everything."""
    role = service_role()
    install_log(op, role)
    install_consumer(op, role)
    op.execute(_WATCHES)
    op.execute(f'GRANT SELECT, INSERT ON programmes TO "{role}"')
    op.execute(f'GRANT SELECT, INSERT, UPDATE ON watches TO "{role}"')
