"""The hash chain over a service's log: whoever holds one head can prove every event before it.

Definition, for verifiers that share no code with this module. Genesis is 32 zero bytes. The hash at log_seq n is
SHA-256 over the concatenation of the 32-byte hash at n-1 and the UTF-8 text of these fields, each followed by one
line feed (0x0A): log_seq in decimal, event id (lower case with hyphens), type, stream, version in decimal, key,
occurred_at, recorded_at, sequenced_at (each YYYY-MM-DDTHH:MM:SS.ffffffZ in UTC), and last the data exactly as stored.
"""

from __future__ import annotations

from hashlib import sha256

from eventkit.envelope import Envelope, instant

GENESIS = bytes(32)


def link(previous: bytes, event: Envelope) -> bytes:
    """The 32-byte hash of a sequenced event that follows `previous`."""
    assert event.sequenced_at is not None
    head = "\n".join(
        (
            str(event.log_seq),
            str(event.id),
            event.type,
            event.stream,
            str(event.version),
            event.key,
            instant(event.occurred_at),
            instant(event.recorded_at),
            instant(event.sequenced_at),
            "",
        )
    )
    return sha256(previous + head.encode() + event.data + b"\n").digest()
