"""The event store in memory, for the domain's and handlers' tests; it passes the same behaviour suite as PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from threading import RLock
from typing import Any
from uuid import UUID

from eventkit.arrivals import Arrival, pack
from eventkit.envelope import Envelope
from eventkit.errors import VersionConflict
from eventkit.store import Append, Held, Progress, Remembered


@dataclass
class _Tables:
    events: list[Envelope] = field(default_factory=list)
    answers: dict[tuple[str, str], Remembered] = field(default_factory=dict)
    inbox: set[tuple[str, UUID]] = field(default_factory=set)
    parked: list[tuple[str, Held]] = field(default_factory=list)
    waiting: list[tuple[str, Held]] = field(default_factory=list)
    discarded: set[tuple[str, str, bytes]] = field(default_factory=set)
    progress: dict[tuple[str, str, int], Progress] = field(default_factory=dict)
    own: dict[str, dict[Any, Any]] = field(default_factory=dict)

    def copy(self) -> _Tables:
        """A copy of the containers; rows are immutable."""
        copied = {name: table.copy() for name, table in vars(self).items()}
        return _Tables(**{**copied, "own": {name: rows.copy() for name, rows in self.own.items()}})


def _now() -> datetime:
    return datetime.now(UTC)


class MemoryStore:
    """One transaction at a time; what an exception leaves is put back. `clock` gives `recorded_at`."""

    def __init__(self, service: str, clock: Callable[[], datetime] = _now) -> None:
        self.service = service
        self.clock = clock
        self.tables = _Tables()
        self._lock = RLock()

    @contextmanager
    def transaction(self) -> Iterator[MemoryTransaction]:
        """Serialised by a lock."""
        with self._lock:
            transaction = MemoryTransaction(self)
            with transaction.savepoint():
                yield transaction


class MemoryTransaction:
    """Implements `eventkit.store.Transaction`."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    @property
    def _tables(self) -> _Tables:
        return self._store.tables

    def table(self, name: str) -> dict[Any, Any]:
        """A table of the service's own, by key; what happens to it is part of the transaction. Rows are immutable."""
        return self._tables.own.setdefault(name, {})

    def load(self, streams: Collection[str]) -> Mapping[str, Sequence[Envelope]]:
        return {stream: [e for e in self._tables.events if e.stream == stream] for stream in streams}

    def append(self, appends: Sequence[Append]) -> list[Envelope]:
        now, written = self._store.clock(), []
        for append in appends:
            actual = sum(1 for e in self._tables.events if e.stream == append.stream)
            if actual != append.expected:
                raise VersionConflict(f"{append.stream} is at version {actual}, not {append.expected}")
            for version, (id, new) in enumerate(append.events, start=actual + 1):
                if any(e.id == id for e in self._tables.events):
                    raise VersionConflict(f"event {id} is already recorded")
                event = Envelope(
                    id=id,
                    type=new.type,
                    source=f"/bugle/{self._store.service}",
                    stream=append.stream,
                    version=version,
                    key=append.key,
                    occurred_at=new.occurred_at,
                    recorded_at=now,
                    data=new.data,
                    traceparent=append.traceparent,
                )
                self._tables.events.append(event)
                written.append(event)
        return written

    def recall(self, scope: str, keys: Collection[str]) -> Mapping[str, Remembered]:
        return {key: self._tables.answers[scope, key] for key in keys if (scope, key) in self._tables.answers}

    def remember(self, scope: str, answers: Mapping[str, Remembered]) -> None:
        if any((scope, key) in self._tables.answers for key in answers):
            raise VersionConflict("the idempotency key was answered meanwhile")
        self._tables.answers.update({(scope, key): answer for key, answer in answers.items()})

    def share(self, consumer: str) -> None:
        pass  # the store's lock already lets one transaction in at a time

    seize = share

    def receive(self, consumer: str, ids: Collection[UUID]) -> set[UUID]:
        fresh = {id for id in ids if (consumer, id) not in self._tables.inbox}
        self._tables.inbox.update((consumer, id) for id in fresh)
        return fresh

    def blocked(self, consumer: str, keys: Collection[str]) -> tuple[set[str], set[tuple[str, str]]]:
        parked = {held.arrival.lane for held in self._of(self._tables.parked, consumer)}
        waiting = {(held.arrival.topic, held.arrival.lane) for held in self._of(self._tables.waiting, consumer)}
        return parked & set(keys), {lane for lane in waiting if lane[1] in keys}

    def park(self, consumer: str, held: Sequence[Held]) -> None:
        there = {one.arrival.place: one.arrival for one in self._of(self._tables.parked, consumer)}
        for one in held:
            place = one.arrival.place
            if there.get(place) == one.arrival:
                continue
            if place in there:
                self._make_room(consumer, place)
            there[place] = one.arrival
            self._tables.parked.append((consumer, one))

    def _make_room(self, consumer: str, place: str) -> None:
        """Take its place from what was parked there, whose topic was made anew or has lost its tail."""
        free = min(0, *(held.arrival.offset for _, held in self._tables.parked)) - 1
        self._tables.parked = [
            (owner, replace(held, arrival=replace(held.arrival, offset=free)))
            if owner == consumer and held.arrival.place == place
            else (owner, held)
            for owner, held in self._tables.parked
        ]

    def parked(self, consumer: str, key: str) -> list[Held]:
        return [held for held in self._of(self._tables.parked, consumer) if held.arrival.lane == key]

    def unpark(self, consumer: str, key: str) -> None:
        self._tables.parked = [
            (owner, held) for owner, held in self._tables.parked if owner != consumer or held.arrival.lane != key
        ]

    def discard(self, consumer: str, arrival: Arrival, reason: str, by: str) -> bool:
        kept = [one for one in self._tables.parked if one[0] != consumer or one[1].arrival.place != arrival.place]
        found = len(kept) < len(self._tables.parked)
        self._tables.parked = kept
        self._tables.discarded |= {(consumer, arrival.place, pack(arrival))} if found else set()
        return found

    def discarded(self, consumer: str, arrivals: Sequence[Arrival]) -> set[str]:
        return {a.place for a in arrivals if (consumer, a.place, pack(a)) in self._tables.discarded}

    def parked_keys(self, consumer: str) -> dict[str, int]:
        keys = sorted(held.arrival.lane for held in self._of(self._tables.parked, consumer))
        return {key: keys.count(key) for key in keys}

    def wait(self, consumer: str, held: Sequence[Held]) -> None:
        self._tables.waiting.extend((consumer, one) for one in held)

    def release(self, consumer: str, tokens: Collection[str], stale: int = 0) -> list[Arrival]:
        waiting = self._of(self._tables.waiting, consumer)
        lanes = {_lane(held) for held in waiting if held.reason in tokens}
        lanes |= set(list(dict.fromkeys(map(_lane, waiting)))[:stale])
        self._tables.waiting = [
            (owner, held) for owner, held in self._tables.waiting if owner != consumer or _lane(held) not in lanes
        ]
        return [held.arrival for held in waiting if _lane(held) in lanes]

    def advance(self, consumer: str, progress: Mapping[tuple[str, int], Progress]) -> None:
        for (topic, partition), new in progress.items():
            old = self._tables.progress.get((consumer, topic, partition), new)
            self._tables.progress[consumer, topic, partition] = replace(
                new,
                next_offset=max(old.next_offset, new.next_offset),
                log_seq=max(old.log_seq, new.log_seq),
                watermark=max(old.watermark, new.watermark),
            )

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        before = self._tables.copy()
        try:
            yield
        except BaseException:
            self._store.tables = before
            raise

    @staticmethod
    def _of(table: list[tuple[str, Held]], consumer: str) -> list[Held]:
        return [held for owner, held in table if owner == consumer]


def _lane(held: Held) -> tuple[str, str]:
    return held.arrival.topic, held.arrival.lane
