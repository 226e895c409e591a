"""What follows from the end of a team waits until all that was told before it has been heard."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"

_CHANGES = """
ALTER TABLE teams ADD COLUMN ended_at timestamptz, ADD COLUMN end_learnt_at timestamptz,
    ADD COLUMN ripe_at timestamptz;
COMMENT ON COLUMN teams.ripe_at IS 'when duties are to follow its having been disbanded; null: it stands, or they have';
CREATE INDEX teams_ripe ON teams (ripe_at) WHERE ripe_at IS NOT NULL;
"""


def upgrade() -> None:
    """Add the columns; what followed from the ends told so far has been done."""
    op.execute(_CHANGES)
