"""An event is found by its id, as the pages of events and of points ask for it."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"

_INDEXES = """
CREATE INDEX timeline_event ON live.timeline (event_id);
CREATE INDEX records_event ON live.records (event_id);
"""


def upgrade() -> None:
    """Make the indexes."""
    op.execute(_INDEXES)
