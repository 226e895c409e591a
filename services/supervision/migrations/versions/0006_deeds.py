"""Roles by directory version, days of policies, since when a case is of its kind, and cards of duties."""

from __future__ import annotations

from alembic import op

from eventkit.migration import service_role

revision = "0006"
down_revision = "0005"

_CHANGES = """
CREATE TABLE directory_versions (
    agency text NOT NULL, version integer NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (agency, version)
);
CREATE TABLE roles_told (
    agency text NOT NULL, person text NOT NULL, version integer NOT NULL, role text,
    PRIMARY KEY (agency, person, version)
);
COMMENT ON TABLE roles_told IS 'who was whom by each directory: a deed counts by the roles of its own day';
INSERT INTO directory_versions SELECT agency, 0, '-infinity' FROM directories;
INSERT INTO roles_told SELECT agency, person, 0, role FROM people;
ALTER TABLE library ADD COLUMN valid_from date, ADD COLUMN valid_to date;
ALTER TABLE case_words
    ADD COLUMN kind_at timestamptz NOT NULL DEFAULT '-infinity',
    ADD COLUMN kind_by text NOT NULL DEFAULT '';
ALTER TABLE unit_cards ALTER COLUMN case_id DROP NOT NULL;
COMMENT ON COLUMN case_words.kind_at IS 'when the kind was told; of one moment the later service counts';
"""


def upgrade() -> None:
    """Make them; what was known so far is the directory from the start."""
    op.execute(_CHANGES)
    op.execute(f'GRANT SELECT, INSERT ON directory_versions, roles_told TO "{service_role()}"')
