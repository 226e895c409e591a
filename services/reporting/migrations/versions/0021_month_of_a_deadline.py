"""A deadline that ends a day, at 24:00, counts on that day and in its month, and is missed by the end of it.

Where there are events already, the next rebuild counts the tallies anew; until then figures are counted row by row.
"""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"

_CELLS = """
CREATE OR REPLACE VIEW live.clock_cells AS
SELECT c.case_id, greatest(c.known_from, v.known_from) AS known_from, least(c.known_to, v.known_to) AS known_to,
    coalesce(z.zone, 'UTC') AS zone, v.programme, v.agency, v.lead, v.kind, c.unit,
    split_part(c.clock, ':', 1) AS clock,
    to_char(timezone(coalesce(z.zone, 'UTC'), c.due_at - interval '1 microsecond'), 'YYYY-MM') AS due,
    c.status, CASE WHEN v.outcome IN ('explained', 'long_term') THEN v.outcome END AS outcome,
    v.merged_into IS NOT NULL AS merged, v.withdrawn,
    v.jurisdiction IS NOT DISTINCT FROM 'passed_on' OR v.passed_to IS NOT NULL AS passed_on, v.synthetic
FROM live.clocks_versions c JOIN live.ledger_versions v ON v.case_id = c.case_id
    AND v.known_from < coalesce(c.known_to, 'infinity') AND c.known_from < coalesce(v.known_to, 'infinity')
LEFT JOIN live.zones z ON z.programme_id = v.programme;
"""
_CLOCKS = """
CREATE OR REPLACE VIEW live.clocks_stood AS
SELECT c.case_id, c.clock, c.unit, c.due_at, told.status, greatest(c.started_at, told.from_at) AS from_at, told.to_at
FROM live.clocks c
CROSS JOIN LATERAL (SELECT c.due_at - interval '1 microsecond' AS at) AS last
CROSS JOIN LATERAL (
    SELECT 'cancelled' AS status, NULL::timestamptz AS from_at, NULL::timestamptz AS to_at WHERE c.status = 'cancelled'
    UNION ALL
    SELECT 'running', NULL, least(
        c.stopped_at, CASE WHEN c.status IN ('late', 'missed', 'unobserved') THEN last.at END
    ) WHERE c.status <> 'cancelled'
    UNION ALL
    SELECT CASE c.status WHEN 'unobserved' THEN 'unobserved' ELSE 'missed' END, last.at, c.stopped_at
    WHERE c.status IN ('late', 'missed', 'unobserved')
    UNION ALL
    SELECT c.status, c.stopped_at, NULL WHERE c.status <> 'cancelled' AND c.stopped_at IS NOT NULL
) AS told
WHERE told.to_at IS NULL OR greatest(c.started_at, told.from_at) < told.to_at;
"""
_STOOD = """
CREATE OR REPLACE VIEW live.clock_stood AS
SELECT c.case_id, greatest(c.from_at, s.from_at) AS from_at, least(c.to_at, s.to_at) AS to_at, s.zone, s.programme,
    s.agency, s.lead, s.kind, c.unit, split_part(c.clock, ':', 1) AS clock,
    to_char(timezone(s.zone, c.due_at - interval '1 microsecond'), 'YYYY-MM') AS due, c.status,
    CASE WHEN s.outcome IN ('explained', 'long_term') THEN s.outcome END AS outcome, s.merged, s.withdrawn,
    s.passed_on, s.synthetic
FROM live.clocks_stood c JOIN live.cases_stood s ON s.case_id = c.case_id
    AND s.from_at < coalesce(c.to_at, 'infinity') AND c.from_at < coalesce(s.to_at, 'infinity');
"""


def upgrade() -> None:
    """Change the views; in an empty database the tallies stay whole."""
    for view in (_CELLS, _CLOCKS, _STOOD):
        op.execute(view)
    for mark in ("tallied", "tallied_days"):
        op.execute(f"DELETE FROM live.{mark} WHERE EXISTS (SELECT FROM live.timeline)")
