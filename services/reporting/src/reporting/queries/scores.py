"""The scores of departments alone, without the events behind them: these are very many, and are mostly not shown."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, func, select

from reporting.queries.appraisal import ALL, about_units, capped, counted_as, found_behind, unit_titles
from reporting.queries.filters import Filters, conditions
from reporting.queries.fired import About, fired
from reporting.queries.moments import NOW
from reporting.queries.periods import Period
from reporting.queries.scope import Scope
from reporting.queries.tallied import EVENTS, may_tell

Document = Mapping[str, Any]
Counts = Mapping[str, Counter[str]]
"""By unit how many events count for each item of the formula."""
TALLIED: Final = frozenset({"deadline_missed", "card_issued", "case_escalated", "case_raised", "result_reported"})
"""Events of cases whose numbers the tallies hold."""


def scores(
    connection: Connection, scope: Scope, programme: str, document: Document, period: Period, filters: Filters = ALL
) -> dict[str, Any]:
    """What `appraisal.departments` tells, but no events."""
    formula = document.get("appraisal", {}).get("department")
    if formula is None:
        return {"base": None, "items": []}
    asked = _Asked(connection, scope, programme, formula["items"], period, filters)
    titles = unit_titles(connection, programme)
    told = [_score(unit, titles.get(unit), formula, counts) for unit, counts in asked.counts().items()]
    items = sorted(told, key=lambda one: (-one["score"], one["unit"]))
    return {"base": formula["base"], "formula": formula["items"], "items": items}


def _score(unit: str, name: str | None, formula: Document, counts: Mapping[str, int]) -> dict[str, Any]:
    items = [
        {"id": item["id"], "count": counts[item["id"]], "points": capped(item, counts[item["id"]])}
        for item in formula["items"]
        if counts.get(item["id"])
    ]
    return {"unit": unit, "name": name, "score": formula["base"] + sum(i["points"] for i in items), "items": items}


class _Asked:
    """The events of a period that count by a formula."""

    def __init__(
        self,
        connection: Connection,
        scope: Scope,
        programme: str,
        items: Sequence[Document],
        period: Period,
        filters: Filters,
    ) -> None:
        self._connection, self._scope, self._programme = connection, scope, programme
        self._items, self._period = items, period
        self._about: About = about_units(scope, filters)
        self._filters = {name: value for name, value in filters.items() if name == "synthetic"}

    def counts(self) -> Counts:
        """Added up from the tallies where an item asks for no more than these hold, else event by event."""
        found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        plain = self._plain()
        rest = {item["id"] for item in self._items} - {item["id"] for item in plain}
        if plain:
            by_event = self._tallied({item["event"] for item in plain})
            for item in plain:
                for unit, count in by_event[item["event"]].items():
                    found[unit][item["id"]] += count
        if rest:
            about = (self._connection, self._scope, self._programme, self._items, self._period, self._about)
            for unit, id, events in found_behind(*about, only=rest):
                found[unit][id] += len(events)
        return found

    def _plain(self) -> list[Document]:
        """The items that count every event of a kind that the tallies hold."""
        if not self._period.months or not may_tell(self._connection, NOW):
            return []
        return [item for item in self._items if item["event"] in TALLIED and not {"where", "per_case"} & item.keys()]

    def _tallied(self, events: set[str]) -> Mapping[str, Counter[str]]:
        """By event how many count for each unit: those of cases, and those of what is kept beside cases."""
        found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        rows = EVENTS.rows(NOW)
        filters = {**self._filters, "programme": self._programme}
        where = [self._scope.rows(rows), EVENTS.within(rows, self._period), rows.c.event.in_(events)]
        where += conditions(rows, filters, EVENTS.filters)
        if self._about.unit is not None:
            where.append(rows.c.unit == self._about.unit)
        keys = (rows.c.event, rows.c.unit)
        summed = select(*keys, func.sum(rows.c["count"])).where(*where).group_by(*keys)
        for event, unit, count in self._connection.execute(summed):
            if count:
                found[event][unit] += int(count)
        counts_as = counted_as(self._items)
        asked = events | {name for name, counts in counts_as.items() if counts in events}
        span = (self._period.begin, self._period.end)
        about = self._about._replace(recorded=True)
        for one in fired(self._connection, self._scope, self._programme, asked, *span, about):
            if one.unit is not None:
                found[counts_as.get(one.name, one.name)][one.unit] += 1
        return found
