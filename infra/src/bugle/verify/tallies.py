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
_MISTALLIED = """
WITH held AS (
    SELECT levels.level, {values}, count(*)::numeric AS count FROM {rows}
    CROSS JOIN (VALUES ('now'), ('month'), ('day')) AS levels (level)
    WHERE EXISTS (SELECT FROM live.tallied) GROUP BY levels.level, {values}
), told AS (
    SELECT level, {columns}, sum(count) AS count FROM live.{table} GROUP BY level, {columns} HAVING sum(count) <> 0
)
SELECT count(*) FROM ((TABLE held EXCEPT ALL TABLE told) UNION ALL (TABLE told EXCEPT ALL TABLE held)) AS odd
"""

MISTALLIED: Mapping[str, str] = {
    table: _MISTALLIED.format(values=values, rows=rows, columns=columns, table=table)
    for table, (values, rows, columns) in {"issue_tallies": _ISSUES, "clock_tallies": _CLOCKS}.items()
}
"""By table how many sums differ: what all months changed, what all days did, and what there is now must be one."""
