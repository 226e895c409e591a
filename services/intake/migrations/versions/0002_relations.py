"""How issues belong together, who went on a visit, and what routing says of mergers and withdrawals."""

from __future__ import annotations

from alembic import op

from eventkit.migration import service_role

revision = "0002"
down_revision = "0001"

_CHANGES = """
ALTER TABLE visits ADD COLUMN people jsonb NOT NULL DEFAULT '[]';
ALTER TABLE issues
    ADD COLUMN parts uuid[] NOT NULL DEFAULT '{}',
    ADD COLUMN merged_into uuid,
    ADD COLUMN merger text CHECK (merger IN ('pending', 'merged', 'refused')),
    ADD COLUMN withdrawal text CHECK (withdrawal IN ('pending', 'withdrawn', 'refused'));
CREATE TABLE links (
    issue uuid NOT NULL,
    relation text NOT NULL,
    other uuid NOT NULL,
    linked_at timestamptz NOT NULL,
    PRIMARY KEY (issue, relation, other)
);
CREATE INDEX links_other ON links (other, relation);
"""


def upgrade() -> None:
    """Change and make them."""
    op.execute(_CHANGES)
    op.execute(f'GRANT SELECT, INSERT, DELETE ON links TO "{service_role()}"')
