"""The whole judgement after a fault: I1 to I9, by readers that share no code with what they judge."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import orjson
import psycopg

from bugle.chaos.demands import check_demands
from bugle.chaos.firing import check_clocks
from bugle.chaos.ledger import Ledger, read
from bugle.chaos.recovery import Recovery
from bugle.chaos.requests import Recorded, check_requests
from bugle.stack.databases import plain
from bugle.stack.place import Place
from bugle.verify.checks import run
from bugle.verify.consumption import ASIDE, SOURCES
from bugle.verify.database import Database
from bugle.verify.event import SERVICES, Event
from bugle.verify.report import TITLES, Invariant
from bugle.verify.servers import Addresses, opened

ALL = {
    "I1": "acknowledged requests are recorded, refused ones are not",
    "I2": "one set of events and one answer per idempotency key",
    **TITLES,
    "I7": "each clock fires once if due and not ended",
    "I9": "recovery takes no longer than detection and backlog allow",
}
NAMES = tuple(sorted(ALL))

_MARKED = """
    SELECT type, data::json ->> 'backdating_reason', occurred_at, data FROM events
    WHERE data::json ->> 'backdating_reason' LIKE %s ORDER BY position
"""
_PASSED = """
    SELECT min(watermark) FROM progress WHERE consumer = 'supervision' AND topic = ANY(%s) HAVING count(*) = %s
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A head of a service's log, kept by the checker: every later log must pass through it."""

    service: str
    log_seq: int
    hash: bytes


@dataclass
class Checker:
    """Judges one system by one ledger. `run`: what every marker begins with; `grace`: the programme's."""

    system: Place
    ledger: Ledger
    run: str
    grace: timedelta
    heads: list[Kept] = field(default_factory=list)

    def judge(self, recovery: Recovery | None = None) -> dict[str, Invariant]:
        """Every invariant as it stands now, on a quiet system. Raises bugle.verify.servers.Unreachable.

        All faults are named: what a later fault breaks must not hide behind what an earlier one broke for good.
        """
        found = {name: Invariant(most=sys.maxsize) for name in NAMES}
        with opened(Addresses.of(self.system)) as (stores, topics):
            found |= run(stores, stores, stores["reporting"], topics, most=sys.maxsize).invariants
            self._pass_heads(stores, found["I8"])
            with self.ledger.path.open("rb") as lines:
                attempts = read(lines)
            check_requests(attempts, self._recorded(stores), found["I1"], found["I2"])
            self._check_clocks(stores, topics.partitions, found["I7"])
        if recovery is not None:
            recovery.judge(found["I9"])
        return found

    def _recorded(self, stores: Mapping[str, Database]) -> Iterator[Recorded]:
        for service in SERVICES:
            for type, marker, occurred_at, data in stores[service].ask(_MARKED, [f"{self.run}-%"]):
                yield Recorded(service, type, marker, occurred_at, orjson.loads(data))

    def _check_clocks(self, stores: Mapping[str, Database], partitions: int, i7: Invariant) -> None:
        store, sources = stores["supervision"], SOURCES["supervision"]
        passed = store.ask(_PASSED, [[f"{source}.events" for source in sources], partitions * len(sources)])
        if not passed:
            i7.fault("supervision has no watermark of every partition, so no clock can run out")
            return
        events = list(_events(store))
        check_clocks(events, passed[0][0], self.grace, i7)
        aside = {id for id, place in store.received("supervision") if place in ASIDE}
        told = (event for source in sources for event in _events(stores[source]) if event.id not in aside)
        check_demands(told, events, self.grace, i7)

    def _pass_heads(self, stores: Mapping[str, Database], i8: Invariant) -> None:
        for kept in self.heads:
            rows = list(stores[kept.service].ask("SELECT hash FROM log WHERE log_seq = %s", [kept.log_seq]))
            if [bytes(row[0]) for row in rows] != [kept.hash]:
                i8.fault(f"{kept.service}: its log does not pass through the head kept at log_seq {kept.log_seq}")

    def keep_heads(self) -> None:
        """Remember where each log stands now."""
        for service in SERVICES:
            url = plain(self.system.database(service).url)
            with psycopg.connect(url, connect_timeout=5) as connection:
                row = connection.execute("SELECT log_seq, head FROM relay_state").fetchone()
            assert row is not None
            if row[0]:
                self.heads.append(Kept(service, row[0], bytes(row[1])))


def _events(store: Database) -> Iterator[Event]:
    return (row.event for row in store.log() if row.event is not None)
