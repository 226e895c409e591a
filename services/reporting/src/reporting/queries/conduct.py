"""How issues were handled, as lists that every programme has: who held them when, who returned them, what looks odd.

All by query from cases' events and intervals, as of the instant that the transaction looks at; nothing is kept for it.
For a moment that is past, `queries.past` has the tables be as they stood.
"""

from __future__ import annotations

_MINE = """
    FROM ledger l LEFT JOIN enterprises e ON e.enterprise_id = l.enterprise
    WHERE l.programme = :programme AND l.agency = :agency
        AND (CAST(:department AS text) IS NULL OR l.lead = :department OR :department = ANY(l.supporting))
"""
_ENDS = """
    SELECT least(
        coalesce(CAST(nullif(current_setting('bugle.before', true), '') AS timestamptz), now()),
        CAST(:before AS timestamptz), CAST(document->>'observed_until' AS timestamptz)
    ) AS at
    FROM programmes WHERE programme_id = :programme
"""
"""Until when intervals that go on are counted: the instant that is looked at, but nothing after the moment that is
asked about, nor after `observed_until`."""


def _days(interval: str) -> str:
    """An interval in days of 24 hours, to the hundredth."""
    return f"CAST(round(CAST(extract(epoch FROM {interval}) / 86400 AS numeric), 2) AS double precision)"


def _sum(column: str) -> str:
    return f"CAST(round(CAST(sum({column}) AS numeric), 2) AS double precision)"


def _in_days(ranges: str) -> str:
    """The length of ranges of time in days of 24 hours; none without them."""
    length = f"(SELECT sum(upper(r) - lower(r)) FROM unnest({ranges}) AS r)"
    return f"coalesce({_days(length)}, 0)"


def _contributions(which: str = "") -> str:
    """Who held issues when; `which`: a condition on `l`, their rows of the ledger."""
    return f"""
WITH mine AS (SELECT l.case_id, l.title, l.synthetic {_MINE} AND l.merged_into IS NULL AND NOT l.withdrawn {which}),
ends AS ({_ENDS}),
stood AS (
    SELECT m.case_id, m.title, m.synthetic, s.state, t.lead, t.supporting, greatest(s.from_at, t.from_at) AS from_at,
        least(s.to_at, t.to_at, ends.at) AS to_at
    FROM mine m CROSS JOIN ends JOIN spans s ON s.case_id = m.case_id JOIN traits t ON t.case_id = m.case_id
        AND t.from_at < coalesce(s.to_at, 'infinity') AND coalesce(t.to_at, 'infinity') > s.from_at
    WHERE s.state <> 'closed_out'
),
owed AS (
    SELECT s.*, CASE WHEN s.state IN ('reported', 'classified', 'returned', 'fed_back', 'verified') THEN 'office'
        ELSE 'lead' END AS holder FROM stood s WHERE s.from_at < s.to_at
),
supported AS (
    SELECT o.*, u.unit, (
        SELECT min(r.occurred_at) FROM timeline r WHERE r.case_id = o.case_id
            AND r.type = 'bugle.routing.support_reported.v1' AND r.data->>'unit' = u.unit AND r.occurred_at >= (
                SELECT coalesce(max(a.occurred_at), '-infinity') FROM timeline a WHERE a.case_id = o.case_id
                    AND a.type = 'bugle.routing.case_assigned.v1' AND a.occurred_at <= o.from_at)
        ) AS reported_at
    FROM owed o CROSS JOIN LATERAL unnest(o.supporting) AS u(unit)
    WHERE o.holder = 'lead' AND o.state <> 'result_reported'
),
held AS (
    SELECT case_id, title, synthetic, holder, CASE WHEN holder = 'lead' THEN lead END AS unit, state, from_at, to_at
    FROM owed
    UNION ALL
    SELECT case_id, title, synthetic, 'supporter', unit, state, from_at, least(to_at, coalesce(reported_at, to_at))
    FROM supported WHERE coalesce(reported_at, 'infinity') > from_at
),
late AS (
    SELECT c.case_id, coalesce(c.unit, l.lead) AS unit,
        range_agg(tstzrange(c.due_at, greatest(c.due_at, least(c.stopped_at, c.cancelled_at, ends.at)))) AS overdue
    FROM clocks c JOIN ledger l ON l.case_id = c.case_id CROSS JOIN ends
    WHERE c.status IN ('late', 'missed') AND l.programme = :programme {which} GROUP BY 1, 2
),
waited AS (
    SELECT case_id, range_agg(tstzrange(from_at, to_at)) AS support FROM held WHERE holder = 'supporter' GROUP BY 1
),
told AS (
    SELECT h.*, late.overdue * tstzmultirange(tstzrange(h.from_at, h.to_at)) AS overdue, w.support
    FROM held h LEFT JOIN late ON late.case_id = h.case_id AND late.unit = h.unit
    LEFT JOIN waited w ON w.case_id = h.case_id AND h.holder = 'lead'
)
SELECT case_id, CAST(row_number() OVER (PARTITION BY case_id ORDER BY from_at, holder, unit) AS integer) AS ordinal,
    title, holder, unit, state, from_at, to_at, {_days("to_at - from_at")} AS days,
    {_in_days("overdue")} AS overdue_days, {_in_days("overdue * support")} AS awaited_days, synthetic
FROM told
"""


