"""Until when a team pairs its people with its enterprises."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"

_CHANGES = """
ALTER TABLE teams ADD COLUMN until date;
COMMENT ON COLUMN teams.until IS 'the first day on which it pairs nobody any more; null: it stands';
"""


def upgrade() -> None:
    """Add the column; all teams stand so far."""
    op.execute(_CHANGES)
