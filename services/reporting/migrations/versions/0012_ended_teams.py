"""When a team ended: it is paired with nobody from then on.

No team had ended before, so what is projected is right as it is.
"""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"

_BEFORE = "current_setting('bugle.before')::timestamptz"
_VIEW = f"""
CREATE OR REPLACE VIEW live_known.teams AS
SELECT team_id, programme, programme_version, agency, name, tier, batch, members, findings, synthetic, formed_at,
    ended_at
FROM live.teams_versions
WHERE known_from < {_BEFORE} AND (known_to IS NULL OR known_to >= {_BEFORE})
"""


def upgrade() -> None:
    """Add the column to the teams, their versions and the view of what was known."""
    for table in ("teams", "teams_versions"):
        op.execute(f"ALTER TABLE live.{table} ADD COLUMN ended_at timestamptz")
    op.execute(_VIEW)