_OF_THESE = "AND l.case_id = ANY(CAST(:cases AS uuid[]))"
CONTRIBUTIONS = _contributions()
CONTRIBUTIONS_OF_ONE = _contributions("AND l.case_id = CAST(:issue AS uuid)")
CONTRIBUTIONS_OF_SOME = _contributions(_OF_THESE)
CONTRIBUTED = f"SELECT l.case_id {_MINE} AND l.merged_into IS NULL AND NOT l.withdrawn"
"""The cases that contributions are about."""

_TURNS = """(
    'bugle.routing.case_returned.v1', 'bugle.routing.case_transferred.v1', 'bugle.routing.case_arbitrated.v1'
)"""


def _returns(which: str = "") -> str:
    """How issues came back from departments; `which`: a condition on `l`, their rows of the ledger."""
    return f"""
WITH mine AS (
    SELECT l.case_id, l.title, l.lead, l.state, l.closed_at, l.synthetic {_MINE}
        AND l.case_id IN (SELECT case_id FROM timeline WHERE type IN {_TURNS}) {which}
),
moves AS (
    SELECT t.case_id, t.event_id, t.occurred_at AS at, split_part(t.type, '.', 3) AS how, t.data->>'reason' AS reason,
        CASE split_part(t.type, '.', 3) WHEN 'case_returned' THEN NULL WHEN 'case_transferred' THEN t.data->>'to'
            ELSE t.data->>'lead' END AS holder,
        row_number() OVER (PARTITION BY t.case_id ORDER BY t.occurred_at, t.service, t.version) AS place
    FROM timeline t JOIN mine m ON m.case_id = t.case_id
    WHERE t.service = 'routing' AND (t.type = 'bugle.routing.case_assigned.v1' OR t.type IN {_TURNS})
),
chained AS (
    SELECT v.*, lag(v.holder) OVER w AS before, lag(v.at) OVER w AS since, v.place = 1 AS first,
        lead(v.holder) OVER w AS following,
        array_agg(v.holder) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS holders
    FROM moves v WINDOW w AS (PARTITION BY v.case_id ORDER BY v.place)
),
turned AS (
    SELECT c.*, CASE WHEN c.how = 'case_returned' THEN c.following ELSE c.holder END AS to_unit
    FROM chained c WHERE NOT c.first AND c.how <> 'case_assigned' AND c.before IS NOT NULL
)
SELECT c.case_id, CAST(row_number() OVER (PARTITION BY c.case_id ORDER BY c.place) AS integer) AS ordinal, m.title,
    c.how, c.before AS from_unit, c.to_unit, c.reason, c.at AS returned_at,
    {_days("c.at - c.since")} AS days,
    coalesce(c.to_unit = ANY(c.holders), false) AS again,
    m.lead, m.state, m.closed_at, c.event_id, m.synthetic
FROM turned c JOIN mine m ON m.case_id = c.case_id
"""


RETURNS = _returns()
RETURNS_OF_SOME = _returns(_OF_THESE)
RETURNED = f"""
SELECT t.case_id FROM (SELECT DISTINCT case_id FROM timeline WHERE type IN {_TURNS}) AS t
CROSS JOIN LATERAL (SELECT {_MINE} AND l.case_id = t.case_id OFFSET 0) AS mine
"""
"""The cases that returns are about."""


def _issue(event: str) -> str:
    """The issue of an event, looked up for it: of all issues few are signalled."""
    return f"""CROSS JOIN LATERAL (
        SELECT l.case_id, l.title, l.lead, l.synthetic FROM ledger l
        WHERE l.case_id = {event}.case_id AND l.programme = :programme AND l.agency = :agency OFFSET 0
    ) AS m"""


