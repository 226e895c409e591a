"""The "six haves" 六有: which steps a case has, by the programme's list, and how complete each department is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from eventkit.paging import Window
from reporting.projections.workflow import BEGINNING, FACTS
from reporting.queries.fired import types_of
from reporting.queries.hotspots import hotspots
from reporting.queries.issues import as_dict
from reporting.queries.moments import Moment
from reporting.queries.past import RESCINDED, as_folded, ledger_at, written
from reporting.queries.scope import Scope

Document = Mapping[str, Any]


def completeness(
    connection: Connection, scope: Scope, programme: str, document: Document, window: Window, moment: Moment
) -> tuple[Sequence[Row[Any]], dict[str, dict[str, Any]], list[dict[str, Any]]]:
    """A page of cases by id, what each had and lacked, and the departments; nothing without the programme's list."""
    rows, shown = stepped(connection, scope, programme, document, window, moment)
    leads = _leads(connection, scope, programme, document, moment)
    return rows, shown, _departments(document.get("completeness", ()), leads)


def _leads(
    connection: Connection, scope: Scope, programme: str, document: Document, moment: Moment
) -> Iterator[tuple[str, Sequence[str], int]]:
    """Lead, steps that its cases have, and how many such cases; without steps no event is looked at."""
    if not document.get("completeness"):
        for spot in hotspots(connection, scope, {"programme": programme}, moment, ("department",), None):
            if spot["department"] is not None:
                yield spot["department"], (), spot["issues"]
        return
    about = _about(scope, programme, document) | {"cases": None}
    for row in connection.execute(written(_OF_LEADS, ("lead", "has", "cases"), moment, about)):
        yield row.lead, row.has, row.cases


def stepped(
    connection: Connection, scope: Scope, programme: str, document: Document, window: Window, moment: Moment
) -> tuple[Sequence[Row[Any]], dict[str, dict[str, Any]]]:
    """A page of cases by id, and what each of them had and lacked."""
    of = ledger_at(moment)
    mine = select(of.c.case_id, of.c.title, of.c.lead).where(of.c.programme == programme, scope.cases(of))
    rows = connection.execute(window.select(mine, of.c.case_id)).all()
    about = _about(scope, programme, document) | {"cases": [row.case_id for row in rows]}
    found = connection.execute(written(_OF_CASES, ("case_id", "has"), moment, about))
    having: dict[str, list[str]] = {row.case_id: row.has for row in found}
    steps = document.get("completeness", ())
    shown = as_folded(connection, [as_dict(row) for row in rows], moment)
    return rows, {row["case_id"]: row | _state(steps, having.get(row["case_id"], ())) for row in shown}


def _about(scope: Scope, programme: str, document: Document) -> dict[str, Any]:
    steps: Sequence[Mapping[str, Any]] = document.get("completeness", ())
    told = [(step["id"], name) for step in steps for name in types_of(step["events"])]
    return {
        "programme": programme,
        "agency": scope.agency,
        "department": scope.department,
        "steps": [id for id, _ in told],
        "types": [name for _, name in told],
        "facts": types_of(FACTS),
        "beginning": types_of(BEGINNING),
        "rescinded": list(RESCINDED),
    }


def _state(steps: Sequence[Mapping[str, Any]], having: Sequence[str]) -> dict[str, list[str]]:
    ids = [step["id"] for step in steps]
    return {"has": [id for id in ids if id in having], "missing": [id for id in ids if id not in having]}


def _departments(
    steps: Sequence[Mapping[str, Any]], groups: Iterable[tuple[str, Sequence[str], int]]
) -> list[dict[str, Any]]:
    """From lead, steps that its cases have, and how many such cases."""
    counts: Counter[str] = Counter()
    having: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for lead, has, count in groups:
        counts[lead] += count
        having[lead].update(dict.fromkeys(has, count))
        having[lead]["*"] += 0 if _state(steps, has)["missing"] else count
    return [
        {
            "unit": unit,
            "cases": count,
            "complete": having[unit]["*"],
            "having": {step["id"]: having[unit][step["id"]] for step in steps},
        }
        for unit, count in sorted(counts.items())
    ]


_HAVING = """
WITH mine AS (
    SELECT case_id, lead, round FROM ledger
    WHERE programme = :programme AND (CAST(:agency AS text) IS NULL OR agency = :agency)
        AND (CAST(:department AS text) IS NULL OR lead = :department OR :department = ANY(supporting))
        AND (CAST(:cases AS uuid[]) IS NULL OR case_id = ANY(CAST(:cases AS uuid[])))
), begun AS (
    SELECT m.case_id, max(t.occurred_at) AS at FROM mine m JOIN timeline t ON t.case_id = m.case_id
    WHERE t.type = ANY(:beginning) AND CAST(t.data->>'round' AS integer) = m.round
    GROUP BY m.case_id
), step AS (
    SELECT * FROM unnest(CAST(:steps AS text[]), CAST(:types AS text[])) AS named (id, type)
), gone AS (
    SELECT r.case_id, CAST(w->>'event' AS uuid) AS event_id
    FROM timeline r, jsonb_array_elements(r.data->'withdrawn') AS w
    WHERE r.service = 'supervision' AND r.type = ANY(:rescinded)
), has AS (
    SELECT m.case_id, step.id FROM mine m JOIN timeline t ON t.case_id = m.case_id
    JOIN step ON step.type = t.type LEFT JOIN begun b ON b.case_id = m.case_id
    WHERE t.type = ANY(:types) AND NOT EXISTS (
        SELECT FROM gone g WHERE g.case_id = t.case_id AND g.event_id = t.event_id AND t.service = 'supervision'
    ) AND (t.type <> ALL(:facts) OR m.round = coalesce(
        CAST(t.data->>'round' AS integer), CASE WHEN b.at IS NULL OR t.occurred_at >= b.at THEN m.round END
    ))
    UNION ALL
    SELECT m.case_id, step.id
    FROM records f JOIN records r ON r.stream = f.stream
    CROSS JOIN LATERAL (
        SELECT i->>'case' AS case_id FROM jsonb_array_elements(coalesce(r.data->'items', '[]')) AS i
        UNION ALL SELECT jsonb_array_elements_text(f.data->'cases') WHERE r.type = 'bugle.routing.session_held.v1'
        UNION ALL SELECT r.data->>'case' WHERE r.type = 'bugle.supervision.accountability_recorded.v1'
    ) c
    JOIN mine m ON CAST(m.case_id AS text) = c.case_id
    JOIN step ON step.type = r.type
    WHERE f.version = 1 AND f.data->>'programme' = :programme
        AND split_part(r.type, '.', 3) IN ('dispatch_held', 'session_held', 'accountability_recorded')
)
"""
"""(case, step) of what a case has, some twice: events that stand, facts of its current round alone; and what names it
beside.

These are dispatches by item, sessions that were held, and accountability.
"""

_OF_CASES = _HAVING + "SELECT CAST(case_id AS text) AS case_id, array_agg(DISTINCT id) AS has FROM has GROUP BY case_id"
_OF_LEADS = (
    _HAVING
    + """
SELECT lead, has, count(*) AS cases FROM (
    SELECT m.lead, array_remove(array_agg(DISTINCT has.id ORDER BY has.id), NULL) AS has
    FROM mine m LEFT JOIN has ON has.case_id = m.case_id WHERE m.lead IS NOT NULL GROUP BY m.case_id, m.lead
) AS of_case GROUP BY lead, has
"""
)
