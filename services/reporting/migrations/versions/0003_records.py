"""Events of sessions, duties, dispatches, letters, accountability, reports and suggestions, each as it was told.

No event told of these before, but for sessions: a rebuild fills in what was told of them.
"""

from __future__ import annotations

from alembic import op

from eventkit.migration import service_role

revision = "0003"
down_revision = "0002"

_TABLE = """
CREATE TABLE live.records (
    stream text NOT NULL,
    version integer NOT NULL,
    service text NOT NULL,
    type text NOT NULL,
    occurred_at timestamptz NOT NULL,
    sequenced_at timestamptz NOT NULL,
    log_seq bigint NOT NULL,
    event_id uuid NOT NULL,
    data jsonb NOT NULL,
    CONSTRAINT records_pkey PRIMARY KEY (stream, version)
);
CREATE INDEX records_opened ON live.records ((data->>'programme'), type, occurred_at) WHERE version = 1;
CREATE INDEX records_type ON live.records (type, occurred_at);
"""


def upgrade() -> None:
    """Make it."""
    op.execute(_TABLE)
    op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON live.records TO "{service_role()}"')
