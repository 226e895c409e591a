"""The published examples of a service's events, in its own store."""

from __future__ import annotations

from itertools import groupby

import orjson
from sqlalchemy import Engine

from contracts import EVENTS
from eventkit.codec import NewEvent
from eventkit.envelope import parse_instant
from eventkit.ids import uid
from eventkit.postgres import PostgresStore
from eventkit.store import Append


def append_examples(engine: Engine, service: str) -> int:
    """Append them in one transaction; how many they are."""
    told = [c.example for c in EVENTS.values() if c.service == service]
    told.sort(key=lambda e: (e["subject"], e["streamversion"]))
    appends = []
    for stream, examples in groupby(told, key=lambda e: e["subject"]):
        held = list(examples)
        new = [NewEvent(e["type"], orjson.dumps(e["data"]), parse_instant(e["time"])) for e in held]
        ids = [uid("verify", e["id"]) for e in held]
        appends.append(Append(stream, held[0]["partitionkey"], 0, list(zip(ids, new, strict=True))))
    with PostgresStore(engine, service).transaction() as tx:
        tx.append(appends)
    return len(told)
