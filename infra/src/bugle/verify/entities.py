"""The independent fold of everything that is not a case: one row per id from the highest version that describes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bugle.verify.event import Event
from bugle.verify.tables import COLUMNS, Row

Rows = Iterator[tuple[str, Row]]

_SOURCE = {
    "enterprises": {"enterprise_id": "enterprise"},
    "teams": {"team_id": "team"},
    "visits": {"visit_id": "visit"},
    "services": {"record_id": "record"},
    "programmes": {"programme_id": "programme"},
    "units": {"unit_id": "id"},
    "people": {"person_id": "id"},
}
"""Columns whose name in the payload differs."""

_INSTANTS = ("registered_at", "formed_at", "visited_at", "served_at", "published_at")


def _row(table: str, body: dict[str, Any], event: Event) -> Row:
    names = _SOURCE[table]
    return tuple(
        event.occurred_at if column in _INSTANTS else body.get(names.get(column, column)) for column in COLUMNS[table]
    )


def _single(table: str) -> Callable[[Event], Rows]:
    def rows(event: Event) -> Rows:
        yield table, _row(table, event.body, event)

    return rows


def _team(event: Event) -> Rows:
    """As it was formed; `ended_at` is of another event of its stream."""
    yield "teams", _row("teams", event.body, event)
    for enterprise in dict.fromkeys(event.body["enterprises"]):
        yield "team_enterprises", (event.body["team"], enterprise)


def _directory(event: Event) -> Rows:
    for table in ("units", "people"):
        for entry in event.body[table]:
            yield table, _row(table, {**entry, "agency": event.body["agency"]}, event)


_DESCRIBING: dict[str, Callable[[Event], Rows]] = {
    "enterprise_registered": _single("enterprises"),
    "team_formed": _team,
    "visit_recorded": _single("visits"),
    "service_recorded": _single("services"),
    "programme_published": _single("programmes"),
    "directory_published": _directory,
}


_KEPT = (
    *("session", "duty", "dispatch", "letter", "accountability", "report", "suggestion", "calendar"),
    *("enterprise", "team", "visit", "service"),
)
"""Streams of which every event is kept as it was told."""


def fold_entity(events: Iterable[Event]) -> Rows:
    """Every (table, row) of one stream that is no case's."""
    events = list(events)
    for event in events:
        if event.stream.partition("-")[0] in _KEPT:
            yield "records", (
                event.stream, event.version, event.service, event.type, event.occurred_at, event.sequenced_at,
                event.log_seq, event.id, event.body,
            )  # fmt: skip
    described = [event for event in events if event.short_type in _DESCRIBING]
    if described:
        last = max(described, key=lambda event: event.version)
        ends = [event.occurred_at for event in events if event.short_type == "team_disbanded"]
        for table, row in _DESCRIBING[last.short_type](last):
            yield table, (*row[:-1], ends[0]) if ends and table == "teams" else row  # `ended_at` stands last
