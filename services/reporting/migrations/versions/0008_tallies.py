"""Tallies of issues and clocks, now and as known before an instant; indexes for pages of very many issues.

Where there are events already, a rebuild makes the tallies: until then figures are counted row by row.
"""

from __future__ import annotations

from zoneinfo import available_timezones

from alembic import op

from eventkit.migration import service_role

revision = "0008"
down_revision = "0007"

_BEFORE = "current_setting('bugle.before')::timestamptz"
_ISSUE = "lead, kind, reported, outcome, satisfaction, closed, merged, withdrawn, passed_on"
_CLOCK = "lead, kind, unit, clock, due, status"

_TABLES = """
CREATE TABLE live.issue_tallies (
    programme text NOT NULL,
    level text NOT NULL,
    since timestamptz NOT NULL,
    cell uuid NOT NULL,
    agency text NOT NULL,
    lead text,
    kind text,
    reported text NOT NULL,
    outcome text,
    satisfaction text,
    closed boolean NOT NULL,
    merged boolean NOT NULL,
    withdrawn boolean NOT NULL,
    passed_on boolean NOT NULL,
    synthetic boolean NOT NULL,
    count bigint NOT NULL,
    CONSTRAINT issue_tallies_pkey PRIMARY KEY (programme, level, since, cell)
);
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
    synthetic boolean NOT NULL,
    count bigint NOT NULL,
    CONSTRAINT clock_tallies_pkey PRIMARY KEY (programme, level, since, cell)
);
CREATE TABLE live.tallied (whole boolean NOT NULL CONSTRAINT tallied_pkey PRIMARY KEY);
INSERT INTO live.tallied SELECT true WHERE NOT EXISTS (SELECT FROM live.timeline);
CREATE INDEX timeline_known ON live.timeline (sequenced_at, case_id);
CREATE INDEX timeline_type ON live.timeline (type, occurred_at);
CREATE INDEX ledger_kind ON live.ledger (programme, kind, reported_at, case_id);
CREATE INDEX ledger_lead ON live.ledger (programme, lead, reported_at, case_id);
CREATE INDEX ledger_open ON live.ledger (programme, reported_at, case_id)
    WHERE closed_at IS NULL AND merged_into IS NULL AND NOT withdrawn;
CREATE INDEX ledger_answer ON live.ledger (programme, satisfaction, reported_at, case_id)
    WHERE satisfaction IS NOT NULL;
CREATE INDEX ledger_versions_kind ON live.ledger_versions (programme, kind, reported_at, case_id);
CREATE INDEX ledger_versions_lead ON live.ledger_versions (programme, lead, reported_at, case_id);
CREATE INDEX ledger_versions_answer ON live.ledger_versions (programme, satisfaction, reported_at, case_id)
    WHERE satisfaction IS NOT NULL;
"""

# What counts alike in the tallies, for each version of an issue or clock.
_CELLS = """
CREATE VIEW live.zones AS
SELECT programme_id, CASE WHEN document->>'zone' = ANY({zones}) THEN document->>'zone' ELSE 'UTC' END AS zone
FROM live.programmes;
CREATE VIEW live.issue_cells AS
SELECT v.case_id, v.known_from, v.known_to, coalesce(z.zone, 'UTC') AS zone, v.programme, v.agency, v.lead, v.kind,
    to_char(timezone(coalesce(z.zone, 'UTC'), v.reported_at), 'YYYY-MM') AS reported, v.outcome, v.satisfaction,
    v.closed_at IS NOT NULL AS closed, v.merged_into IS NOT NULL AS merged, v.withdrawn,
    v.jurisdiction IS NOT DISTINCT FROM 'passed_on' OR v.passed_to IS NOT NULL AS passed_on, v.synthetic
FROM live.ledger_versions v LEFT JOIN live.zones z ON z.programme_id = v.programme;
CREATE VIEW live.clock_cells AS
SELECT c.case_id, greatest(c.known_from, v.known_from) AS known_from, least(c.known_to, v.known_to) AS known_to,
    coalesce(z.zone, 'UTC') AS zone, v.programme, v.agency, v.lead, v.kind, c.unit,
    split_part(c.clock, ':', 1) AS clock, to_char(timezone(coalesce(z.zone, 'UTC'), c.due_at), 'YYYY-MM') AS due,
    c.status, v.synthetic
FROM live.clocks_versions c JOIN live.ledger_versions v ON v.case_id = c.case_id
    AND v.known_from < coalesce(c.known_to, 'infinity') AND c.known_from < coalesce(v.known_to, 'infinity')
LEFT JOIN live.zones z ON z.programme_id = v.programme;
"""

# As known before an instant: what whole months have changed, then whole days, then the cases touched on that day.
_KNOWN = """
CREATE VIEW live_known.{name}_tallies AS
SELECT t.programme, 'now'::text AS level, t.agency, {columns}, t.synthetic, t.count
FROM live.zones z JOIN live.{name}_tallies t ON t.programme = z.programme_id
WHERE t.level = 'month' AND t.since < date_trunc('month', {before}, z.zone)
UNION ALL
SELECT t.programme, 'now', t.agency, {columns}, t.synthetic, t.count
FROM live.zones z JOIN live.{name}_tallies t ON t.programme = z.programme_id
WHERE t.level = 'day' AND t.since >= date_trunc('month', {before}, z.zone)
    AND t.since < date_trunc('day', {before}, z.zone)
UNION ALL
SELECT c.programme, 'now', c.agency, {columns}, c.synthetic, change.count
FROM live.zones z
CROSS JOIN LATERAL (
    SELECT DISTINCT case_id FROM live.timeline
    WHERE sequenced_at >= date_trunc('day', {before}, z.zone) AND sequenced_at < {before}
) AS touched
JOIN live.{name}_cells c ON c.case_id = touched.case_id AND c.programme = z.programme_id
CROSS JOIN LATERAL (VALUES (c.known_from, 1::bigint), (c.known_to, -1::bigint)) AS change (at, count)
WHERE change.at >= date_trunc('day', {before}, z.zone) AND change.at < {before};
"""


def upgrade() -> None:
    """Make tables, indexes and views; in an empty database the tallies are whole."""
    role = service_role()
    zones = "'{" + ",".join(sorted(available_timezones())) + "}'::text[]"
    op.execute(_TABLES)
    op.execute(_CELLS.replace("{zones}", zones))
    for name, columns in (("issue", _ISSUE), ("clock", _CLOCK)):
        op.execute(_KNOWN.format(name=name, columns=columns, before=_BEFORE))
    op.execute("CREATE VIEW live_known.tallied AS SELECT whole FROM live.tallied")
    op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA live TO "{role}"')
    op.execute(f'GRANT SELECT ON ALL TABLES IN SCHEMA live_known TO "{role}"')
