"""Tallies of what pages count besides: closings by month, events by the unit they count for, and deadlines by
their day.

Where there are events already, the next rebuild makes them, and until then figures are counted row by row: a worker of
the older version would not keep them. Rebuild when the last of these has ended. Indexes find deadlines by their status,
and enterprises and batches without a look at every issue.
"""

from __future__ import annotations

from alembic import op

from eventkit.migration import service_role

revision = "0016"
down_revision = "0015"

_BEFORE = "current_setting('bugle.before')::timestamptz"
_OWN = {
    "closing": "lead text, kind text, month text NOT NULL",
    "event": "event text NOT NULL, unit text, month text NOT NULL",
    "due": "status text NOT NULL, open boolean NOT NULL, due text NOT NULL",
}
_HELD = {
    "issue": "lead, kind, reported, outcome, satisfaction, closed, merged, withdrawn, passed_on",
    "clock": "lead, kind, unit, clock, due, status, outcome, merged, withdrawn, passed_on",
}
"""The columns of the tallies of before."""
_TABLE = """
CREATE TABLE live.{name}_tallies (
    programme text NOT NULL,
    level text NOT NULL,
    since timestamptz NOT NULL,
    cell uuid NOT NULL,
    agency text NOT NULL,
    {own},
    synthetic boolean NOT NULL,
    count bigint NOT NULL,
    CONSTRAINT {name}_tallies_pkey PRIMARY KEY (programme, level, since, cell)
);
"""

# An issue that is closed out, in the month of that.
_CLOSINGS = """
CREATE VIEW live.closing_cells AS
SELECT v.case_id, v.known_from, v.known_to, coalesce(z.zone, 'UTC') AS zone, v.programme, v.agency, v.lead, v.kind,
    to_char(timezone(coalesce(z.zone, 'UTC'), v.closed_at), 'YYYY-MM') AS month, v.synthetic
FROM live.ledger_versions v LEFT JOIN live.zones z ON z.programme_id = v.programme
WHERE v.closed_at IS NOT NULL;
"""

# An event counts from when its issue is known until it is withdrawn, for the unit it names, else for the lead of its
# moment, as that is known; a letter for whom it was written to.
_EVENTS = """
CREATE VIEW live.event_cells AS
SELECT * FROM (
    SELECT t.case_id, greatest(t.sequenced_at, reported.sequenced_at, r.known_from) AS known_from,
        least(gone.at, r.known_to) AS known_to, coalesce(z.zone, 'UTC') AS zone, l.programme, l.agency,
        CASE WHEN t.type = 'bugle.routing.case_assigned.v1' THEN 'letter' ELSE split_part(t.type, '.', 3) END AS event,
        CASE WHEN t.type = 'bugle.routing.case_assigned.v1' THEN t.data->>'lead'
            ELSE coalesce(t.data->>'unit', r.lead) END AS unit,
        to_char(timezone(coalesce(z.zone, 'UTC'), t.occurred_at), 'YYYY-MM') AS month, l.synthetic
    FROM live.timeline t
    JOIN live.ledger l ON l.case_id = t.case_id
    JOIN live.timeline reported ON reported.case_id = t.case_id AND reported.service = 'intake' AND reported.version = 1
    LEFT JOIN live.zones z ON z.programme_id = l.programme
    LEFT JOIN live.traits_versions r ON t.type <> 'bugle.routing.case_assigned.v1' AND t.data->>'unit' IS NULL
        AND r.case_id = t.case_id AND r.from_at <= t.occurred_at AND (r.to_at IS NULL OR r.to_at > t.occurred_at)
    CROSS JOIN LATERAL (
        SELECT min(w.sequenced_at) AS at FROM live.timeline w
        WHERE w.case_id = t.case_id AND w.service = 'supervision' AND t.service = 'supervision'
            AND w.type IN ('bugle.supervision.misses_rescinded.v1', 'bugle.supervision.misses_rescinded.v2')
            AND w.data->'withdrawn' @> jsonb_build_array(jsonb_build_object('event', t.event_id::text))
    ) AS gone
    WHERE t.type IN ('bugle.supervision.deadline_missed.v1', 'bugle.supervision.deadline_missed.v2',
            'bugle.supervision.card_issued.v1', 'bugle.supervision.card_issued.v2',
            'bugle.supervision.case_escalated.v1', 'bugle.supervision.case_escalated.v2',
            'bugle.supervision.case_raised.v1', 'bugle.routing.result_reported.v1', 'bugle.routing.result_reported.v2')
        OR t.type = 'bugle.routing.case_assigned.v1' AND t.data->>'letter' IS NOT NULL
) AS told
WHERE (known_to IS NULL OR known_from < known_to) AND (unit IS NOT NULL OR event = 'letter');
"""

# A deadline that ends a day, at 24:00, is due on that day.
_DUES = """
CREATE VIEW live.due_cells AS
SELECT c.case_id, greatest(c.known_from, v.known_from) AS known_from, least(c.known_to, v.known_to) AS known_to,
    coalesce(z.zone, 'UTC') AS zone, v.programme, v.agency, c.status,
    v.closed_at IS NULL AND v.merged_into IS NULL AND NOT v.withdrawn AS open,
    to_char(timezone(coalesce(z.zone, 'UTC'), c.due_at - interval '1 microsecond'), 'YYYY-MM-DD') AS due, v.synthetic
FROM live.clocks_versions c JOIN live.ledger_versions v ON v.case_id = c.case_id
    AND v.known_from < coalesce(c.known_to, 'infinity') AND c.known_from < coalesce(v.known_to, 'infinity')
LEFT JOIN live.zones z ON z.programme_id = v.programme;
"""

# As in 0013: whole months, then whole days, then the cases touched on the day; but the programme is told from the days,
# so that those cases are not looked up for every other programme, too.
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
SELECT day.programme_id, 'now', c.agency, {columns}, c.synthetic, change.count
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
_INDEXES = """
CREATE INDEX clocks_status ON live.clocks (status, due_at, case_id, clock, generation);
CREATE INDEX ledger_enterprise ON live.ledger (enterprise, programme) INCLUDE (agency, synthetic);
CREATE INDEX ledger_batch ON live.ledger (programme, batch) WHERE batch IS NOT NULL;
"""


def upgrade() -> None:
    """Make tables, views and indexes; in an empty database the tallies stay whole."""
    role = service_role()
    for name, own in _OWN.items():
        op.execute(_TABLE.format(name=name, own=own))
    for view in (_CLOSINGS, _EVENTS, _DUES):
        op.execute(view)
    made = {name: ", ".join(column.split()[0] for column in own.split(", ")) for name, own in _OWN.items()}
    for name, columns in (_HELD | made).items():
        op.execute(_KNOWN.format(name=name, columns=columns, before=_BEFORE))
    for name in _OWN:
        op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON live.{name}_tallies, live.{name}_cells TO "{role}"')
        op.execute(f'GRANT SELECT ON live_known.{name}_tallies TO "{role}"')
    op.execute("DELETE FROM live.tallied WHERE EXISTS (SELECT FROM live.timeline)")
    op.execute(_INDEXES)
