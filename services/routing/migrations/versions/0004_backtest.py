"""What a backtest pages through, whose enterprise it is, and letters counted by series."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

_CHANGES = """
CREATE INDEX cases_programme ON cases (programme, opened_at, case_id);
ALTER TABLE enterprises ADD COLUMN agency text;
UPDATE enterprises e SET agency = c.agency FROM cases c WHERE c.enterprise = e.enterprise;
"""

_SERIES = """
WITH forms AS (
    SELECT id, content->>'agency' AS agency, content->>'letter' AS told FROM programmes
    WHERE position('{programme}' in content->>'letter') = 0
), series AS (
    SELECT DISTINCT id, agency || ' ' || CASE
        WHEN position('{year}' in told) > 0 AND position('{number}' in told) > 0 THEN told
        ELSE told || '{year}-{number}' END AS name
    FROM forms
)
INSERT INTO letters (programme, year, last)
SELECT name, year, max(last) FROM series JOIN letters ON letters.programme = series.id GROUP BY name, year
"""
"""A series goes on behind the highest number of the programmes that it is made of; `Programme.series` names it."""


def upgrade() -> None:
    """Change and fill them."""
    op.execute(_CHANGES)
    op.execute(_SERIES)
