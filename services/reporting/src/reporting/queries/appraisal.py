"""Appraisal of departments and cadres, and the monthly supervision list: every point with the events behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, or_, select
from sqlalchemy.dialects.postgresql import TIMESTAMP

from reporting.projections.case_event import short_type
from reporting.queries.beside import Fired, fired
from reporting.queries.issues import as_dict
from reporting.queries.periods import Period, within
from reporting.queries.scope import Scope
from reporting.read_model.tables import ledger, people, records, units

Document = Mapping[str, Any]

_SUPERVISED = ("deadline_missed", "card_issued", "case_escalated", "case_raised")
_SHOWN = ("case_id", "title", "enterprise", "lead", "kind", "state", "level", "synthetic")


def supervision_list(connection: Connection, scope: Scope, programme: str, month: Period) -> list[dict[str, Any]]:
    """Cases that missed, were given a card, climbed or were raised in the month, with these events; the most first."""
    by_case: defaultdict[str, list[Fired]] = defaultdict(list)
    for one in fired(connection, scope, programme, _SUPERVISED, month.begin, month.end):
        if one.case_id is not None:
            by_case[one.case_id].append(one)
    columns = (ledger.c[name] for name in _SHOWN)
    seen = select(*columns).where(ledger.c.case_id.in_(list(by_case)), scope.cases(ledger))
    rows = connection.execute(seen).all()
    items = [as_dict(row) | {"events": [_event(one) for one in by_case[row.case_id]]} for row in rows]
    return sorted(items, key=lambda item: (-len(item["events"]), item["case_id"]))


def departments(
    connection: Connection, scope: Scope, programme: str, document: Document, period: Period
) -> dict[str, Any]:
    """The score of every department of which an event counts: `base` plus the points of each item, capped if it says.

    An event counts for the unit it names, else for the lead of its moment. What was withdrawn counts for nobody.
    """
    formula = document.get("appraisal", {}).get("department")
    if formula is None:
        return {"base": None, "items": []}
    names = {item["event"] for item in formula["items"]}
    by_unit: defaultdict[str, defaultdict[str, list[Fired]]] = defaultdict(lambda: defaultdict(list))
    for one in fired(connection, scope, programme, names, period.begin, period.end):
        if one.unit is not None and scope.department in (None, one.unit):
            by_unit[one.unit][one.name].append(one)
    titles = dict(connection.execute(select(units.c.unit_id, units.c.name).where(scope.rows(units))).all())
    scored = [_score(unit, titles.get(unit), formula, events) for unit, events in by_unit.items()]
    return {
        "base": formula["base"],
        "formula": formula["items"],
        "items": sorted(scored, key=lambda one: (-one["score"], one["unit"])),
    }


def _score(unit: str, name: str | None, formula: Document, events: Mapping[str, list[Fired]]) -> dict[str, Any]:
    items = []
    for item in formula["items"]:
        counted = events.get(item["event"], [])
        points = len(counted) * item["points"]
        if item.get("cap") is not None:
            points = max(-item["cap"], min(item["cap"], points))
        if counted:
            items.append(
                {"id": item["id"], "count": len(counted), "points": points, "events": [one.event_id for one in counted]}
            )
    return {"unit": unit, "name": name, "score": formula["base"] + sum(i["points"] for i in items), "items": items}


def cadres(connection: Connection, scope: Scope, programme: str, period: Period) -> list[dict[str, Any]]:
    """The duties of each official in the period: what stands fulfilled, late or missed, with the events that say so."""
    first = records.alias("first")
    name, due = records.c.data["period"].astext, first.c.data["due_at"].astext.cast(TIMESTAMP(timezone=True))
    rows = connection.execute(
        select(records.c.stream, records.c.type, records.c.event_id, records.c.data, first.c.data.label("opened"))
        .select_from(records.join(first, first.c.stream == records.c.stream))
        .where(
            first.c.version == 1,
            first.c.type == "bugle.supervision.duty_opened.v1",
            first.c.data["programme"].astext == programme,
            first.c.data["person"].astext.is_not(None),
            or_(name.in_(within(period)), and_(name == "once", due >= period.begin, due < period.end)),
            *(() if scope.agency is None else (first.c.data["agency"].astext == scope.agency,)),
            *(() if scope.department is None else (first.c.data["unit"].astext == scope.department,)),
        )
        .order_by(records.c.stream, records.c.version)
    ).all()
    names = dict(connection.execute(select(people.c.person_id, people.c.name).where(scope.rows(people))).all())
    by_duty: defaultdict[str, list[Any]] = defaultdict(list)
    for row in rows:
        by_duty[row.stream].append(row)
    items = [_duty(events, names) for events in by_duty.values()]
    return sorted(items, key=lambda item: (item["person"], item["rule"]))


def _duty(events: Sequence[Any], names: Mapping[str, str]) -> dict[str, Any]:
    periods: dict[str, dict[str, Any]] = {}
    told = events[0].opened
    for event in events:
        name = event.data["period"]
        held = periods.setdefault(name, {"period": name, "status": "open", "lacking": [], "events": []})
        _note(held, short_type(event.type), event)
    person = told["person"]
    shown = {name: told[name] for name in ("duty", "rule", "title", "unit")}
    return {"person": person, "name": names.get(person), **shown, "periods": list(periods.values())}


def _note(held: dict[str, Any], name: str, event: Any) -> None:
    data = event.data
    match name:
        case "duty_fulfilled":
            held |= {"status": "fulfilled" if data["in_time"] else "late", "lacking": []}
            held["events"].append(event.event_id)
        case "duty_missed":
            held |= {"status": "missed", "lacking": data["lacking"]}
            held["events"].append(event.event_id)
        case "duty_broken":
            held["status"] = "broken"
            held["events"].append(event.event_id)
        case "duty_rescinded":
            held["events"] = [id for id in held["events"] if id not in data["withdrawn"]]
            if held["status"] in ("missed", "broken"):
                held["status"] = "open"


def _event(one: Fired) -> dict[str, Any]:
    keys = ("clock", "level", "colour", "unit")
    told = {key: one.data[key] for key in keys if one.data.get(key) is not None}
    return {"event_id": one.event_id, "type": one.name, "at": one.at, **told}
