"""Rows of everything that is not a case: one per id, from the event of the highest stream version that describes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from eventkit.envelope import Envelope
from reporting.projections.case_event import short_type

Row = dict[str, Any]


class Said(NamedTuple):
    """What one event says: the rows of each table, which replace all rows whose `owner` columns have these values."""

    owner: dict[str, Row]
    rows: dict[str, list[Row]]


class Description(NamedTuple):
    """What an event says, and from when until when it was the last word known; `known_to` is None while it still is."""

    said: Said
    known_from: datetime
    known_to: datetime | None


def _enterprise(event: Envelope, said: Row) -> Said:
    kept = _take(said, "agency name tier industry township synthetic")
    return _one("enterprises", "enterprise_id", said["enterprise"], kept | {"registered_at": event.occurred_at})


def _team(event: Envelope, said: Row) -> Said:
    kept = _take(said, "programme programme_version agency name tier batch members findings synthetic")
    described = _one("teams", "team_id", said["team"], kept | {"formed_at": event.occurred_at, "ended_at": None})
    described.owner["team_enterprises"] = {"team_id": said["team"]}
    described.rows["team_enterprises"] = [
        {"team_id": said["team"], "enterprise_id": enterprise} for enterprise in dict.fromkeys(said["enterprises"])
    ]
    return described


def _visit(event: Envelope, said: Row) -> Said:
    kept = _take(said, "programme agency enterprise mode purposes team batch note synthetic")
    return _one("visits", "visit_id", said["visit"], kept | {"visited_at": event.occurred_at})


def _service(event: Envelope, said: Row) -> Said:
    kept = _take(said, "programme agency enterprise unit kind count amount batch note synthetic")
    return _one("services", "record_id", said["record"], kept | {"served_at": event.occurred_at})


def _programme(event: Envelope, said: Row) -> Said:
    kept = _take(said, "version agency document")
    return _one("programmes", "programme_id", said["programme"], kept | {"published_at": event.occurred_at})


def _directory(event: Envelope, said: Row) -> Said:
    agency = {"agency": said["agency"]}
    units = [agency | {"unit_id": one["id"]} | _take(one, "name kind synthetic") for one in said["units"]]
    people = [
        agency | {"person_id": one["id"]} | _take(one, "name title unit role synthetic") for one in said["people"]
    ]
    return Said({"units": agency, "people": agency}, {"units": units, "people": people})


def _take(said: Row, names: str) -> Row:
    return {name: said.get(name) for name in names.split()}


def _one(table: str, key: str, id: str, kept: Row) -> Said:
    return Said({table: {key: id}}, {table: [kept | {key: id}]})


_DESCRIBING: dict[str, Callable[[Envelope, Row], Said]] = {
    "enterprise_registered": _enterprise,
    "team_formed": _team,
    "visit_recorded": _visit,
    "service_recorded": _service,
    "programme_published": _programme,
    "directory_published": _directory,
}
_DISBANDED = "team_disbanded"
"""Says of what was described before that it ended; `describe` needs both."""


def describe(events: Iterable[Envelope]) -> list[Description]:
    """What the describing events of each stream say, in order; other events say nothing here."""
    streams: defaultdict[str, list[Envelope]] = defaultdict(list)
    for event in events:
        if short_type(event.type) in (*_DESCRIBING, _DISBANDED):
            streams[event.stream].append(event)
    return [description for held in streams.values() for description in _described(held)]


def _described(stream: list[Envelope]) -> Iterator[Description]:
    """Of several that became known at one instant the last counts."""
    known: dict[datetime, Said] = {}
    said: Said | None = None
    for event in sorted(stream, key=lambda event: event.version):
        assert event.sequenced_at is not None
        said = _after(said, event)
        if said is not None:
            known[event.sequenced_at] = said
    for known_from, known_to in pairwise([*known, None]):
        assert known_from is not None
        yield Description(known[known_from], known_from, known_to)


def _after(said: Said | None, event: Envelope) -> Said | None:
    """What is said of a thing once this event is known, too; None while nothing describes it."""
    name = short_type(event.type)
    if name != _DISBANDED:
        return _DESCRIBING[name](event, event.json())
    if said is None:
        return None
    ended = [row | {"ended_at": event.occurred_at} for row in said.rows["teams"]]
    return Said(said.owner, said.rows | {"teams": ended})
