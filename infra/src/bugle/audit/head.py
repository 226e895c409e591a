"""The signed head of a log: whoever holds one can prove that nothing before it was changed, removed or added.

Signed is the UTF-8 text of these lines, each ended by a line feed: "bugle-audit-head/1", service, log_seq in decimal,
hash in hexadecimal, signed_at (UTC, six decimals, Z). The signature is Ed25519 (RFC 8032), base64url unpadded.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from jwt.algorithms import OKPAlgorithm
from jwt.exceptions import InvalidKeyError

from bugle.verify.hashing import instant
from bugle.verify.log import Head

MARK = "bugle-audit-head/1"
Jwk = Mapping[str, Any]


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
        """Whether this key's owner signed exactly this head; ValueError for what is no public key of Ed25519."""
        key = public_key(public)
        try:
            key.verify(_decoded(self.signature), _signed(self.service, self.log_seq, self.hash, self.signed_at))
        except (InvalidSignature, ValueError):
            return False
        return True


def public_key(public: Jwk) -> Ed25519PublicKey:
    """The key; ValueError for what is none, a private one included: it would not be a witness from elsewhere."""
    try:
        key = OKPAlgorithm.from_jwk(dict(public))
    except (InvalidKeyError, TypeError) as error:
        raise ValueError(f"this is no public key of Ed25519: {error}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError(f"this is no public key of Ed25519, but {type(key).__name__}")
    return key


def sign(service: str, head: Head, private: Jwk) -> SignedHead:
    """The head as it stands now, signed."""
    key = cast(Ed25519PrivateKey, OKPAlgorithm.from_jwk(dict(private)))
    at = instant(datetime.now(UTC))
    signature = key.sign(_signed(service, head.log_seq, head.hash.hex(), at))
    text = base64.urlsafe_b64encode(signature).decode().rstrip("=")
    return SignedHead(service, head.log_seq, head.hash.hex(), at, private["kid"], text)


def _signed(service: str, log_seq: int, hash: str, at: str) -> bytes:
    return "".join(f"{line}\n" for line in (MARK, service, log_seq, hash, at)).encode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
