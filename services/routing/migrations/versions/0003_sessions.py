"""Joint sessions."""

from __future__ import annotations

from alembic import op

from eventkit.migration import service_role

revision = "0003"
down_revision = "0002"

_SESSIONS = """
CREATE TABLE sessions (
    session uuid PRIMARY KEY,
    agency text NOT NULL,
    programme text NOT NULL,
    enterprise uuid NOT NULL,
    cases uuid[] NOT NULL,
    units text[] NOT NULL,
    starts_at timestamptz NOT NULL,
    place text,
    state text NOT NULL,
    present text[] NOT NULL,
    minutes text
);
CREATE INDEX sessions_agency ON sessions (agency, starts_at, session);
CREATE INDEX sessions_units ON sessions USING gin (units);
"""


def upgrade() -> None:
    """Make the table."""
    op.execute(_SESSIONS)
    op.execute(f'GRANT SELECT, INSERT, UPDATE ON sessions TO "{service_role()}"')
