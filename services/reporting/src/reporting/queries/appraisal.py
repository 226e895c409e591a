"""Appraisal of departments, and the monthly supervision list: every point with the events behind it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from reporting.queries.climbing import SUPERVISED
from reporting.queries.filters import Filters
from reporting.queries.fired import About, Fired, fired
from reporting.queries.issues import ledger_of
from reporting.queries.moments import NOW, Moment
from reporting.queries.past import ledger_at
from reporting.queries.periods import Period
from reporting.queries.scope import Scope, agency_of
from reporting.read_model.tables import units

Document = Mapping[str, Any]

ALL: Filters = {}
_CARD, _CARD_OF_DUTY = "card_issued", "duty_card_issued"
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_SHOWN = ("case_id", "title", "enterprise", "lead", "kind", "state", "level", "synthetic")


def supervision_list(
    connection: Connection,
    scope: Scope,
    programme: str,
    month: Period,
    moment: Moment = NOW,
    cases: Collection[str] | None = None,
) -> list[dict[str, Any]]:
    """Cases that missed, were given a card, climbed or were raised in the month, with these events; the most first.

    `cases`: of these alone.

    At a moment that is past: as they stood, by the events until then.

    A miss or card counts that a duty about the case brought, as one that its clocks did.
    """
    by_case: defaultdict[str, list[Fired]] = defaultdict(list)
    held = month.until(moment.before)
    for one in fired(connection, scope, programme, SUPERVISED, held.begin, held.end, About(cases=cases)):
        if one.case_id is not None:
            by_case[one.case_id].append(one)
    of = ledger_at(moment)
    seen = connection.scalars(select(of.c.case_id).where(of.c.case_id.in_(list(by_case)), scope.cases(of))).all()
    items = [
        {name: row[name] for name in _SHOWN} | {"events": [_event(one) for one in by_case[case]]}
        for case, row in ledger_of(connection, seen, moment).items()
    ]
    return sorted(items, key=lambda item: (-len(item["events"]), item["case_id"]))


def departments(
    connection: Connection, scope: Scope, programme: str, document: Document, period: Period, filters: Filters = ALL
) -> dict[str, Any]:
    """The score of every department of which an event counts: `base` plus the points of each item, capped if it says.

    An event counts for the unit it names, else for the lead of its moment. What was withdrawn counts for nobody.
    A card is a card: one for a missed duty counts as `card_issued`, unless the formula has an item of its own for it.
    An item's `where` narrows by the event's data or that which opened its stream, to a value or some values; of one
    case its `per_case` earliest count, whenever that was. Of the filters `synthetic` is heeded.
    """
    formula = document.get("appraisal", {}).get("department")
    if formula is None:
        return {"base": None, "items": []}
    by_unit: defaultdict[str, dict[str, list[Fired]]] = defaultdict(dict)
    about = about_units(scope, filters)
    for unit, item, events in found_behind(connection, scope, programme, formula["items"], period, about):
        by_unit[unit][item] = events
    titles = unit_titles(connection, programme)
    scored = [_score(unit, titles.get(unit), formula, events) for unit, events in by_unit.items()]
    return {
        "base": formula["base"],
        "formula": formula["items"],
        "items": sorted(scored, key=lambda one: (-one["score"], one["unit"])),
    }


def about_units(scope: Scope, filters: Filters) -> About:
    """Which events count for departments: to one, its own; of the filters `synthetic` is heeded."""
    return About(unit=scope.department, synthetic=_synthetic(filters))


def unit_titles(connection: Connection, programme: str) -> dict[str, str]:
    """What the directory of the programme's agency calls its units."""
    named = select(units.c.unit_id, units.c.name).where(units.c.agency == agency_of(programme))
    return {row.unit_id: row.name for row in connection.execute(named)}


