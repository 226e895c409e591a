"""Appraisal of officials: what each owes in a period, and what became of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, and_, or_, select
from sqlalchemy.dialects.postgresql import TIMESTAMP

from eventkit.envelope import parse_instant
from reporting.projections.case_event import short_type
from reporting.queries.fired import types_of
from reporting.queries.moments import NOW, Moment
from reporting.queries.periods import Period, within
from reporting.queries.scope import Scope, agency_of
from reporting.read_model.tables import people, records

Document = Mapping[str, Any]

ONCE = "once"


def cadres(
    connection: Connection, scope: Scope, programme: str, document: Document, period: Period, moment: Moment = NOW
) -> list[dict[str, Any]]:
    """The duties of each official in the period: what is open, fulfilled, late, missed or broken, with the events that
    say so, as it was at the moment. Open is also what nobody has done anything for yet; nothing is that is due after
    `observed_until`.
    """
    named = select(people.c.person_id, people.c.name).where(people.c.agency == agency_of(programme))
    names = dict(connection.execute(named).all())
    until = document.get("observed_until")
    observed = None if until is None else parse_instant(until)
    by_duty: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in _events(connection, scope, programme, period, moment):
        by_duty[row.stream].append(row)
    items = [_duty(events, names, period, observed) for events in by_duty.values()]
    return sorted((item for item in items if item["periods"]), key=lambda item: (item["person"], item["rule"]))


def _events(connection: Connection, scope: Scope, programme: str, period: Period, moment: Moment) -> Iterable[Row[Any]]:
    """What opened each duty and what ended it, and what came of it in the period, by duty and in order."""
    first = records.alias("first")
    opened, name = first.c.data, records.c.data["period"].astext
    due = opened["due_at"].astext.cast(TIMESTAMP(timezone=True))
    once = and_(name == ONCE, due > period.begin, due <= period.end)
    return connection.execute(
        select(records.c.stream, records.c.type, records.c.event_id, records.c.data, opened.label("opened"))
        .select_from(records.join(first, first.c.stream == records.c.stream))
        .where(
            first.c.version == 1,
            first.c.type == "bugle.supervision.duty_opened.v1",
            opened["programme"].astext == programme,
            opened["person"].astext.is_not(None),
            or_(name.is_(None), name.in_([one.name for one in within(period)]), once),
            *_until(moment, first),
            *(() if scope.agency is None else (opened["agency"].astext == scope.agency,)),
            *(() if scope.department is None else (opened["unit"].astext == scope.department,)),
        )
        .order_by(records.c.stream, records.c.version)
    )


def _until(moment: Moment, first: FromClause) -> Iterator[ColumnElement[bool]]:
    """Of a duty that had been opened what had occurred, a miss of what was due by then among it; and what withdraws
    some of it, whenever that came."""
    if moment.before is not None:
        of = records.c
        yield first.c.occurred_at < moment.before
        withdraws = of.type == "bugle.supervision.duty_rescinded.v1"
        just_missed = and_(of.type.in_(types_of(["duty_missed"])), of.occurred_at == moment.before)
        yield or_(of.occurred_at < moment.before, just_missed, withdraws)


def _duty(
    events: list[Row[Any]], names: Mapping[str, str], period: Period, observed: datetime | None
) -> dict[str, Any]:
    told = events[0].opened
    over = any(short_type(event.type) == "duty_ended" for event in events)
    periods = {name: _open(name) for name in (() if over else _owed(told, period, observed))}
    for event in events:
        name = event.data.get("period")
        if name is not None:
            _note(periods.setdefault(name, _open(name)), short_type(event.type), event)
    person = told["person"]
    shown = {name: told[name] for name in ("duty", "rule", "title", "unit")}
    return {
        "person": person,
        "name": names.get(person),
        **shown,
        "periods": [periods[name] for name in sorted(periods)],
    }


def _open(period: str) -> dict[str, Any]:
    return {"period": period, "status": "open", "lacking": [], "events": []}


def _owed(told: Mapping[str, Any], period: Period, observed: datetime | None) -> Iterator[str]:
    """The names of the periods in which the duty is owed, as far as they lie within this one."""
    every = told.get("every", ONCE)
    if every == ONCE:
        due = told.get("due_at") and parse_instant(told["due_at"])
        if due and period.begin < due <= period.end and (observed is None or due <= observed):
            yield ONCE
        return
    for one in (one for one in within(period) if one.every == every):
        first, last = str(one.begin.date()), str(one.end.date() - timedelta(days=1))
        owed = told["since"] <= last and (told.get("until") is None or first <= told["until"])
        if owed and (observed is None or one.end <= observed):
            yield one.name


def _note(held: dict[str, Any], name: str, event: Row[Any]) -> None:
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
