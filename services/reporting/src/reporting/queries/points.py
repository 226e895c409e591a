"""The events behind the points of an appraisal as the API tells them: some with an item, all of them page by page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from eventkit.paging import Window, page
from reporting.queries import appraisal
from reporting.queries.desk import Asked
from reporting.queries.fired import Fired
from reporting.queries.periods import Period

SHOWN = 20
"""Most events told with an item."""

ADDRESS = "/v1/appraisal/events"


def bounded(asked: Asked, period: Period, unit: Mapping[str, Any]) -> dict[str, Any]:
    """A unit of `appraisal.departments` whose items tell their earliest events; `more`: where all are, if not here."""

    def short(item: Mapping[str, Any]) -> dict[str, Any]:
        events = item["events"]
        more = address(asked, period, unit["unit"], item["id"]) if len(events) > SHOWN else None
        return {**item, "events": events[:SHOWN], "more": more}

    return {**unit, "items": [short(item) for item in unit["items"]]}


def address(asked: Asked, period: Period, unit: str, item: str) -> str:
    """Where the events of an item are told page by page, at the moment, and by what is known, where this was asked."""
    given = {"programme": asked.filters["programme"], "period": period.name, "unit": unit, "item": item}
    given |= {name: value for name, value in asked.filters.items() if name == "synthetic"}
    when = {"at": asked.moment.given, "as_of": asked.as_of.given}
    return f"{ADDRESS}?{urlencode(given | {name: value for name, value in when.items() if value is not None})}"


def events(
    asked: Asked, document: Mapping[str, Any], period: Period, unit: str, item: str, window: Window
) -> dict[str, Any]:
    """A page of the events for which an item counts, by moment and id, and how many there are."""
    until = period.until(asked.moment.before)
    found = appraisal.behind(asked.connection, asked.scope, asked.filters, document, until, unit, item)
    after = None if window.after is None else (window.after[0], str(window.after[1]))
    rest = [one for one in found if after is None or (one.at, one.event_id) > after]
    return {"count": len(found), **page(rest, window, key=lambda one: (one.at, one.event_id), item=_event)}


def _event(one: Fired) -> dict[str, Any]:
    return {"event_id": one.event_id, "type": one.name, "at": one.at, "case_id": one.case_id}
