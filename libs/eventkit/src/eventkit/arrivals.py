"""Records as they come off a topic, and the form in which one is set aside with every byte it had."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from eventkit.envelope import Envelope, Headers, Watermark, from_record, partition_of
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
    """The arrival of a record; a malformed one carries its error instead of a content. `topic`: without its prefix."""
    kept = list(headers)
    try:
        content = from_record(key, value, kept)
        _demand_home(content, topic, partition)
    except Malformed as error:
        return Arrival(topic, partition, offset, key, value, kept, None, str(error))
    return Arrival(topic, partition, offset, key, value, kept, content)


def _demand_home(content: Envelope | Watermark, topic: str, partition: int) -> None:
    """Kafka lets a service write its own topic alone, so what another's topic says in its name is forged."""
    owner = topic.removesuffix(".events")
    if isinstance(content, Watermark):
        if content.service != owner:
            raise Malformed(f"bugle.{content.service}.watermark.v1 has no place in {topic}")
        return
    if not content.type.startswith(f"bugle.{owner}."):
        raise Malformed(f"{content.type} has no place in {topic}")
    if content.source != f"/bugle/{owner}":
        raise Malformed(f"the source {content.source} has no place in {topic}")
    if (home := partition_of(content.key)) != partition:
        raise Malformed(f"its key belongs in partition {home}, not in {partition}")


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
