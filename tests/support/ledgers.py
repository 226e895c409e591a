"""A domain small enough to see through, for the tests of eventkit: an account book with deposits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from eventkit.arrivals import Arrival, read
from eventkit.codec import Codec
from eventkit.envelope import Envelope, Watermark, partition_of, to_record, to_watermark_record
from eventkit.ids import uid
from eventkit.session import Aggregate

NOON = datetime(2021, 4, 22, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Opened:
    book: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Deposited:
    book: str
    amount: int
    at: datetime


Book = tuple[bool, int]
"""Whether it is open, and its balance."""


def apply(book: Book, event: Opened | Deposited) -> Book:
    return (True, book[1]) if isinstance(event, Opened) else (book[0], book[1] + event.amount)


CODEC = Codec("ledgers", {"opened.v1": Opened, "deposited.v1": Deposited})
BOOK: Aggregate[Book] = Aggregate("book", lambda: (False, 0), apply, CODEC)


def cause(name: str) -> UUID:
    return uid("test", name)


def arrival(name: str, key: str, *, kind: str = "happened", offset: int = 0, topic: str = "source.events") -> Arrival:
    """An event of another service called "source", or as the topic says, as it comes off it."""
    service = topic.removesuffix(".events")
    event = Envelope(
        id=cause(name),
        type=f"bugle.{service}.{kind}.v1",
        source=f"/bugle/{service}",
        stream=f"thing-{key}",
        version=offset + 1,
        key=key,
        occurred_at=NOON,
        recorded_at=NOON,
        data=b'{"name":"%s"}' % name.encode(),
        sequenced_at=NOON,
        log_seq=offset + 1,
    )
    return read(topic, partition_of(key), offset, *to_record(event))


def watermark(partition: int, offset: int, upto: datetime, log_seq: int, topic: str = "source.events") -> Arrival:
    value, headers = to_watermark_record(Watermark("source", upto, log_seq))
    return read(topic, partition, offset, None, value, headers)


def names(arrivals: Sequence[Arrival]) -> list[str]:
    return [a.content.json()["name"] for a in arrivals if isinstance(a.content, Envelope)]
