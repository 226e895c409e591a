"""The three services as they run, on stores in memory, and the topics between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import Any

import contracts
from eventkit.arrivals import read
from eventkit.caller import Caller
from eventkit.commands import CommandBook
from eventkit.envelope import Envelope, Headers, Watermark, partition_of, to_record, to_watermark_record
from eventkit.http.acceptance import Acceptance, Submission
from eventkit.http.desk import Desk, Outcome
from eventkit.ids import uid
from eventkit.memory import MemoryStore
from eventkit.processing import Processor
from eventkit.reactions import Reaction
from eventkit.session import Projector

Record = tuple[bytes | None, bytes, Headers]
Place = tuple[str, int]
SIZES = (1, 3, 1000, 1000, 1000)
"""How many records of a partition a batch has at most."""


class Topics:
    """What the relays have published: a log for each topic and partition. Only partitions with a key are looked at."""

    def __init__(self) -> None:
        self.logs: Mapping[Place, list[Record]] = defaultdict(list)
        self.partitions: set[int] = set()
        self.events: list[Envelope] = []

    def publish(self, event: Envelope) -> None:
        """An event behind all that its partition has."""
        partition = partition_of(event.key)
        self.partitions.add(partition)
        self.logs[f"{event.service}.events", partition].append(to_record(event))
        self.events.append(event)

    def promise(self, service: str, upto: datetime, log_seq: int) -> None:
        """A watermark into every partition."""
        value, headers = to_watermark_record(Watermark(service, upto, log_seq))
        for partition in self.partitions:
            self.logs[f"{service}.events", partition].append((None, value, headers))


@dataclass(frozen=True)
class Scripted:
    """Something that was done at a moment, when so much had been consumed: a command, or a sweep for None."""

    cursors: Mapping[Place, int]
    now: datetime
    command: tuple[Any, ...] | None


@dataclass
class Service:
    """One service: its store, the commands it takes, its consumer, its relay; and a script of what it was told."""

    store: MemoryStore
    book: CommandBook
    reaction: Reaction
    topics: Topics
    projectors: Sequence[Projector] = ()
    relayed: int = 0
    cursors: dict[Place, int] = field(default_factory=dict)
    script: list[Scripted] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._desk = Desk(self.store, self.projectors)
        self._acceptance = Acceptance(self.book, contracts.COMMANDS)
        self._processor = Processor(self.store, self.reaction, self.projectors)
        self._processor._next_stale = float("inf")  # what waits is released by its token, or the test finds it waiting

    @property
    def name(self) -> str:
        return self.store.service

    def take(self, type: str, data: Mapping[str, Any], caller: Caller, key: str, at: datetime | None) -> Outcome:
        """Carry out a command as an HTTP process does: role, form, decision, one transaction."""
        self.note((type, data, caller, key, at))
        wanted = f"bugle.{self.name}.{type}"
        entry = next(entry for entry in self.book if entry.type.rpartition(".v")[0] == wanted and entry.rest)
        now = self.store.clock()
        asked = Submission(uid("command", key), key, "Idempotency-Key", dict(data), "", caller, now, at)
        try:
            order = self._acceptance.accept(entry, asked)
        except Exception as error:
            return error
        [outcome] = self._desk.settle(caller.sub, [order])
        return outcome

    def note(self, command: tuple[Any, ...] | None) -> None:
        """Into the script."""
        self.script.append(Scripted(dict(self.cursors), self.store.clock(), command))

    def relay(self) -> None:
        """Sequence and publish what was recorded, then promise that this was everything."""
        now = self.store.clock()
        for event in self.store.tables.events[self.relayed :]:
            self.relayed += 1
            self.topics.publish(replace(event, sequenced_at=now, log_seq=self.relayed))
        self.topics.promise(self.name, now, self.relayed)

    def backlog(self) -> list[Place]:
        """Where something has not been consumed yet."""
        places = ((topic, partition) for topic in self.reaction.topics for partition in sorted(self.topics.partitions))
        return [place for place in places if len(self.topics.logs[place]) > self.cursors.get(place, 0)]

    def consume(self, random: Random, until: Mapping[Place, int] | None = None) -> bool:
        """A batch of one topic from some of its partitions, in order within each; whether there was anything."""
        ends = {place: len(self.topics.logs[place]) for place in self.backlog()} if until is None else until
        backlog = [place for place, end in ends.items() if end > self.cursors.get(place, 0)]
        if not backlog:
            return False
        topic = random.choice(backlog)[0]
        places = [place for place in backlog if place[0] == topic]
        batch = []
        for place in random.sample(places, random.choice((random.randint(1, len(places)), len(places)))):
            batch += self._next(place, random.choice(SIZES), ends[place])
        self._processor.process(batch)
        return True

    def _next(self, place: Place, count: int, end: int) -> list[Any]:
        first, log = self.cursors.get(place, 0), self.topics.logs[place]
        self.cursors[place] = min(first + count, end)
        return [read(*place, offset, *log[offset]) for offset in range(first, self.cursors[place])]

    def go_back(self, random: Random) -> None:
        """The group was rebalanced before the offsets were kept: some records come again."""
        for place, at in self.cursors.items():
            if random.random() < 0.5:
                self.cursors[place] = max(0, at - random.randint(1, 6))

    def aside(self) -> tuple[int, int]:
        """How many events are parked and waiting."""
        return len(self.store.tables.parked), len(self.store.tables.waiting)
