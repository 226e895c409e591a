"""A log as a file of JSON lines: what it is, each event with its hash, and last the signed head."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import orjson

from bugle.audit.head import SignedHead, sign
from bugle.audit.signing import Jwk
from bugle.verify.database import Database
from bugle.verify.event import Event, moment
from bugle.verify.hashing import instant
from bugle.verify.log import LogRow

FORMAT = "bugle-audit/1"
_TEXTS = ("type", "stream", "version", "key")
_NUMBERS = {"version", "log_seq"}
_TIMES = ("occurred_at", "recorded_at", "sequenced_at")


class Missing(Exception):
    """The log names an event that its table does not have; the message tells which."""


def lines(service: str, database: Database, private: Jwk) -> Iterator[bytes]:
    """The file, line by line, of one snapshot of the database. Raises Missing."""
    yield first(service)
    for row in database.log():
        if row.event is None:
            raise Missing(f"log_seq {row.log_seq} of {service} has no event")
        yield _line(_told(row, row.event))
    yield _end(sign(service, database.head(), private))


def first(service: str) -> bytes:
    """The first line of a service's file."""
    return _line({"format": FORMAT, "service": service})


def read_row(line: bytes) -> LogRow:
    """A line of the file as a row of the log; ValueError when it is not written exactly as an export writes it.

    What a reader would pass over, such as a further member or a second value of one name, is proved by no hash.
    """
    told = _members(line)
    try:
        kind, stream, version, key = (_typed(told, name) for name in _TEXTS)
        occurred, recorded, sequenced = (moment(told[name]) for name in _TIMES)
        about = (UUID(told["id"]), kind, stream, version, key, occurred, recorded, sequenced)
        event = Event(*about, log_seq=_typed(told, "log_seq"), data=told["data"].encode())
        row = LogRow(event.log_seq, bytes.fromhex(told["hash"]), event)
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"this is no event: {type(error).__name__}: {error}") from error
    if _line(_told(row, event)) != line:
        raise ValueError("this is not written as an export writes an event")
    return row


def read_end(line: bytes) -> SignedHead:
    """The last line of the file; ValueError when it is not written exactly as an export writes its head."""
    head = read_head(_members(line))
    if _end(head) != line:
        raise ValueError("this is not written as an export writes its head")
    return head


def read_head(told: Any) -> SignedHead:
    """A head by itself or as the last line of a file has it; ValueError when it is none."""
    if not isinstance(told, dict):
        raise ValueError("this is no signed head: no JSON object")
    return SignedHead.of(told.get("head", told))


def _members(line: bytes) -> dict[str, Any]:
    told = orjson.loads(line)
    if not isinstance(told, dict):
        raise ValueError("this is no JSON object")
    return told


def _typed(told: Mapping[str, Any], name: str) -> Any:
    if type(told[name]) is not (int if name in _NUMBERS else str):
        raise TypeError(f"{name} is {told[name]!r}")
    return told[name]


def _told(row: LogRow, event: Event) -> dict[str, Any]:
    return {
        "log_seq": row.log_seq,
        "id": str(event.id),
        **{name: getattr(event, name) for name in _TEXTS},
        **{name: instant(getattr(event, name)) for name in _TIMES},
        "data": event.data.decode(),
        "hash": row.hash.hex(),
    }


def _end(head: SignedHead) -> bytes:
    return _line({"head": head.json()})


def _line(told: dict[str, Any]) -> bytes:
    return orjson.dumps(told) + b"\n"
