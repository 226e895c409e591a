"""When a team was disbanded; null while it stands."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE teams ADD COLUMN disbanded_at timestamptz")
