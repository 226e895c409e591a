"""Supervision's worker and sweepers, fed by hand with what would come off the topics."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Engine, text

from eventkit.arrivals import Arrival, read
from eventkit.clocks import Sweeper
from eventkit.envelope import PARTITIONS, Envelope, Watermark, to_watermark_record
from eventkit.postgres import PostgresStore
from supervision import bootstrap
from tests.unit.supervision.made import arrival

_EVENTS = text("SELECT stream, version, event_id, type, occurred_at, data FROM events ORDER BY stream, version")


class Place:
    """One supervision service on a database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.store = PostgresStore(engine, bootstrap.SERVICE)
        self.processor = bootstrap.processor(self.store)
        self._offsets = count()

    def hear(self, *events: Envelope) -> None:
        """Consume events as one batch."""
        self.processor.process([arrival(event, next(self._offsets)) for event in events])

    def hear_raw(self, topic: str, partition: int, key: bytes, value: bytes) -> None:
        """Consume a record as it comes."""
        self.processor.process([read(topic, partition, next(self._offsets), key, value, [])])

    def watermark(self, upto: datetime, *services: str) -> None:
        """Have all partitions of these services' topics (both by default) reach an instant."""
        marks = [self._mark(s, p, upto) for s in services or ("intake", "routing") for p in range(PARTITIONS)]
        self.processor.process(marks)

    def _mark(self, service: str, partition: int, upto: datetime) -> Arrival:
        value, headers = to_watermark_record(Watermark(service, upto, 1))
        return read(f"{service}.events", partition, next(self._offsets), None, value, headers)

    def sweeper(self) -> Sweeper:
        """A sweeper of its own."""
        return bootstrap.sweepers(self.store)[0]

    def events(self) -> list[Any]:
        """All rows of the event table by stream and version."""
        with self.engine.connect() as connection:
            return list(connection.execute(_EVENTS))

    def kinds(self) -> Counter[str]:
        """How many events of each type there are."""
        return Counter(row.type.split(".")[2] for row in self.events())

    def scalar(self, sql: str, **about: Any) -> Any:
        """The one value of a query."""
        with self.engine.connect() as connection:
            return connection.execute(text(sql), about).scalar()
