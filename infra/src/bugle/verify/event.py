"""An event as verification reads it, from the store's rows or from Kafka's records, with a parser of its own.

Nothing here is shared with eventkit: a fault in the code that writes must not hide itself in the code that checks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson

from bugle.verify.hashing import instant

GENESIS = bytes(32)
SERVICES = ("intake", "routing", "supervision")
"""The services that record events; in docs/projections.md's order of the timeline."""


class Unreadable(Exception):
    """A record that is not an event of the contract."""


@dataclass(frozen=True)
class Event:
    """One sequenced event; `data` is the payload byte for byte."""

    id: UUID
    type: str
    stream: str
    version: int
    key: str
    occurred_at: datetime
    recorded_at: datetime
    sequenced_at: datetime
    log_seq: int
    data: bytes

    @cached_property
    def body(self) -> dict[str, Any]:
        """The payload, decoded once."""
        decoded: dict[str, Any] = orjson.loads(self.data)
        return decoded

    @cached_property
    def service(self) -> str:
        return self.type.split(".")[1]

    @cached_property
    def short_type(self) -> str:
        """`issue_reported` of `bugle.intake.issue_reported.v1`."""
        return self.type.split(".")[2]

    def text(self) -> bytes:
        """Every field on a line of its own, as docs/events.md and the chain define it; data last."""
        times = map(instant, (self.occurred_at, self.recorded_at, self.sequenced_at))
        head = (str(self.log_seq), str(self.id), self.type, self.stream, str(self.version), self.key, *times, "")
        return "\n".join(head).encode() + self.data + b"\n"

    def digest(self) -> bytes:
        """16 bytes that stand for the whole event where many must be held in memory."""
        return sha256(self.text()).digest()[:16]

    def __str__(self) -> str:
        return f"{self.service} log_seq {self.log_seq}, {self.stream} version {self.version}, {self.short_type}"


def link(previous: bytes, event: Event) -> bytes:
    """The chain hash of `event` after the 32-byte hash of the event before it."""
    return sha256(previous + event.text()).digest()


def moment(text: str) -> datetime:
    """An instant of the contract; ValueError without an offset."""
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        raise ValueError(f"{text!r} has no offset")
    return parsed.astimezone(UTC)


def from_record(key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes]]) -> Event | None:
    """The event of a record in CloudEvents' binary mode; None for a watermark. Raises `Unreadable`."""
    held = {name: content.decode() for name, content in headers}
    try:
        if held["ce_type"].endswith(".watermark.v1"):
            return None
        if key is None or value is None:
            raise Unreadable("an event without key or value")
        return _event(held, key.decode(), value)
    except (KeyError, ValueError, IndexError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}") from error


def _event(held: dict[str, str], key: str, value: bytes) -> Event:
    if held["ce_type"].split(".")[:2] not in [["bugle", service] for service in SERVICES]:
        raise Unreadable(f"{held['ce_type']} is no type of Bugle's services")
    event = Event(
        id=UUID(held["ce_id"]),
        type=held["ce_type"],
        stream=held["ce_subject"],
        version=int(held["ce_streamversion"]),
        key=key,
        occurred_at=moment(held["ce_time"]),
        recorded_at=moment(held["ce_recordedat"]),
        sequenced_at=moment(held["ce_sequencedat"]),
        log_seq=int(held["ce_logseq"]),
        data=value,
    )
    if held["ce_source"] != f"/bugle/{event.service}" or not isinstance(event.body, dict):
        raise Unreadable(f"source {held['ce_source']} and payload do not fit {event.type}")
    return event
