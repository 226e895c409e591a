"""When a clock lost its object, apart from its status: a miss stands although the case has ended or moved on.

A rebuild fills it in for what was projected before.
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"

_BEFORE = "current_setting('bugle.before')::timestamptz"
_VIEW = f"""
CREATE OR REPLACE VIEW live_known.clocks AS
SELECT case_id, clock, generation, unit, started_at, due_at, stopped_at, status, provisional, cancelled_at
FROM live.clocks_versions
WHERE known_from < {_BEFORE} AND (known_to IS NULL OR known_to >= {_BEFORE})
"""


def upgrade() -> None:
    """Add the column to the clocks, their versions and the view of what was known."""
    for table in ("clocks", "clocks_versions"):
        op.execute(f"ALTER TABLE live.{table} ADD COLUMN cancelled_at timestamptz")
    op.execute(_VIEW)
