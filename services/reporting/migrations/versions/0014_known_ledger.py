"""A list as known before an instant ends where the issues of that time end, and reads none of all later ones.

Nobody reports an issue ahead of the clock: intake allows five minutes. A day more is read, for clocks that went wrong.
Deadlines come in their order by an index, and so does what was closed out in a month.
"""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"

_BEFORE = "current_setting('bugle.before')::timestamptz"
_COLUMNS = (
    "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
    " WHERE attrelid = 'live.ledger'::regclass AND attnum > 0 AND NOT attisdropped"
)
_INDEXES = """
CREATE INDEX ledger_closed ON live.ledger (programme, closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX clocks_due ON live.clocks (due_at, case_id, clock, generation);
"""


def upgrade() -> None:
    """Make the view of the ledger anew, with the bound that its indexes know, and the indexes."""
    names = op.get_bind().exec_driver_sql(_COLUMNS).scalar_one()
    op.execute(
        f"CREATE OR REPLACE VIEW live_known.ledger AS SELECT {names} FROM live.ledger_versions"
        f" WHERE known_from < {_BEFORE} AND (known_to IS NULL OR known_to >= {_BEFORE})"
        f" AND reported_at < {_BEFORE} + interval '1 day'"
    )
    op.execute(_INDEXES)
