"""The event store's port. `postgres` and `memory` implement it and pass one behaviour suite."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from eventkit.arrivals import Arrival
from eventkit.codec import NewEvent
from eventkit.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Append:
    """Events to follow version `expected` of a stream (0: the stream is new), with their ids."""

    stream: str
    key: str
    expected: int
    events: Sequence[tuple[UUID, NewEvent]]
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Remembered:
    """The first answer to an idempotency key. `digest`: SHA-256 of the request; `body`: JSON text."""

    digest: bytes
    status: int
    body: str


@dataclass(frozen=True, slots=True)
class Held:
    """An arrival set aside: parked (reason = the error) or waiting (reason = the token)."""

    arrival: Arrival
    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a consumer is in one partition: next offset to read, and the last watermark's log_seq and instant."""

    next_offset: int
    log_seq: int
    watermark: datetime


class Transaction(Protocol):
    """One transaction of a service's database. Everything in it happens, or nothing."""

    # --- streams
    def load(self, streams: Collection[str]) -> Mapping[str, Sequence[Envelope]]:
        """The events of each stream in version order, all streams in one query; an unknown stream is empty."""

    def append(self, appends: Sequence[Append]) -> list[Envelope]:
        """Record events of many streams in one statement, in the order given.

        Raises VersionConflict when a stream is not at the expected version or an event id is already recorded.
        """

    # --- requests
    def recall(self, scope: str, keys: Collection[str]) -> Mapping[str, Remembered]:
        """First answers by idempotency key."""

    def remember(self, scope: str, answers: Mapping[str, Remembered]) -> None:
        """Keep first answers; VersionConflict when a key was answered meanwhile."""

    # --- consumption
    def share(self, consumer: str) -> None:
        """Hold off whoever wants the consumer alone (redrive, a rebuild's swap) until this transaction ends."""

    def seize(self, consumer: str) -> None:
        """Wait for, then keep out, every batch of the consumer until this transaction ends."""

    def receive(self, consumer: str, ids: Collection[UUID]) -> set[UUID]:
        """Note events as received; the ids that were not known before."""

    def blocked(self, consumer: str, keys: Collection[str]) -> tuple[set[str], set[tuple[str, str]]]:
        """Of these keys, those that are parked, and the (topic, key) lanes in which an event waits."""

    def park(self, consumer: str, held: Sequence[Held]) -> None:
        """Set arrivals aside until a redrive; one that is parked already stays as it is.

        Where another record is parked at the same place, that one gives its place up: the topic was made anew.
        """

    def parked(self, consumer: str, key: str) -> list[Held]:
        """Parked arrivals of a key in order."""

    def unpark(self, consumer: str, key: str) -> None:
        """Forget the parked arrivals of a key: they have been applied."""

    def discard(self, consumer: str, arrival: Arrival, reason: str, by: str) -> bool:
        """Take a parked arrival out for good, and keep it with the reason and who decided; whether it was parked."""

    def discarded(self, consumer: str, arrivals: Sequence[Arrival]) -> set[str]:
        """The places of those arrivals that were discarded before: the same bytes at the same place."""

    def parked_keys(self, consumer: str) -> dict[str, int]:
        """How many arrivals are parked by key."""

    def wait(self, consumer: str, held: Sequence[Held]) -> None:
        """Set arrivals aside until their token is provided."""

    def release(self, consumer: str, tokens: Collection[str], stale: int = 0) -> list[Arrival]:
        """Take out, in order, every lane that waits for one of the tokens, and up to `stale` oldest lanes."""

    def advance(self, consumer: str, progress: Mapping[tuple[str, int], Progress]) -> None:
        """Keep the progress by (topic, partition); nothing of it goes back, also when records are delivered again."""

    def savepoint(self) -> AbstractContextManager[None]:
        """What happens inside is undone alone when an exception leaves it."""


class Store(Protocol):
    """Gives transactions."""

    service: str

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Commits at the end, rolls back when an exception leaves it."""
