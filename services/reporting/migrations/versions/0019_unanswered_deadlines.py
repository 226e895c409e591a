"""What few of very many are is found without a look at all others: deadlines that wait, what was closed out in a month
as of a day or at one, returns, backdated events.

A deadline waits for days and then is over for good: of all that were ever known to wait, only few did at one instant,
which an index on the time that a version held finds. That hardly an event is backdated no sample of the columns shows
the planner: it is told to look at the expression.
"""

from __future__ import annotations

from alembic import op

from eventkit.migration import service_role

revision = "0019"
down_revision = "0018"

_BEFORE = "current_setting('bugle.before')::timestamptz"
_COLUMNS = "case_id, clock, generation, unit, started_at, due_at, stopped_at, status, provisional, cancelled_at"
_WAITS = "status IN ('running', 'missed')"
_HELD = "tstzrange(known_from, known_to, '(]')"
_RAN = "CASE WHEN stopped_at IS NULL OR stopped_at >= started_at THEN stopped_at ELSE started_at END"
_MADE = f"""
LOCK TABLE live.timeline, live.clocks, live.traits, live.ledger_versions, live.clocks_versions IN SHARE MODE;
CREATE INDEX clocks_waiting ON live.clocks (due_at, case_id, clock, generation) WHERE {_WAITS};
CREATE INDEX clocks_versions_waiting ON live.clocks_versions USING gist ({_HELD}) WHERE {_WAITS};
CREATE INDEX clocks_going ON live.clocks USING gist (tstzrange(started_at, {_RAN}, '(]')) WHERE status <> 'cancelled';
CREATE VIEW live.unanswered AS SELECT {_COLUMNS} FROM live.clocks WHERE {_WAITS};
CREATE VIEW live_known.unanswered AS
    SELECT {_COLUMNS} FROM live.clocks_versions WHERE {_WAITS} AND {_HELD} @> {_BEFORE};
CREATE INDEX ledger_versions_closed ON live.ledger_versions (programme, closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX traits_closed ON live.traits (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX timeline_turned ON live.timeline (case_id) WHERE type IN ('bugle.routing.case_returned.v1',
    'bugle.routing.case_transferred.v1', 'bugle.routing.case_arbitrated.v1');
CREATE INDEX timeline_backdated ON live.timeline (case_id) WHERE data->>'backdating_reason' IS NOT NULL;
CREATE STATISTICS live.timeline_backdating ON (data->>'backdating_reason') FROM live.timeline;
ANALYZE live.clocks_versions, live.clocks, live.timeline;
"""


def upgrade() -> None:
    """Make the views and the indexes that they are read by."""
    op.execute(_MADE)
    op.execute(f'GRANT SELECT ON live.unanswered, live_known.unanswered TO "{service_role()}"')
