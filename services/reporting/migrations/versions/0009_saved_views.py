"""Views of the ledger that users keep. They are no projection: a rebuild leaves them alone."""

from __future__ import annotations

from alembic import op

from eventkit.migration import service_role

revision = "0009"
down_revision = "0008"

_TABLE = """
CREATE TABLE public.saved_views (
    agency text NOT NULL,
    owner text NOT NULL,
    name text NOT NULL,
    query text NOT NULL,
    saved_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT saved_views_pkey PRIMARY KEY (agency, owner, name)
)
"""


def upgrade() -> None:
    """Make the table; the service's role reads and writes it."""
    op.execute(_TABLE)
    op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON public.saved_views TO "{service_role()}"')