SIGNALS = f"""
WITH asked AS (
    SELECT document->'signals' AS of, document->>'zone' AS zone FROM programmes WHERE programme_id = :programme
),
told AS (
    SELECT m.*, t.event_id, split_part(t.type, '.', 3) AS name, t.occurred_at, t.sequenced_at, t.data,
        coalesce(t.data->>'unit', (SELECT r.lead FROM traits r WHERE r.case_id = t.case_id
            AND r.from_at <= t.occurred_at AND (r.to_at IS NULL OR r.to_at > t.occurred_at)), m.lead) AS unit
    FROM timeline t {_issue("t")}
    WHERE t.data->>'backdating_reason' IS NOT NULL
        OR t.type IN ('bugle.supervision.extension_decided.v1', 'bugle.routing.case_withdrawn.v1')
),
reopened AS (
    SELECT o.case_id, min(c.occurred_at) AS first_at, max(o.occurred_at) AS last_at, count(*) AS times,
        array_agg(c.event_id ORDER BY c.occurred_at, c.event_id)
            || array_agg(o.event_id ORDER BY c.occurred_at, c.event_id) AS events
    FROM asked CROSS JOIN timeline o JOIN timeline c ON c.case_id = o.case_id AND c.service = 'supervision'
        AND c.type = 'bugle.supervision.case_closed_out.v1'
        AND CAST(o.data->>'round' AS integer) = CAST(c.data->>'round' AS integer) + 1
    WHERE o.type = 'bugle.supervision.reopening_ordered.v1' AND o.occurred_at >= c.occurred_at AND o.occurred_at
        <= c.occurred_at + make_interval(days => CAST(asked.of->'reopened'->>'days' AS integer))
    GROUP BY o.case_id HAVING count(*) >= (SELECT CAST(asked.of->'reopened'->>'times' AS integer) FROM asked)
),
found AS (
    SELECT 1 AS ordinal, 'reopened' AS signal, m.lead AS unit, m.case_id, m.title, r.first_at, r.last_at, r.times,
        r.events, m.synthetic
    FROM reopened r {_issue("r")}
    UNION ALL
    SELECT 2, 'extended', min(unit), case_id, title, min(occurred_at), max(occurred_at), count(*),
        array_agg(event_id ORDER BY occurred_at, event_id), synthetic
    FROM told WHERE name = 'extension_decided' AND data->>'decision' = 'granted' GROUP BY case_id, title, synthetic
    UNION ALL
    SELECT 3, 'withdrawn', unit, NULL, NULL, min(occurred_at), max(occurred_at), count(*),
        array_agg(event_id ORDER BY occurred_at, event_id), bool_and(synthetic)
    FROM told, asked WHERE name = 'case_withdrawn' GROUP BY unit, CAST(timezone(zone, occurred_at) AS date)
    UNION ALL
    SELECT 4, 'backdated', unit, NULL, NULL, min(occurred_at), max(occurred_at), count(*),
        array_agg(event_id ORDER BY occurred_at, event_id), bool_and(synthetic)
    FROM told, asked WHERE data->>'backdating_reason' IS NOT NULL AND sequenced_at
        >= occurred_at + make_interval(days => CAST(asked.of->'backdated'->>'days' AS integer))
    GROUP BY unit, to_char(timezone(zone, sequenced_at), 'YYYY-MM')
)
SELECT f.events[1] AS signal_id, f.ordinal, f.signal, f.unit, f.case_id, f.title, f.first_at, f.last_at,
    CAST(f.times AS integer) AS times, CAST(asked.of->f.signal->>'times' AS integer) AS threshold,
    CAST(f.events AS text[]) AS events, f.synthetic
FROM found f, asked
WHERE f.times >= CAST(asked.of->f.signal->>'times' AS integer)
    AND (CAST(:department AS text) IS NULL OR f.unit = :department)
"""

BY_UNIT = f"""
SELECT unit, holder, CAST(count(DISTINCT case_id) AS integer) AS issues, {_sum("days")} AS days,
    {_sum("overdue_days")} AS overdue_days, {_sum("awaited_days")} AS awaited_days, bool_and(synthetic) AS synthetic
FROM ({CONTRIBUTIONS}) AS shares WHERE unit IS NOT NULL GROUP BY unit, holder
"""
PAIRS = f"""
SELECT from_unit, coalesce(to_unit, '') AS to_unit, CAST(count(*) AS integer) AS times,
    CAST(count(DISTINCT case_id) AS integer) AS issues, {_sum("days")} AS days,
    CAST(count(*) FILTER (WHERE again) AS integer) AS back, bool_and(synthetic) AS synthetic
FROM ({RETURNS}) AS links GROUP BY from_unit, coalesce(to_unit, '')
"""
