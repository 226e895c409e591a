"""The tables of duties and card accounts keep only what they are searched by; the rest is in the streams."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
serves = "0004"

_CHANGES = """
ALTER TABLE duties
    DROP COLUMN person,
    DROP COLUMN enterprise,
    DROP COLUMN title,
    DROP COLUMN status,
    DROP COLUMN partition,
    DROP COLUMN opened_at;
COMMENT ON TABLE duties IS 'where to find a duty; all else of it is in its stream';
ALTER TABLE card_accounts DROP COLUMN agency, DROP COLUMN partition;
"""


def upgrade() -> None:
    """Drop what nothing reads."""
    op.execute(_CHANGES)
