"""Reporting's tallies counted a second time, from the rows that they stand for (docs/projections.md, Tallies)."""

from __future__ import annotations

from collections.abc import Mapping

_ISSUES = (
    "programme, agency, lead, kind, outcome, satisfaction, closed_at IS NOT NULL, merged_into IS NOT NULL, withdrawn,"
    " jurisdiction IS NOT DISTINCT FROM 'passed_on' OR passed_to IS NOT NULL, synthetic",
    "live.ledger",
    "programme, agency, lead, kind, outcome, satisfaction, closed, merged, withdrawn, passed_on, synthetic",
)
_CLOCKS = (
    "l.programme, l.agency, l.lead, l.kind, c.unit, split_part(c.clock, ':', 1), c.status,"
    " CASE WHEN l.outcome IN ('explained', 'long_term') THEN l.outcome END, l.merged_into IS NOT NULL, l.withdrawn,"
    " l.jurisdiction IS NOT DISTINCT FROM 'passed_on' OR l.passed_to IS NOT NULL, l.synthetic",
    "live.clocks c JOIN live.ledger l USING (case_id)",
    "programme, agency, lead, kind, unit, clock, status, outcome, merged, withdrawn, passed_on, synthetic",
)
_OPEN = "l.closed_at IS NULL AND l.merged_into IS NULL AND NOT l.withdrawn"
_CLOSINGS = (
    "l.programme, l.agency, l.lead, l.kind, l.synthetic",
    "(SELECT * FROM live.ledger WHERE closed_at IS NOT NULL) AS l",
    "programme, agency, lead, kind, synthetic",
)
_EVENTS = (
    "l.programme, l.agency, e.event, e.unit, l.synthetic",
    """(
        SELECT t.case_id, split_part(t.type, '.', 3) AS event, coalesce(t.data->>'unit', (
            SELECT r.lead FROM live.traits r WHERE r.case_id = t.case_id AND r.from_at <= t.occurred_at
                AND (r.to_at IS NULL OR r.to_at > t.occurred_at))) AS unit
        FROM live.timeline t WHERE split_part(t.type, '.', 3)
                IN ('deadline_missed', 'card_issued', 'case_escalated', 'case_raised', 'result_reported')
            AND NOT EXISTS (
                SELECT FROM live.timeline w
                WHERE w.case_id = t.case_id AND split_part(w.type, '.', 3) = 'misses_rescinded'
                    AND jsonb_path_query_array(w.data, '$.withdrawn[*].event') ? t.event_id::text)
        UNION ALL
        SELECT t.case_id, 'letter', t.data->>'lead' FROM live.timeline t
        WHERE split_part(t.type, '.', 3) = 'case_assigned' AND t.data->>'letter' IS NOT NULL
    ) AS e JOIN live.ledger l ON l.case_id = e.case_id AND (e.unit IS NOT NULL OR e.event = 'letter')""",
    "programme, agency, event, unit, synthetic",
)
_DUES = (
    f"l.programme, l.agency, c.status, {_OPEN}, l.synthetic",
    "live.clocks c JOIN live.ledger l USING (case_id)",
    "programme, agency, status, open, synthetic",
)
_COUNTED = {
    "issue_tallies": _ISSUES,
    "clock_tallies": _CLOCKS,
    "closing_tallies": _CLOSINGS,
    "event_tallies": _EVENTS,
    "due_tallies": _DUES,
}
_STOOD = {"event_tallies": "WHERE levels.level NOT LIKE 'stood%' OR e.event = 'letter'"}
"""What is counted by day at all, where that is not everything."""
_MISTALLIED = """
WITH held AS (
    SELECT levels.level, {values}, count(*)::numeric AS count FROM {rows}
    CROSS JOIN (
        SELECT unnest(ARRAY['now', 'month', 'day']) AS level FROM live.tallied
        UNION ALL
        SELECT unnest(ARRAY['stood_month', 'stood_day']) FROM live.tallied_days
    ) AS levels {where} GROUP BY levels.level, {values}
), told AS (
    SELECT level, {columns}, sum(count) AS count FROM live.{table} GROUP BY level, {columns} HAVING sum(count) <> 0
)
SELECT count(*) FROM ((TABLE held EXCEPT ALL TABLE told) UNION ALL (TABLE told EXCEPT ALL TABLE held)) AS odd
"""

MISTALLIED: Mapping[str, str] = {
    table: _MISTALLIED.format(values=values, rows=rows, columns=columns, table=table, where=_STOOD.get(table, ""))
    for table, (values, rows, columns) in _COUNTED.items()
}
"""By table how many sums differ: what all months changed, what all days did, by when it became known and by when it
occurred, and what there is now must be one."""
