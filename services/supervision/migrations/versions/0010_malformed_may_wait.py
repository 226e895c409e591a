"""A record that is no event may wait behind an event of its key."""

from __future__ import annotations

from alembic import op

from eventkit import schema

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Let the id of what waits be absent."""
    schema.let_malformed_wait(op)
