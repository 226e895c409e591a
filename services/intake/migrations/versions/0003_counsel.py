"""Suggestions with their answers, and the library of policies."""

from __future__ import annotations

from alembic import op

from eventkit.migration import service_role

revision = "0003"
down_revision = "0002"

_TABLES = """
CREATE TABLE suggestions (
    suggestion uuid PRIMARY KEY,
    agency text NOT NULL,
    programme text NOT NULL,
    enterprise uuid,
    visit uuid,
    person text,
    title text NOT NULL,
    text text,
    synthetic boolean NOT NULL,
    suggested_at timestamptz NOT NULL,
    unit text,
    answer text,
    answered_at timestamptz
);
CREATE INDEX suggestions_time ON suggestions (agency, suggested_at, suggestion);
CREATE TABLE policies (
    policy uuid PRIMARY KEY,
    agency text NOT NULL,
    title text NOT NULL,
    programmes jsonb NOT NULL,
    kinds jsonb NOT NULL,
    keywords jsonb NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    text text,
    published_at timestamptz NOT NULL
);
CREATE INDEX policies_time ON policies (agency, published_at, policy);
"""


def upgrade() -> None:
    """Make them."""
    op.execute(_TABLES)
    op.execute(f'GRANT SELECT, INSERT, UPDATE ON suggestions, policies TO "{service_role()}"')
