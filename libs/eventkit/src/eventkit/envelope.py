"""An event as it is stored and as it travels: CloudEvents 1.0 in Kafka's binary content mode.

Source: CloudEvents 1.0.2 and its Kafka protocol binding; extension names are lower case without separators.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from eventkit.errors import Malformed

PARTITIONS = 12
"""Fixed when a topic is created: adding partitions would move keys and so break their order."""

Headers = list[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event with what its owner knew of it.

    `data` is the compact JSON text, byte for byte as stored, hashed and published. `sequenced_at` and `log_seq` are
    None until the relay has given the event its place in the service's log.
    """

    id: UUID
    type: str
    source: str
    stream: str
    version: int
    key: str
    occurred_at: datetime
    recorded_at: datetime
    data: bytes
    sequenced_at: datetime | None = None
    log_seq: int | None = None
    traceparent: str | None = None

    def json(self) -> dict[str, Any]:
        """The payload, decoded anew at each call."""
        payload: dict[str, Any] = orjson.loads(self.data)
        return payload

    @property
    def service(self) -> str:
        """The owner's name: the second word of the type."""
        return self.type.split(".", 2)[1]


@dataclass(frozen=True, slots=True)
class Watermark:
    """A promise: in this partition, all of `service` sequenced at or before `upto` stands before this record."""

    service: str
    upto: datetime
    log_seq: int


@lru_cache(maxsize=65_536)
def partition_of(key: str, partitions: int = PARTITIONS) -> int:
    """The partition a key maps to, by Kafka's own murmur2 rule (the same in kafka-python, aiokafka and Java)."""
    from kafka.partitioner.default import murmur2  # imported late: an HTTP process needs no Kafka client

    return int((murmur2(key.encode()) & 0x7FFFFFFF) % partitions)


def instant(moment: datetime) -> str:
    """ISO 8601 in UTC with six decimals and Z, so that equal instants are equal text."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def parse_instant(text: str) -> datetime:
    """The instant of an ISO 8601 text with offset, t and z small or not; ValueError without one."""
    moment = datetime.fromisoformat(text.upper())
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC")
    return moment.astimezone(UTC)


def to_record(event: Envelope) -> tuple[bytes, bytes, Headers]:
    """Key, value and headers of the Kafka record of a sequenced event."""
    assert event.sequenced_at is not None
    headers: Headers = [
        ("content-type", b"application/json"),
        ("ce_specversion", b"1.0"),
        ("ce_id", str(event.id).encode()),
        ("ce_type", event.type.encode()),
        ("ce_source", event.source.encode()),
        ("ce_subject", event.stream.encode()),
        ("ce_time", instant(event.occurred_at).encode()),
        ("ce_dataschema", _schema_urn(event.type)),
        ("ce_recordedat", instant(event.recorded_at).encode()),
        ("ce_sequencedat", instant(event.sequenced_at).encode()),
        ("ce_logseq", str(event.log_seq).encode()),
        ("ce_streamversion", str(event.version).encode()),
    ]
    if event.traceparent is not None:
        headers.append(("traceparent", event.traceparent.encode()))
    return event.key.encode(), event.data, headers


@lru_cache(maxsize=1024)
def _schema_urn(event_type: str) -> bytes:
    return f"urn:bugle:event:{event_type.removeprefix('bugle.').replace('.', ':')}".encode()


def to_watermark_record(mark: Watermark) -> tuple[bytes, Headers]:
    """Value and headers of a watermark; it has no key, for it goes to every partition."""
    value = orjson.dumps({"upto": instant(mark.upto), "log_seq": mark.log_seq})
    return value, [("ce_type", f"bugle.{mark.service}.watermark.v1".encode())]


def from_record(key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes]]) -> Envelope | Watermark:
    """The event or watermark of a Kafka record. Topics are untrusted input: anything amiss raises `Malformed`."""
    held = dict(headers)
    try:
        kind = held["ce_type"].decode()
        if kind.endswith(".watermark.v1"):
            body = orjson.loads(value or b"")
            return Watermark(kind.split(".")[1], parse_instant(body["upto"]), int(body["log_seq"]))
        return _event(kind, key, value, held)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise Malformed(f"not an event of Bugle: {error!r}") from error


def _event(kind: str, key: bytes | None, value: bytes | None, held: Mapping[str, bytes]) -> Envelope:
    if key is None or not isinstance(orjson.loads(value or b""), dict):
        raise Malformed("an event needs a key and a JSON object as its value")
    assert value is not None
    trace = held.get("traceparent")
    return Envelope(
        id=UUID(held["ce_id"].decode()),
        type=kind,
        source=held["ce_source"].decode(),
        stream=held["ce_subject"].decode(),
        version=int(held["ce_streamversion"]),
        key=key.decode(),
        occurred_at=parse_instant(held["ce_time"].decode()),
        recorded_at=parse_instant(held["ce_recordedat"].decode()),
        data=value,
        sequenced_at=parse_instant(held["ce_sequencedat"].decode()),
        log_seq=int(held["ce_logseq"]),
        traceparent=None if trace is None else trace.decode(),
    )