def behind(
    connection: Connection,
    scope: Scope,
    filters: Filters,
    document: Document,
    period: Period,
    unit: str,
    item: str,
) -> list[Fired]:
    """The events that count for a unit by one item of the formula, the earliest first; none for what is not in it. Of
    the filters `programme` and `synthetic` are heeded."""
    items = document.get("appraisal", {}).get("department", {}).get("items", ())
    if scope.department not in (None, unit):
        return []
    about = About(unit=unit, synthetic=_synthetic(filters))
    found = found_behind(connection, scope, filters["programme"], items, period, about, only={item})
    return [one for *_, events in found for one in events]


def found_behind(
    connection: Connection,
    scope: Scope,
    programme: str,
    formula: Sequence[Document],
    period: Period,
    whose: About,
    only: Collection[str] | None = None,
) -> Iterator[tuple[str, str, list[Fired]]]:
    """Unit, id of the item and the events that count, where there are any; `whose` they are, of `only` these items."""
    counts_as = counted_as(formula)
    items = [item for item in formula if only is None or item["id"] in only]
    asked = {item["event"] for item in items}
    asked |= {name for name, counts in counts_as.items() if counts in asked}
    about = whose._replace(fields={name for item in items for name in item.get("where", ())})
    came = fired(connection, scope, programme, asked, period.begin, period.end, about)
    limited = {item["event"] for item in items if "per_case" in item}
    cases = {one.case_id for one in came if one.name in limited and one.case_id is not None}
    before = about._replace(cases=cases)
    earlier = fired(connection, scope, programme, limited, _EVER, period.begin, before) if cases else []
    by_unit: defaultdict[str, defaultdict[str, list[Fired]]] = defaultdict(lambda: defaultdict(list))
    for one in (*earlier, *came):
        if one.unit is not None:
            by_unit[one.unit][counts_as.get(one.name, one.name)].append(one)
    for unit, events in by_unit.items():
        for item in items:
            counts = [one for one in asked_for(item, events.get(item["event"], [])) if one.at >= period.begin]
            if counts:
                yield unit, item["id"], counts


def counted_as(formula: Sequence[Document]) -> dict[str, str]:
    """Which events count as another: a card for a missed duty is a card, unless it has an item of its own."""
    names = {item["event"] for item in formula}
    return {_CARD_OF_DUTY: _CARD} if _CARD in names and _CARD_OF_DUTY not in names else {}


def _synthetic(filters: Filters) -> bool | None:
    return filters["synthetic"] == "true" if "synthetic" in filters else None


def capped(item: Mapping[str, Any], count: int) -> int:
    """The points of an item of the formula for so many events."""
    points, cap = count * int(item["points"]), item.get("cap")
    return points if cap is None else max(-int(cap), min(int(cap), points))


def _score(unit: str, name: str | None, formula: Document, events: Mapping[str, list[Fired]]) -> dict[str, Any]:
    items = []
    for item in formula["items"]:
        counted = events.get(item["id"], [])
        if counted:
            about = {"count": len(counted), "points": capped(item, len(counted))}
            items.append({"id": item["id"], **about, "events": [one.event_id for one in counted]})
    return {"unit": unit, "name": name, "score": formula["base"] + sum(i["points"] for i in items), "items": items}


def asked_for(item: Document, events: Iterable[Fired]) -> Iterator[Fired]:
    """Those of one unit's events that the item asks for; given and told with the earliest first."""
    seen: Counter[str | None] = Counter()
    for one in events:
        about = one.opened | one.data
        if all(about.get(name) in _any(wanted) for name, wanted in item.get("where", {}).items()):
            seen[one.case_id] += 1
            if one.case_id is None or seen[one.case_id] <= item.get("per_case", seen[one.case_id]):
                yield one


def _any(wanted: str | list[str]) -> list[str]:
    return wanted if isinstance(wanted, list) else [wanted]


def _event(one: Fired) -> dict[str, Any]:
    keys = ("clock", "duty", "level", "colour", "unit")
    told = {key: one.data[key] for key in keys if one.data.get(key) is not None}
    return {"event_id": one.event_id, "type": one.name, "at": one.at, **told}
