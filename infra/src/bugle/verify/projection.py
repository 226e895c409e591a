"""I4 and I6 in one reading of Kafka: its records against the logs, and what they amount to against the tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Protocol

from bugle.verify.consumption import Discard
from bugle.verify.delivery import Delivery
from bugle.verify.entities import fold_entity
from bugle.verify.event import Event, Unreadable, from_record
from bugle.verify.fold import fold_case
from bugle.verify.hashing import TableHash, line
from bugle.verify.report import Report, TablePair
from bugle.verify.tables import COLUMNS, EVENTS, Row, row_key
from bugle.verify.tallies import MISTALLIED
from bugle.verify.topics import Record

_OF_A_CASE = ("issue", "case", "watch")


class Topics(Protocol):
    """What is read of Kafka; see `bugle.verify.topics.KafkaTopics`."""

    partitions: int

    def read(self, number: int) -> Iterable[Record]: ...


class Tables(Protocol):
    """What is read of reporting's database; see `bugle.verify.database.Database`."""

    def table(self, name: str) -> Iterable[Row]: ...
    def unversioned(self, name: str) -> int: ...
    def discards(self, consumer: str) -> Iterable[Discard]: ...
    def mistallied(self, name: str) -> int: ...


def fold(events: Iterable[Event], unfit: Callable[[str], None]) -> Iterator[tuple[str, Row]]:
    """Every (table, row) that distinct events amount to; they hold all events of the streams that they touch.

    `unfit` is told of a case or stream whose events lack what the contract promises.
    """
    cases: defaultdict[str, list[Event]] = defaultdict(list)
    others: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        kind, _, name = event.stream.partition("-")
        if kind in _OF_A_CASE:
            cases[name].append(event)
        else:
            others[event.stream].append(event)
    folds = [(f"case {case}", partial(fold_case, case, held)) for case, held in cases.items()]
    folds += [(stream, partial(fold_entity, held)) for stream, held in others.items()]
    for name, rows in folds:
        try:
            yield from list(rows())
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            unfit(f"{name} cannot be folded: {type(error).__name__} {error}")


class Projection:
    """`deliveries` by service hold what the logs let expect; what is found goes into `report`."""

    def __init__(
        self,
        tables: Tables,
        topics: Topics,
        deliveries: Mapping[str, Delivery],
        report: Report,
        say: Callable[[str], None],
    ) -> None:
        self._tables = tables
        self._topics = topics
        self._deliveries = deliveries
        self._report = report
        self._say = say
        self._given_up = {discard.id for discard in tables.discards("reporting")}

    def check(self) -> None:
        """Read the topics (once more where tables differ, to name the rows)."""
        folded = {name: TableHash() for name in COLUMNS}
        for number in self._numbers():
            for table, row in fold(self._arriving(number), self._report.invariants["I6"].fault):
                folded[table].add(row)
        self._finish_deliveries()
        self._check_tallies()
        differing = [name for name, wanted in folded.items() if not self._compare(name, wanted)]
        if differing:
            self._explain(differing)

    def _numbers(self) -> Iterator[int]:
        for number in range(self._topics.partitions):
            self._say(f"Kafka: partition {number + 1} of {self._topics.partitions}")
            yield number

    def _arriving(self, number: int) -> Iterator[Event]:
        """First occurrences of events in the partitions of this number, held against the logs on the way."""
        for record in self._topics.read(number):
            try:
                event = from_record(record.key, record.value, record.headers)
            except Unreadable as error:
                self._report.notes.append(f"{record} is no event of Bugle ({error})")
                continue
            if event is None:
                continue
            if event.service != record.service:
                self._report.invariants["I4"].fault(f"{event}: lies in the topic of {record.service}")
            elif self._deliveries[record.service].arrive(number, event) and event.id not in self._given_up:
                yield event

    def _finish_deliveries(self) -> None:
        for delivery in self._deliveries.values():
            delivery.finish()
        repeats = sum(delivery.repeats for delivery in self._deliveries.values())
        if repeats:
            self._report.notes.append(
                f"Kafka holds {repeats} repeated events, as delivery at least once may leave them"
            )

    def _check_tallies(self) -> None:
        for name in MISTALLIED:
            self._say(f"reporting: {name}")
            if odd := self._tables.mistallied(name):
                self._report.invariants["I6"].fault(f"{name}: {odd} sums differ from the rows that they stand for")

    def _compare(self, name: str, wanted: TableHash) -> bool:
        self._say(f"reporting: {name}")
        live = TableHash()
        for row in self._tables.table(name):
            live.add(row)
        found, pair = self._report.invariants["I6"], TablePair(live, wanted)
        found.checked += live.rows
        self._report.tables[name] = pair
        if not pair.equal:
            found.fault(f"{name}: {live.rows} rows, their hash is not that of the {wanted.rows} folded")
        if name not in EVENTS and (odd := self._tables.unversioned(name)):
            found.fault(f"{name}: {odd} rows differ from what {name}_versions says is known now")
        return pair.equal

    def _explain(self, differing: list[str]) -> None:
        """Name the rows that differ. Holds the rows of these tables in memory, which only a fault costs."""
        wanted: dict[str, dict[Row, bytes]] = {name: {} for name in differing}
        for number in self._numbers():
            for table, row in fold(self._distinct(number), lambda told_before: None):
                if table in wanted:
                    wanted[table][row_key(table, row)] = line(row)
        for name, rows in wanted.items():
            self._explain_table(name, rows)

    def _distinct(self, number: int) -> Iterable[Event]:
        held: dict[object, Event] = {}
        for record in self._topics.read(number):
            try:
                event = from_record(record.key, record.value, record.headers)
            except Unreadable:
                continue  # noted when it was first met
            if event is not None and event.service == record.service and event.id not in self._given_up:
                held.setdefault(event.id, event)
        return held.values()

    def _explain_table(self, name: str, wanted: dict[Row, bytes]) -> None:
        found = self._report.invariants["I6"]
        for row in self._tables.table(name):
            key = row_key(name, row)
            expected = wanted.pop(key, None)
            if expected is None:
                found.fault(f"{name} {' '.join(map(str, key))}: in reporting, not in the fold")
            elif expected != line(row):
                found.fault(f"{name} {' '.join(map(str, key))}: differs from the fold")
        for key in wanted:
            found.fault(f"{name} {' '.join(map(str, key))}: in the fold, not in reporting")
