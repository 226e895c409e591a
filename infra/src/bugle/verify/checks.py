"""Every invariant, over readers of databases and topics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol
from uuid import UUID

from bugle.verify.consumption import SOURCES, Discard, check_consumption
from bugle.verify.delivery import Delivery
from bugle.verify.effects import CAUSE, EFFECTS, check_effects
from bugle.verify.event import SERVICES
from bugle.verify.log import Head, LogRow, check_log, check_versions
from bugle.verify.projection import Projection, Tables, Topics
from bugle.verify.report import NAMED, TITLES, Invariant, Report

Say = Callable[[str], None]


class Store(Protocol):
    """What is read of a writing service's database; see `bugle.verify.database.Database`."""

    def log(self) -> Iterable[LogRow]: ...
    def head(self) -> Head: ...
    def versions(self) -> Iterable[tuple[str, int, int | None]]: ...
    def adrift(self) -> Iterable[tuple[UUID, str]]: ...
    def pending(self) -> tuple[int, int]: ...
    def ids(self) -> Iterable[UUID]: ...
    def keyed(self, service: str, name: str) -> Iterable[tuple[str, UUID]]: ...
    def keyless(self) -> Iterable[str]: ...


class Inbox(Protocol):
    """What is read of a consumer's database."""

    def received(self, consumer: str) -> Iterable[tuple[UUID, str]]: ...
    def aside(self, consumer: str) -> dict[str, int]: ...
    def discards(self, consumer: str) -> Iterable[Discard]: ...


def run(
    stores: Mapping[str, Store],
    inboxes: Mapping[str, Inbox],
    tables: Tables,
    topics: Topics,
    say: Say = lambda text: None,
    most: int = NAMED,
) -> Report:
    """All checks. `stores` and `inboxes` by service; `say` is told what is being read; `most`: see Invariant."""
    report = Report({name: Invariant(most=most) for name in TITLES})
    deliveries = {name: Delivery(name, report.invariants["I4"], topics.partitions) for name in SERVICES}
    for service in SERVICES:
        say(f"{service}: streams, log and chain")
        _check_store(service, stores[service], deliveries[service], report)
    if keyless := list(stores["intake"].keyless()):
        what = f"{len(keyless)} contacts have neither a key nor a record of their erasure"
        report.notes.append(f"intake: {what}: {', '.join(keyless[:most])}")
    for consumer in SOURCES:
        say(f"{consumer}: what it received")
        _check_consumer(consumer, stores, inboxes, report.invariants["I5"])
        for place, count in inboxes[consumer].aside(consumer).items():
            if count:
                report.notes.append(f"{consumer}: {count} events are {place}")
        report.notes += [f"{consumer}: {discard}" for discard in inboxes[consumer].discards(consumer)]
    Projection(tables, topics, deliveries, report, say).check()
    return report


def _check_consumer(consumer: str, stores: Mapping[str, Store], inboxes: Mapping[str, Inbox], found: Invariant) -> None:
    recorded = [stores[source].ids() for source in SOURCES[consumer]]
    aside = check_consumption(consumer, recorded, inboxes[consumer].received(consumer), found)
    if effect := EFFECTS.get(consumer):
        causes, effects = stores["intake"].keyed("intake", CAUSE), stores[consumer].keyed(consumer, effect)
        check_effects(consumer, causes, effects, aside, found)


def _check_store(service: str, store: Store, delivery: Delivery, report: Report) -> None:
    found = report.invariants
    check_versions(service, store.versions(), found["I3"])
    for event in check_log(service, store.log(), store.head(), found["I8"]):
        delivery.expect(event)
    for id, wrong in store.adrift():
        found["I8"].fault(f"{service}: event {id} is {wrong}")
    pending, long = store.pending()
    if long:
        found["I8"].fault(f"{service}: {long} events have been pending for more than a minute")
    elif pending:
        report.notes.append(f"{service}: {pending} events are pending")
