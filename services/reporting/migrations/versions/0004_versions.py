"""What was known when: versions of every row that can change, and views of the tables as known before an instant.

A rebuild fills in what was known before this migration.
"""

from __future__ import annotations

from alembic import op

from eventkit.migration import service_role

revision = "0004"
down_revision = "0003"

_KEYS = {
    "ledger": "case_id",
    "spans": "case_id, ordinal",
    "traits": "case_id, ordinal",
    "clocks": "case_id, clock, generation",
    "enterprises": "enterprise_id",
    "teams": "team_id",
    "team_enterprises": "team_id, enterprise_id",
    "visits": "visit_id",
    "services": "record_id",
    "programmes": "programme_id",
    "units": "agency, unit_id",
    "people": "agency, person_id",
}
_EVENTS = ("timeline", "records")
_BEFORE = "current_setting('bugle.before')::timestamptz"
_INDEXES = """
CREATE INDEX ledger_versions_order ON live.ledger_versions (reported_at, case_id);
CREATE INDEX ledger_versions_programme ON live.ledger_versions (programme, reported_at, case_id);
CREATE INDEX enterprises_versions_agency ON live.enterprises_versions (agency);
CREATE INDEX visits_versions_programme ON live.visits_versions (programme);
CREATE INDEX services_versions_programme ON live.services_versions (programme, kind);
"""


def upgrade() -> None:
    """Make the versions' tables, filled with what is known now as if it had always been, and the views."""
    role = service_role()
    op.execute("CREATE SCHEMA live_known")
    for table, key in _KEYS.items():
        _make_versions(table, key)
    for table in _EVENTS:
        op.execute(f"CREATE VIEW live_known.{table} AS SELECT * FROM live.{table} WHERE sequenced_at < {_BEFORE}")
    op.execute(_INDEXES)
    op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA live TO "{role}"')
    op.execute(f'GRANT USAGE ON SCHEMA live_known TO "{role}"')
    op.execute(f'GRANT SELECT ON ALL TABLES IN SCHEMA live_known TO "{role}"')


def _make_versions(table: str, key: str) -> None:
    versions = f"live.{table}_versions"
    op.execute(f"CREATE TABLE {versions} (LIKE live.{table})")
    op.execute(f"ALTER TABLE {versions} ADD COLUMN known_from timestamptz NOT NULL, ADD COLUMN known_to timestamptz")
    op.execute(f"INSERT INTO {versions} SELECT *, '-infinity', NULL FROM live.{table}")
    op.execute(f"ALTER TABLE {versions} ADD CONSTRAINT {table}_versions_pkey PRIMARY KEY ({key}, known_from)")
    columns = (
        "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
        f" WHERE attrelid = 'live.{table}'::regclass AND attnum > 0 AND NOT attisdropped"
    )
    names = op.get_bind().exec_driver_sql(columns).scalar_one()
    op.execute(
        f"CREATE VIEW live_known.{table} AS SELECT {names} FROM {versions}"
        f" WHERE known_from < {_BEFORE} AND (known_to IS NULL OR known_to >= {_BEFORE})"
    )
