"""Records as they come off a topic, and the form in which one is set aside with every byte it had."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from eventkit.envelope import Envelope, Headers, Watermark, from_record
from eventkit.errors import Malformed


@dataclass(frozen=True, slots=True)
class Arrival:
    """A record of a topic with its bytes and what they were read as (None: malformed, `error` says why)."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    content: Envelope | Watermark | None
    error: str | None = None

    @property
    def lane(self) -> str:
        """The key whose order it belongs to; a malformed record without one is a lane of its own."""
        if self.key is None:
            return f"{self.topic}/{self.partition}/{self.offset}"
        return self.key.decode(errors="replace")

    @property
    def place(self) -> str:
        """Where it lies, as operators are told and name it: `intake.events[3]@17`."""
        return f"{self.topic}[{self.partition}]@{self.offset}"


def read(
    topic: str,
    partition: int,
    offset: int,
    key: bytes | None,
    value: bytes | None,
    headers: Iterable[tuple[str, bytes]],
) -> Arrival:
    """The arrival of a record; a malformed one carries its error instead of a content."""
    kept = list(headers)
    try:
        return Arrival(topic, partition, offset, key, value, kept, from_record(key, value, kept))
    except Malformed as error:
        return Arrival(topic, partition, offset, key, value, kept, None, str(error))


def pack(arrival: Arrival) -> bytes:
    """The record as JSON with its bytes in base64: readable by hand, and nothing is lost."""
    return orjson.dumps(
        {
            "key": _encode(arrival.key),
            "value": _encode(arrival.value),
            "headers": [[name, _encode(value)] for name, value in arrival.headers],
        }
    )


def unpack(topic: str, partition: int, offset: int, record: bytes) -> Arrival:
    """The arrival that `pack` set aside."""
    held = orjson.loads(record)
    headers = [(name, _decode(value) or b"") for name, value in held["headers"]]
    return read(topic, partition, offset, _decode(held["key"]), _decode(held["value"]), headers)


def _encode(value: bytes | None) -> str | None:
    return None if value is None else b64encode(value).decode()


def _decode(value: str | None) -> bytes | None:
    return None if value is None else b64decode(value)
