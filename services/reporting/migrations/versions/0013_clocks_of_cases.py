"""Tallies of clocks tell of the case what a programme may exclude it for: its rate of response is added up, too.

Where there are events already, the tallies are made by the next rebuild: until then figures are counted row by row,
and a worker of the older version keeps none. Rebuild when the last of these has ended.
"""

from __future__ import annotations

from alembic import op

from eventkit.migration import service_role

revision = "0013"
down_revision = "0012"

_BEFORE = "current_setting('bugle.before')::timestamptz"
_ISSUE = "lead, kind, reported, outcome, satisfaction, closed, merged, withdrawn, passed_on"
_CLOCK = "lead, kind, unit, clock, due, status, outcome, merged, withdrawn, passed_on"

_ANEW = """
DROP VIEW live_known.clock_tallies;
DROP VIEW live.clock_cells;
DELETE FROM live.tallied WHERE EXISTS (SELECT FROM live.timeline);
DROP TABLE live.clock_tallies;
CREATE TABLE live.clock_tallies (
    programme text NOT NULL,
    level text NOT NULL,
    since timestamptz NOT NULL,
    cell uuid NOT NULL,
    agency text NOT NULL,
    lead text,
    kind text,
    unit text,
    clock text NOT NULL,
    due text NOT NULL,
    status text NOT NULL,
    outcome text,
    merged boolean NOT NULL DEFAULT false,
    withdrawn boolean NOT NULL DEFAULT false,
    passed_on boolean NOT NULL DEFAULT false,
    synthetic boolean NOT NULL,
    count bigint NOT NULL,
    CONSTRAINT clock_tallies_pkey PRIMARY KEY (programme, level, since, cell)
);
"""

# A result that no programme may exclude is none here, so that a solved case moves none of its clocks.
_CELLS = """
CREATE VIEW live.clock_cells AS
SELECT c.case_id, greatest(c.known_from, v.known_from) AS known_from, least(c.known_to, v.known_to) AS known_to,
    coalesce(z.zone, 'UTC') AS zone, v.programme, v.agency, v.lead, v.kind, c.unit,
    split_part(c.clock, ':', 1) AS clock, to_char(timezone(coalesce(z.zone, 'UTC'), c.due_at), 'YYYY-MM') AS due,
    c.status, CASE WHEN v.outcome IN ('explained', 'long_term') THEN v.outcome END AS outcome,
    v.merged_into IS NOT NULL AS merged, v.withdrawn,
    v.jurisdiction IS NOT DISTINCT FROM 'passed_on' OR v.passed_to IS NOT NULL AS passed_on, v.synthetic
FROM live.clocks_versions c JOIN live.ledger_versions v ON v.case_id = c.case_id
    AND v.known_from < coalesce(c.known_to, 'infinity') AND c.known_from < coalesce(v.known_to, 'infinity')
LEFT JOIN live.zones z ON z.programme_id = v.programme;
"""

# As known before an instant: what whole months have changed, then whole days, then the cases touched on that day. When
# these begin is found once for a programme, whose long document is unpacked for it; cases are looked up one by one.
_KNOWN = """
CREATE OR REPLACE VIEW live_known.{name}_tallies AS
WITH day AS MATERIALIZED (
    SELECT programme_id, date_trunc('month', {before}, zone) AS month_begins,
        date_trunc('day', {before}, zone) AS begins
    FROM live.zones
)
SELECT t.programme, 'now'::text AS level, t.agency, {columns}, t.synthetic, t.count
FROM day JOIN live.{name}_tallies t ON t.programme = day.programme_id
WHERE t.level = 'month' AND t.since < day.month_begins
UNION ALL
SELECT t.programme, 'now', t.agency, {columns}, t.synthetic, t.count
FROM day JOIN live.{name}_tallies t ON t.programme = day.programme_id
WHERE t.level = 'day' AND t.since >= day.month_begins AND t.since < day.begins
UNION ALL
SELECT c.programme, 'now', c.agency, {columns}, c.synthetic, change.count
FROM day
CROSS JOIN LATERAL (
    SELECT DISTINCT case_id FROM live.timeline WHERE sequenced_at >= day.begins AND sequenced_at < {before}
) AS touched
CROSS JOIN LATERAL (
    SELECT * FROM live.{name}_cells WHERE case_id = touched.case_id AND programme = day.programme_id OFFSET 0
) AS c
CROSS JOIN LATERAL (VALUES (c.known_from, 1::bigint), (c.known_to, -1::bigint)) AS change (at, count)
WHERE change.at >= day.begins AND change.at < {before};
"""


def upgrade() -> None:
    """Make the table and the views anew; in an empty database the tallies stay whole."""
    role = service_role()
    op.execute(_ANEW)
    op.execute(_CELLS)
    for name, columns in (("issue", _ISSUE), ("clock", _CLOCK)):
        op.execute(_KNOWN.format(name=name, columns=columns, before=_BEFORE))
    op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON live.clock_tallies, live.clock_cells TO "{role}"')
    op.execute(f'GRANT SELECT ON live_known.clock_tallies TO "{role}"')
