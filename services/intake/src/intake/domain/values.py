"""Values of a programme document that have the right shape and that no service could go by.

The schema cannot say which zones there are, which events are told, or which day is a slip of the pen. A document that
got through with one of these would stop whoever reads it, and with it all that follows under its key.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from intake.domain.text import Text

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
"""No day of a document lies outside; a year such as 0001, 0202 or 9999 is a slip of the pen."""

RESERVED = frozenset({"session", "suggestion", "pledge", "dispatch_item", "letter_reply", "help", "long_term"})
"""Ids of what supervision holds to be owed without a rule in `duties`; one of that name would be taken for it."""

Fault = tuple[str, Text]
Document = Mapping[str, Any]


@cache
def known_zones() -> frozenset[str]:
    """The time zones there are; `localtime` is another one on every machine."""
    return frozenset(available_timezones()) - {"localtime"}


def values(document: Document, events: Collection[str]) -> Iterator[Fault]:
    """Every such value, by its place. `events`: the short names of all events that are told."""
    if document.get("zone", "UTC") not in known_zones():
        yield "zone", Text("There is no such time zone")
    for where, day in _days(document):
        if not FIRST_DAY <= day <= LAST_DAY:
            yield where, Text("The day lies before 1990 or after 2100")
    yield from _ends(document)
    yield from _duties(document)
    if document.get("joint_sessions", {}).get("report_in") == "external":
        yield "joint_sessions/report_in", Text("Nobody sets a date for a session: a limit is counted from its start")
    for where, name in _events(document):
        if name not in events:
            yield where, Text("There is no such event")


def _days(document: Document) -> Iterator[tuple[str, date]]:
    for name in ("starts_on", "ends_on", "report_date"):
        if name in document:
            yield name, date.fromisoformat(document[name])
    if "observed_until" in document:
        yield "observed_until", datetime.fromisoformat(document["observed_until"].upper()).date()
    for part in ("clocks", "duties", "reports"):
        for index, entry in enumerate(document.get(part, ())):
            for name in ("from", "until"):
                if name in entry:
                    yield f"{part}/{index}/{name}", date.fromisoformat(entry[name])


def _ends(document: Document) -> Iterator[Fault]:
    """What ends before it begins. Days as text compare as days do."""
    first = document.get("starts_on", "")
    if document.get("ends_on", first) < first:
        yield "ends_on", Text("The programme ends before it starts")
    for index, duty in enumerate(document.get("duties", ())):
        if "until" in duty and duty["until"] < duty.get("from", first):
            yield f"duties/{index}/until", Text("The duty ends before it begins")


def _duties(document: Document) -> Iterator[Fault]:
    for index, duty in enumerate(document.get("duties", ())):
        if duty["id"] in RESERVED:
            yield f"duties/{index}/id", Text("Duties of this name arise without a rule")
        if duty["every"] == "once":
            yield f"duties/{index}/every", Text("A duty of a document recurs: every month, quarter or year")


def _events(document: Document) -> Iterator[tuple[str, str]]:
    items = document.get("appraisal", {}).get("department", {}).get("items", ())
    yield from ((f"appraisal/department/items/{index}/event", item["event"]) for index, item in enumerate(items))
    for index, step in enumerate(document.get("completeness", ())):
        yield from ((f"completeness/{index}/events/{n}", name) for n, name in enumerate(step["events"]))
