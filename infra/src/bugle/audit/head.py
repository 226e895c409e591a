"""The signed head of a log: whoever holds one can prove that nothing before it was changed, removed or added.

Signed is the UTF-8 text of these lines, each ended by a line feed: "bugle-audit-head/1", service, log_seq in decimal,
hash in hexadecimal, signed_at (UTC, six decimals, Z).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from bugle.audit.signing import Jwk, is_signed, signature_of
from bugle.verify.hashing import instant
from bugle.verify.log import Head

MARK = "bugle-audit-head/1"


@dataclass(frozen=True, slots=True)
class SignedHead:
    """`hash` in hexadecimal; `kid` names the key that signed."""

    service: str
    log_seq: int
    hash: str
    signed_at: str
    kid: str
    signature: str

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> SignedHead:
        """From its JSON; ValueError when it is none."""
        for name in cls.__dataclass_fields__:
            if type(told.get(name)) is not (int if name == "log_seq" else str):
                raise ValueError(f"this is no signed head: {name} is {told.get(name)!r}")
        return cls(**{name: told[name] for name in cls.__dataclass_fields__})

    def json(self) -> dict[str, Any]:
        """Its JSON."""
        return asdict(self)

    def is_signed_by(self, public: Jwk) -> bool:
        """Whether this key's owner signed exactly this head and it names no other key.

        ValueError for what is no public key of Ed25519.
        """
        signed = is_signed(_signed(self.service, self.log_seq, self.hash, self.signed_at), self.signature, public)
        return signed and self.kid == public.get("kid", self.kid)


def sign(service: str, head: Head, private: Jwk) -> SignedHead:
    """The head as it stands now, signed."""
    at = instant(datetime.now(UTC))
    signature = signature_of(_signed(service, head.log_seq, head.hash.hex(), at), private)
    return SignedHead(service, head.log_seq, head.hash.hex(), at, private["kid"], signature)


def _signed(service: str, log_seq: int, hash: str, at: str) -> bytes:
    return "".join(f"{line}\n" for line in (MARK, service, log_seq, hash, at)).encode()
