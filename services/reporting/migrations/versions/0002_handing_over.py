"""What is said of a case beside its course. No event told of it before, so nothing has to be folded anew."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
serves = "0002"

_CHANGES = """
ALTER TABLE live.ledger
    ADD COLUMN grade text,
    ADD COLUMN owner text,
    ADD COLUMN passed_to text,
    ADD COLUMN cause text,
    ADD COLUMN parent uuid,
    ADD COLUMN recurrence_of uuid,
    ADD COLUMN merged_into uuid,
    ADD COLUMN withdrawn boolean NOT NULL DEFAULT false,
    ADD COLUMN transfers integer NOT NULL DEFAULT 0;
ALTER TABLE live.traits
    ADD COLUMN grade text,
    ADD COLUMN merged_into uuid,
    ADD COLUMN withdrawn boolean NOT NULL DEFAULT false;
ALTER TABLE live.ledger ALTER COLUMN withdrawn DROP DEFAULT, ALTER COLUMN transfers DROP DEFAULT;
ALTER TABLE live.traits ALTER COLUMN withdrawn DROP DEFAULT;
"""


def upgrade() -> None:
    """Add the columns; the service's role has the tables already."""
    op.execute(_CHANGES)
