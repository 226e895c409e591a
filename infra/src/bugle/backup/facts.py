"""What an event says, as 16 bytes: whether a backup has an event that lies in Kafka is asked by this, not by its place.

After a restore that gave events up, the same log_seq is another event's. And what a backup holds without a place yet
has one in Kafka later.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from bugle.backup.programs import rows
from bugle.verify.event import Event
from bugle.verify.hashing import instant


def fact_of(event: Event) -> bytes:
    """What the event says."""
    return _fact(str(event.id), event.type, event.stream, event.occurred_at, event.data)


def dumped_facts(dump: Path) -> Iterator[bytes]:
    """What each event says in the dump of a service's database, whether or not it had its place in the log."""
    for row in rows(dump, "events"):
        id, type, stream, at = (row[name].decode() for name in ("event_id", "type", "stream", "occurred_at"))
        yield _fact(id, type, stream, datetime.fromisoformat(at), row["data"])


def _fact(id: str, type: str, stream: str, occurred_at: datetime, data: bytes) -> bytes:
    head = "\n".join((id, type, stream, instant(occurred_at), "")).encode()
    return sha256(head + data).digest()[:16]
