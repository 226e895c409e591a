"""A page of the ledger at a day is found by who led, by kind and by answer, without a look at all other issues."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"

_MADE = """
LOCK TABLE live.traits IN SHARE MODE;
CREATE INDEX traits_lead ON live.traits (lead, from_at);
CREATE INDEX traits_kind ON live.traits (kind, from_at);
CREATE INDEX traits_answer ON live.traits (satisfaction, kind, from_at) WHERE satisfaction IS NOT NULL;
"""


def upgrade() -> None:
    """Make the indexes."""
    op.execute(_MADE)
