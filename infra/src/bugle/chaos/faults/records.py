"""What may lie in a topic: bytes that are no event, types that nobody knows, events that lack something, large ones."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import orjson

from bugle.chaos.arena import Arena, until
from bugle.chaos.client import AGENCY, UNIT, Client
from bugle.chaos.faults.handlers import discard
from bugle.chaos.faults.topics import producing, records, send
from bugle.verify.consumption import SOURCES
from eventkit.codec import NewEvent
from eventkit.postgres import PostgresStore, make_engine
from eventkit.store import Append

LARGE = 1_048_500
"""Bytes: a request may have 1 MiB, and its event says a little more."""


def break_json(arena: Arena) -> None:
    """A record that is no event, under a case's key: its readers park it, and the case goes on when it is discarded."""
    case = arena.reported()
    until(partial(arena.applied, "reporting", case), "a report's way to the projection")
    with producing(arena) as producer:
        record = next(record for record in records(arena, "intake") if record.key == case.encode())
        send(producer, record, record.key, b'{"title": ')
    _given_up("intake", case, arena)
    for consumer in _readers("intake"):
        until(partial(arena.applied, consumer, case), f"{consumer}'s going on with {case}")


def tell_unknown_type(arena: Arena) -> None:
    """A type that a later version of intake may tell, to consumers of today."""
    case = _tell(arena, "novelty", "bugle.intake.novelty_seen.v1", {"what": "drill"})
    for consumer in _readers("intake"):
        until(partial(arena.applied, consumer, case), f"{consumer}'s passing over {case}")


def tell_misshapen(arena: Arena) -> None:
    """A report that lacks what its schema promises: its readers park it, until it is discarded."""
    case = _tell(arena, "issue", "bugle.intake.issue_reported.v1", {"issue": "drill"})
    _given_up("intake", case, arena)


def _given_up(service: str, key: str, arena: Arena) -> None:
    """Every reader parks a record of the service, and the operator discards it."""
    for consumer in _readers(service):
        until(partial(arena.parked, consumer, key), f"{consumer}'s parking of {key}")
        discard(consumer, key, arena)


def publish_large(arena: Arena) -> None:
    """A directory as large as a request may be, another each time; the relay must bring it through."""
    units = [
        {"id": UNIT, "name": "供电公司", "kind": "department", "synthetic": True},
        {"id": "drill", "name": str(uuid4()), "kind": "department", "synthetic": True},
    ]
    size = len(orjson.dumps({"units": units, "people": []}))
    while size < LARGE:
        unit = {"id": f"unit-{len(units)}", "name": "演练" * 90, "kind": "department", "synthetic": True}
        units.append(unit)
        size += len(orjson.dumps(unit)) + 1
    units.pop()
    with closing(Client(arena.system, arena.ledger)) as client:
        client.put("intake", f"/directories/{AGENCY}", {"units": units, "people": []})


def _tell(arena: Arena, prefix: str, type: str, body: dict[str, Any]) -> str:
    """Record an event of intake as its own program would; its key."""
    key = str(uuid4())
    new = NewEvent(type, orjson.dumps(body), datetime.now(UTC))
    engine = make_engine(arena.system.database("intake").url, pool=1)
    try:
        with PostgresStore(engine, "intake").transaction() as tx:
            tx.append([Append(f"{prefix}-{key}", key, 0, [(uuid4(), new)])])
    finally:
        engine.dispose()
    return key


def _readers(service: str) -> list[str]:
    return [consumer for consumer, sources in SOURCES.items() if service in sources]


FAULTS: dict[str, Callable[[Arena], None]] = {
    "a record is broken JSON": break_json,
    "an event has an unknown type": tell_unknown_type,
    "an event does not fit its schema": tell_misshapen,
    "an event is as large as may be": publish_large,
}
