"""What the list of cases shows of their handing over, and where enterprises lie."""

from __future__ import annotations

from alembic import op

from eventkit.migration import service_role

revision = "0002"
down_revision = "0001"

_CHANGES = """
ALTER TABLE cases
    ADD COLUMN grade text,
    ADD COLUMN owner text,
    ADD COLUMN passed_to text,
    ADD COLUMN cause text,
    ADD COLUMN transfers integer NOT NULL DEFAULT 0,
    ADD COLUMN returned_by text[] NOT NULL DEFAULT '{}',
    ADD COLUMN merged_into uuid;
CREATE INDEX cases_owner ON cases (agency, owner, opened_at, case_id) WHERE owner IS NOT NULL;
CREATE TABLE enterprises (enterprise uuid PRIMARY KEY, township text NOT NULL);
"""


def upgrade() -> None:
    """Change and make them."""
    op.execute(_CHANGES)
    op.execute(f'GRANT SELECT, INSERT, UPDATE ON enterprises TO "{service_role()}"')
