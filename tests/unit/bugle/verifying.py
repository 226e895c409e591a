"""A whole system in lists, for verification's tests: events recorded, logged, published, received and projected."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import orjson
from kafka.partitioner.default import murmur2

from bugle.verify.checks import run
from bugle.verify.consumption import SOURCES, Discard
from bugle.verify.event import GENESIS, SERVICES, Event, link
from bugle.verify.hashing import instant
from bugle.verify.log import Head, LogRow
from bugle.verify.projection import fold
from bugle.verify.report import NAMED, Report
from bugle.verify.tables import COLUMNS, Row
from bugle.verify.topics import Record

PARTITIONS = 3
SPACE = UUID("6f0e8b1c-4d2a-5c7e-9b10-000000000000")
START = datetime(2021, 3, 10, 2, tzinfo=UTC)
CASE = str(uuid5(SPACE, "case"))


def at(hours: float) -> datetime:
    """An instant so many hours after the issue was reported."""
    return START + timedelta(hours=hours)


@dataclass
class Recorder:
    """Makes events with stream versions and log_seq as they come."""

    events: list[Event] = field(default_factory=list)

    def add(self, service: str, stream: str, name: str, hours: float, /, **data: Any) -> Event:
        version = 1 + sum(event.stream == stream for event in self.events)
        log_seq = 1 + sum(event.service == service for event in self.events)
        sequenced = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(seconds=len(self.events))
        made = Event(
            id=uuid5(SPACE, f"{stream}/{version}"),
            type=f"bugle.{service}.{name}.v1",
            stream=stream,
            version=version,
            key=stream.partition("-")[2],
            occurred_at=at(hours),
            recorded_at=sequenced,
            sequenced_at=sequenced,
            log_seq=log_seq,
            data=orjson.dumps(data),
        )
        self.events.append(made)
        return made

    def report_issue(self, case: str = CASE, hours: float = 0, /, **data: Any) -> Event:
        body: dict[str, Any] = {
            "issue": case, "programme": "jinxian", "agency": "jinxian", "enterprise": "e1", "title": "变压器",
            "kind": None, "batch": None, "jurisdiction": None, "ledger": None, "synthetic": False,
        }  # fmt: skip
        return self.add("intake", f"issue-{case}", "issue_reported", hours, **(body | data))

    def route(self, name: str, hours: float, case: str = CASE, /, **data: Any) -> Event:
        return self.add("routing", f"case-{case}", name, hours, **data)

    def watch(self, name: str, hours: float, case: str = CASE, /, **data: Any) -> Event:
        return self.add("supervision", f"watch-{case}", name, hours, **data)


def record_of(event: Event, number: int = 0, offset: int = 0) -> Record:
    """The event as it lies in Kafka."""
    headers = {
        "ce_id": str(event.id), "ce_type": event.type, "ce_source": f"/bugle/{event.service}",
        "ce_subject": event.stream, "ce_streamversion": str(event.version),
        "ce_time": instant(event.occurred_at), "ce_logseq": str(event.log_seq),
        "ce_recordedat": instant(event.recorded_at), "ce_sequencedat": instant(event.sequenced_at),
    }  # fmt: skip
    held = [(name, value.encode()) for name, value in headers.items()]
    return Record(event.service, number, offset, event.key.encode(), event.data, held)


@dataclass
class MemoryStore:
    """One service's database in lists."""

    rows: list[LogRow] = field(default_factory=list)
    head_: Head = field(default_factory=lambda: Head(0, GENESIS))
    inbox: list[tuple[UUID, str]] = field(default_factory=list)
    tables: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    unversioned_: dict[str, int] = field(default_factory=dict)
    mistallied_: dict[str, int] = field(default_factory=dict)
    adrift_: list[tuple[UUID, str]] = field(default_factory=list)
    pending_: tuple[int, int] = (0, 0)
    discards_: list[Discard] = field(default_factory=list)
    keyless_: list[str] = field(default_factory=list)

    def log(self) -> list[LogRow]:
        return self.rows

    def head(self) -> Head:
        return self.head_

    def versions(self) -> list[tuple[str, int, int | None]]:
        return sorted((row.event.stream, row.event.version, row.log_seq) for row in self.rows if row.event)

    def adrift(self) -> list[tuple[UUID, str]]:
        return self.adrift_

    def pending(self) -> tuple[int, int]:
        return self.pending_

    def ids(self) -> list[UUID]:
        return sorted(row.event.id for row in self.rows if row.event)

    def keyed(self, service: str, name: str) -> list[tuple[str, UUID]]:
        events = [row.event for row in self.rows if row.event]
        return sorted((event.key, event.id) for event in events if (event.service, event.short_type) == (service, name))

    def keyless(self) -> list[str]:
        return self.keyless_

    def received(self, consumer: str) -> list[tuple[UUID, str]]:
        return sorted(self.inbox)

    def aside(self, consumer: str) -> dict[str, int]:
        return {kind: sum(place == kind for _, place in self.inbox) for kind in ("parked", "waiting")}

    def discards(self, consumer: str) -> list[Discard]:
        return self.discards_

    def table(self, name: str) -> list[Row]:
        return self.tables[name]

    def unversioned(self, name: str) -> int:
        return self.unversioned_.get(name, 0)

    def mistallied(self, name: str) -> int:
        return self.mistallied_.get(name, 0)


class System:
    """A quiet, sound system of the given events; tests break one thing and verify."""

    partitions = PARTITIONS

    def __init__(self, events: Iterable[Event]) -> None:
        held = list(events)
        self.stores = {name: MemoryStore() for name in (*SERVICES, "reporting")}
        self.topics: defaultdict[tuple[str, int], list[Record]] = defaultdict(list)
        for event in held:
            store = self.stores[event.service]
            hash = link(store.head_.hash, event)
            store.rows.append(LogRow(event.log_seq, hash, event))
            store.head_ = Head(event.log_seq, hash)
            self.publish(event)
            for consumer, sources in SOURCES.items():
                if event.service in sources:
                    self.stores[consumer].inbox.append((event.id, "received"))
        for table, row in fold(held, lambda unfit: None):
            self.stores["reporting"].tables[table].append(row)

    def publish(self, event: Event) -> None:
        number = (murmur2(event.key.encode()) & 0x7FFFFFFF) % PARTITIONS
        records = self.topics[event.service, number]
        records.append(record_of(event, number, len(records)))

    def read(self, number: int) -> list[Record]:
        return [record for service in SERVICES for record in self.topics[service, number]]

    def verify(self, most: int = NAMED) -> Report:
        return run(self.stores, self.stores, self.stores["reporting"], self, most=most)

    def edit(self, service: str, log_seq: int, **changes: Any) -> None:
        """Change an event in the store behind everyone's back."""
        row = self.stores[service].rows[log_seq - 1]
        assert row.event is not None
        self.stores[service].rows[log_seq - 1] = replace(row, event=replace(row.event, **changes))


def broken(report: Report) -> set[str]:
    """The invariants that do not hold."""
    return {name for name, found in report.invariants.items() if not found.ok}
