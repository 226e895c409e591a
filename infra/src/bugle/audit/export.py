"""A log as a file of JSON lines: what it is, each event with its hash, and last the signed head."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson

from bugle.audit.head import Jwk, SignedHead, sign
from bugle.verify.database import Database
from bugle.verify.event import Event, moment
from bugle.verify.hashing import instant
from bugle.verify.log import LogRow

FORMAT = "bugle-audit/1"
_TEXTS = ("type", "stream", "version", "key")
_TIMES = ("occurred_at", "recorded_at", "sequenced_at")


class Missing(Exception):
    """The log names an event that its table does not have; the message tells which."""


def lines(service: str, database: Database, private: Jwk) -> Iterator[bytes]:
    """The file, line by line, of one snapshot of the database. Raises Missing."""
    yield _line({"format": FORMAT, "service": service})
    for row in database.log():
        if row.event is None:
            raise Missing(f"log_seq {row.log_seq} of {service} has no event")
        yield _line(_told(row, row.event))
    yield _line({"head": sign(service, database.head(), private).json()})


def read_row(told: dict[str, Any]) -> LogRow:
    """A line of the file as a row of the log; ValueError when it is none."""
    try:
        type, stream, version, key = (told[name] for name in _TEXTS)
        occurred, recorded, sequenced = (moment(told[name]) for name in _TIMES)
        about = (UUID(told["id"]), type, stream, version, key, occurred, recorded, sequenced)
        event = Event(*about, log_seq=told["log_seq"], data=told["data"].encode())
        return LogRow(event.log_seq, bytes.fromhex(told["hash"]), event)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is no event: {type(error).__name__}: {error}") from error


def read_head(told: dict[str, Any]) -> SignedHead:
    """The last line of the file, or a head kept elsewhere; ValueError when it is none."""
    return SignedHead.of(told.get("head", told))


def _told(row: LogRow, event: Event) -> dict[str, Any]:
    return {
        "log_seq": row.log_seq,
        "id": str(event.id),
        **{name: getattr(event, name) for name in _TEXTS},
        **{name: instant(getattr(event, name)) for name in _TIMES},
        "data": event.data.decode(),
        "hash": row.hash.hex(),
    }


def _line(told: dict[str, Any]) -> bytes:
    return orjson.dumps(told) + b"\n"
