"""Newer programme versions for open cases, calendars by watch, units that have a part, and the cards of each unit."""

from __future__ import annotations

from alembic import op

from eventkit.migration import service_role

revision = "0002"
down_revision = "0001"
serves = "0002"

_CHANGES = """
ALTER TABLE programmes ADD COLUMN learnt_at timestamptz;
ALTER TABLE watches ADD COLUMN units text[] NOT NULL DEFAULT '{}';
ALTER TABLE watches ADD COLUMN calendar text;
ALTER TABLE watches ADD COLUMN is_provisional boolean NOT NULL DEFAULT false;
UPDATE watches SET calendar = provisional, is_provisional = provisional IS NOT NULL,
    units = CASE WHEN lead IS NULL THEN '{}' ELSE ARRAY[lead] END;
DROP INDEX watches_provisional;
ALTER TABLE watches DROP COLUMN provisional;
COMMENT ON COLUMN programmes.learnt_at IS 'when the version was learnt; null: before open cases could adopt one';
COMMENT ON COLUMN watches.units IS 'lead, supporters and whoever was asked first';
COMMENT ON COLUMN watches.calendar IS 'the calendar whose next version may move one of its deadlines';
CREATE INDEX watches_calendar ON watches (calendar) WHERE calendar IS NOT NULL;
CREATE INDEX watches_open ON watches (programme) WHERE NOT closed;
CREATE TABLE unit_cards (
    event_id uuid PRIMARY KEY,
    programme text NOT NULL,
    agency text NOT NULL,
    unit text NOT NULL,
    colour text NOT NULL,
    case_id text NOT NULL,
    at timestamptz NOT NULL,
    withdrawn boolean NOT NULL DEFAULT false
);
CREATE INDEX unit_cards_unit ON unit_cards (programme, unit, at);
"""


def upgrade() -> None:
    """Change and make them."""
    op.execute(_CHANGES)
    op.execute(f'GRANT SELECT, INSERT, UPDATE ON unit_cards TO "{service_role()}"')
