"""The "six haves" 六有: which steps a case has, by the programme's list, and how complete each department is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select, text

from eventkit.paging import Window
from reporting.queries.scope import Scope
from reporting.read_model.tables import ledger, timeline

Document = Mapping[str, Any]


def completeness(
    connection: Connection, scope: Scope, programme: str, document: Document, window: Window
) -> tuple[Sequence[Row[Any]], dict[str, dict[str, Any]], list[dict[str, Any]]]:
    """A page of cases by id, what each has and lacks, and the departments; nothing without the programme's list."""
    steps: Sequence[Mapping[str, Any]] = document.get("completeness", ())
    mine = (ledger.c.programme == programme, scope.cases(ledger))
    rows = connection.execute(
        window.select(select(ledger.c.case_id, ledger.c.title, ledger.c.lead).where(*mine), ledger.c.case_id)
    ).all()
    leads = dict(connection.execute(select(ledger.c.case_id, ledger.c.lead).where(*mine)).all())
    happened = _happened(connection, steps, programme)
    shown = {
        row.case_id: {"case_id": row.case_id, "title": row.title, "lead": row.lead, **_state(steps, happened, row[0])}
        for row in rows
    }
    return rows, shown, _departments(steps, happened, leads)


def _state(steps: Sequence[Mapping[str, Any]], happened: Mapping[str, set[str]], case: str) -> dict[str, list[str]]:
    has = [step["id"] for step in steps if happened[case].intersection(step["events"])]
    return {"has": has, "missing": [step["id"] for step in steps if step["id"] not in has]}


def _happened(connection: Connection, steps: Sequence[Mapping[str, Any]], programme: str) -> defaultdict[str, set[str]]:
    """The short types of events of each case, as far as a step asks for them; also of what names the case beside it."""
    wanted = {event for step in steps for event in step["events"]}
    found: defaultdict[str, set[str]] = defaultdict(set)
    name = func.split_part(timeline.c.type, ".", 3)
    joined = timeline.join(ledger, ledger.c.case_id == timeline.c.case_id)
    of_cases = select(timeline.c.case_id, name).select_from(joined).where(ledger.c.programme == programme)
    for case, event in connection.execute(of_cases.where(name.in_(wanted)).distinct()):
        found[case].add(event)
    for event, case in connection.execute(_NAMING, {"programme": programme}):
        if event in wanted:
            found[case].add(event)
    return found


_NAMING = text(
    """
    SELECT split_part(r.type, '.', 3), c.case_id
    FROM live.records f JOIN live.records r ON r.stream = f.stream
    CROSS JOIN LATERAL (
        SELECT i->>'case' AS case_id FROM jsonb_array_elements(coalesce(r.data->'items', '[]')) AS i
        UNION ALL SELECT jsonb_array_elements_text(f.data->'cases') WHERE r.type = 'bugle.routing.session_held.v1'
        UNION ALL SELECT r.data->>'case' WHERE r.type = 'bugle.supervision.accountability_recorded.v1'
    ) c
    WHERE f.version = 1 AND f.data->>'programme' = :programme AND c.case_id IS NOT NULL
        AND split_part(r.type, '.', 3) IN ('dispatch_held', 'session_held', 'accountability_recorded')
    """
)
"""(short type, case) of dispatches by item, of sessions that were held, and of accountability."""


def _departments(
    steps: Sequence[Mapping[str, Any]], happened: Mapping[str, set[str]], leads: Mapping[str, str | None]
) -> list[dict[str, Any]]:
    counts: Counter[str] = Counter()
    having: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for case, lead in leads.items():
        if lead is not None:
            state = _state(steps, happened, case)
            counts[lead] += 1
            having[lead].update(state["has"])
            having[lead]["*"] += not state["missing"]
    return [
        {
            "unit": unit,
            "cases": count,
            "complete": having[unit]["*"],
            "having": {step["id"]: having[unit][step["id"]] for step in steps},
        }
        for unit, count in sorted(counts.items())
    ]
