"""Tallies of what stood at a day, beside those of what was known on it.

Where there are events already, the next rebuild makes them, and until then figures at a day are counted row by row: a
worker of the older version would not keep them. Rebuild when the last of these has ended.
"""

from __future__ import annotations

from alembic import op

from eventkit.migration import service_role

revision = "0020"
down_revision = "0019"

# What a case was from when until when, by when things occurred. It is passed on from the first time that it was.
_CASES = """
CREATE VIEW live.cases_stood AS
SELECT h.case_id, greatest(h.from_at, h.passed_at) AS from_at, least(h.to_at, h.ended_at) AS to_at,
    coalesce(z.zone, 'UTC') AS zone, h.programme, h.agency, h.lead, h.kind, h.reported_at, h.outcome, h.satisfaction,
    h.closed_at, h.merged, h.withdrawn, h.passed_on, h.synthetic
FROM (
    SELECT l.case_id, l.programme, l.agency, l.reported_at, l.synthetic, r.from_at, r.to_at, r.lead, r.kind, r.outcome,
        r.satisfaction, r.closed_at, r.merged_into IS NOT NULL AS merged, r.withdrawn,
        r.jurisdiction IS NOT DISTINCT FROM 'passed_on' OR passed.so AS passed_on, passed.passed_at, passed.ended_at
    FROM live.ledger l
    JOIN live.traits r ON r.case_id = l.case_id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN l.passed_to IS NOT NULL THEN (
            SELECT min(t.occurred_at) FROM live.timeline t
            WHERE t.case_id = l.case_id AND t.service = 'routing' AND t.type = 'bugle.routing.case_passed_on.v1'
        ) END AS at
    ) AS first
    CROSS JOIN LATERAL (
        SELECT false AS so, NULL::timestamptz AS passed_at, first.at AS ended_at
        UNION ALL
        SELECT true, first.at, NULL::timestamptz WHERE first.at IS NOT NULL
    ) AS passed
) AS h
LEFT JOIN live.zones z ON z.programme_id = h.programme
WHERE least(h.to_at, h.ended_at) IS NULL OR greatest(h.from_at, h.passed_at) < least(h.to_at, h.ended_at);
"""

# What a clock was from when until when: one that is stopped late was running, then missed, then late.
_CLOCKS = """
CREATE VIEW live.clocks_stood AS
SELECT c.case_id, c.clock, c.unit, c.due_at, told.status, greatest(c.started_at, told.from_at) AS from_at, told.to_at
FROM live.clocks c
CROSS JOIN LATERAL (
    SELECT 'cancelled' AS status, NULL::timestamptz AS from_at, NULL::timestamptz AS to_at WHERE c.status = 'cancelled'
    UNION ALL
    SELECT 'running', NULL, least(
        c.stopped_at, CASE WHEN c.status IN ('late', 'missed', 'unobserved') THEN c.due_at END
    ) WHERE c.status <> 'cancelled'
    UNION ALL
    SELECT CASE c.status WHEN 'unobserved' THEN 'unobserved' ELSE 'missed' END, c.due_at, c.stopped_at
    WHERE c.status IN ('late', 'missed', 'unobserved')
    UNION ALL
    SELECT c.status, c.stopped_at, NULL WHERE c.status <> 'cancelled' AND c.stopped_at IS NOT NULL
) AS told
WHERE told.to_at IS NULL OR greatest(c.started_at, told.from_at) < told.to_at;
"""

# What counts alike in the tallies: as in the cells of what is known, one by one.
_CELLS = """
CREATE VIEW live.issue_stood AS
SELECT case_id, from_at, to_at, zone, programme, agency, lead, kind,
    to_char(timezone(zone, reported_at), 'YYYY-MM') AS reported, outcome, satisfaction, closed_at IS NOT NULL AS closed,
    merged, withdrawn, passed_on, synthetic
FROM live.cases_stood;
CREATE VIEW live.closing_stood AS
SELECT case_id, from_at, to_at, zone, programme, agency, lead, kind,
    to_char(timezone(zone, closed_at), 'YYYY-MM') AS month, synthetic
FROM live.cases_stood WHERE closed_at IS NOT NULL;
CREATE VIEW live.clock_stood AS
SELECT c.case_id, greatest(c.from_at, s.from_at) AS from_at, least(c.to_at, s.to_at) AS to_at, s.zone, s.programme,
    s.agency, s.lead, s.kind, c.unit, split_part(c.clock, ':', 1) AS clock,
    to_char(timezone(s.zone, c.due_at), 'YYYY-MM') AS due, c.status,
    CASE WHEN s.outcome IN ('explained', 'long_term') THEN s.outcome END AS outcome, s.merged, s.withdrawn,
    s.passed_on, s.synthetic
FROM live.clocks_stood c JOIN live.cases_stood s ON s.case_id = c.case_id
    AND s.from_at < coalesce(c.to_at, 'infinity') AND c.from_at < coalesce(s.to_at, 'infinity');
CREATE VIEW live.due_stood AS
SELECT c.case_id, greatest(c.from_at, s.from_at) AS from_at, least(c.to_at, s.to_at) AS to_at, s.zone, s.programme,
    s.agency, c.status, s.closed_at IS NULL AND NOT s.merged AND NOT s.withdrawn AS open,
    to_char(timezone(s.zone, c.due_at - interval '1 microsecond'), 'YYYY-MM-DD') AS due, s.synthetic
FROM live.clocks_stood c JOIN live.cases_stood s ON s.case_id = c.case_id
    AND s.from_at < coalesce(c.to_at, 'infinity') AND c.from_at < coalesce(s.to_at, 'infinity');
"""

# Of events letters alone are asked at a day. One counts from when it was written, and its issue reported.
_LETTERS = """
CREATE VIEW live.event_stood AS
SELECT t.case_id, greatest(t.occurred_at, l.reported_at) AS from_at, NULL::timestamptz AS to_at,
    coalesce(z.zone, 'UTC') AS zone, l.programme, l.agency, 'letter' AS event, t.data->>'lead' AS unit,
    to_char(timezone(coalesce(z.zone, 'UTC'), t.occurred_at), 'YYYY-MM') AS month, l.synthetic
FROM live.timeline t
JOIN live.ledger l ON l.case_id = t.case_id
LEFT JOIN live.zones z ON z.programme_id = l.programme
WHERE t.service = 'routing' AND t.type = 'bugle.routing.case_assigned.v1' AND t.data->>'letter' IS NOT NULL;
"""
_CELLED = ("issue", "closing", "clock", "due", "event")


def upgrade() -> None:
    """Make the views; in an empty database the tallies of days are whole.

    That they are stands in a table of its own: a column more would lock out whoever reads a figure meanwhile.
    """
    role = service_role()
    for views in (_CASES, _CLOCKS, _CELLS, _LETTERS):
        op.execute(views)
    for name in ("cases", "clocks", *_CELLED):
        op.execute(f'GRANT SELECT ON live.{name}_stood TO "{role}"')
    op.execute("CREATE TABLE live.tallied_days (whole boolean NOT NULL CONSTRAINT tallied_days_pkey PRIMARY KEY)")
    op.execute("INSERT INTO live.tallied_days SELECT true WHERE NOT EXISTS (SELECT FROM live.timeline)")
    op.execute("CREATE VIEW live_known.tallied_days AS SELECT whole FROM live.tallied_days WHERE false")
    op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON live.tallied_days TO "{role}"')
    op.execute(f'GRANT SELECT ON live_known.tallied_days TO "{role}"')
