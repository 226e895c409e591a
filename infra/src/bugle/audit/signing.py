"""Signatures of the audit key: Ed25519 (RFC 8032), base64url unpadded. What is signed begins by saying what it is."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from jwt.algorithms import OKPAlgorithm
from jwt.exceptions import InvalidKeyError

Jwk = Mapping[str, Any]


def public_key(public: Jwk) -> Ed25519PublicKey:
    """The key; ValueError for what is none, a private one included: it would not be a witness from elsewhere."""
    try:
        key = OKPAlgorithm.from_jwk(dict(public))
    except (InvalidKeyError, TypeError) as error:
        raise ValueError(f"this is no public key of Ed25519: {error}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError(f"this is no public key of Ed25519, but {type(key).__name__}")
    return key


def signature_of(text: bytes, private: Jwk) -> str:
    """The signature of exactly these bytes."""
    key = cast(Ed25519PrivateKey, OKPAlgorithm.from_jwk(dict(private)))
    return _written(key.sign(text))


def is_signed(text: bytes, signature: str, public: Jwk) -> bool:
    """Whether this key's owner signed exactly these bytes; ValueError for what is no public key of Ed25519."""
    key = public_key(public)
    try:
        signed = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
        key.verify(signed, text)
    except (InvalidSignature, ValueError):
        return False
    return _written(signed) == signature


def _written(signature: bytes) -> str:
    return base64.urlsafe_b64encode(signature).decode().rstrip("=")
