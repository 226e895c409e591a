"""I3 and I8: what can be said of one service from its own database, row by row in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bugle.verify.event import GENESIS, Event, link
from bugle.verify.report import Invariant


@dataclass(frozen=True)
class LogRow:
    """A row of the log with the event at its position, or None where that is missing."""

    log_seq: int
    hash: bytes
    event: Event | None


@dataclass(frozen=True)
class Head:
    """Where the relay says its log ends."""

    log_seq: int
    hash: bytes


def check_versions(service: str, rows: Iterable[tuple[str, int, int | None]], found: Invariant) -> None:
    """I3 over (stream, version, log_seq or None) of all events, ordered by stream and version."""
    stream, version, placed = None, 0, 0
    for this, at, log_seq in rows:
        if this != stream:
            stream, version, placed = this, 0, 0
            found.checked += 1
        version += 1
        if at != version:
            found.fault(f"{service}: {this} has version {at} where {version} belongs")
            version = at
        if log_seq is not None:
            if log_seq < placed:
                found.fault(f"{service}: {this} version {at} stands in the log before the version that it follows")
            placed = log_seq


def check_log(service: str, rows: Iterable[LogRow], head: Head, found: Invariant) -> Iterator[Event]:
    """I8 over the log in its order; yields the events on the way, so that one reading serves every check."""
    expected, chain = 0, GENESIS
    last = None
    for row in rows:
        expected += 1
        found.checked += 1
        if row.log_seq != expected:
            found.fault(f"{service}: log_seq {row.log_seq} stands where {expected} belongs")
            expected = row.log_seq
        if row.event is None:
            found.fault(f"{service}: log_seq {row.log_seq} has no event")
            chain = row.hash
            continue
        if link(chain, row.event) != row.hash:
            found.fault(f"{service}: the chain breaks at {row.event}")
        if last is not None and row.event.sequenced_at < last:
            found.fault(f"{service}: sequenced_at goes back at {row.event}")
        last, chain = row.event.sequenced_at, row.hash
        yield row.event
    if (expected, chain) != (head.log_seq, head.hash):
        found.fault(f"{service}: the log ends at log_seq {expected}, its relay recorded another head, {head.log_seq}")
