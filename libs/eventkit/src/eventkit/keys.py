"""An issuer's public keys (a JWK set, RFC 7517), each with the one algorithm by which it verifies tokens.

The algorithm is the key's, never what a token's header asks for (RFC 8725, 3.1): so no public key can be taken for the
secret of an HMAC, and no signature left out.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import jwt

ALGORITHMS: Mapping[tuple[object, object], tuple[str, ...]] = {
    ("RSA", None): ("RS256", "PS256"),
    ("EC", "P-256"): ("ES256",),
    ("OKP", "Ed25519"): ("EdDSA",),
}
"""By a key's type and curve; the first is meant by a key that names none."""

LEAST_BITS = 2048
"""Of an RSA key (RFC 7518, 3.3)."""

log = logging.getLogger("eventkit.keys")


class NoUsableKey(ValueError):
    """What was read is no JWK set, or no key of it verifies tokens."""


def keys_of(held: object) -> Mapping[str, jwt.PyJWK]:
    """The keys of a JWK set by their ids; NoUsableKey without any. What verifies no token is left out, and logged."""
    told = held.get("keys") if isinstance(held, Mapping) else None
    if not isinstance(told, list):
        raise NoUsableKey("the issuer's keys (BUGLE_JWKS_FILE) are no JWK set: there is no list `keys`")
    found = dict(_usable(told))
    if not found:
        raise NoUsableKey("the issuer's keys (BUGLE_JWKS_FILE) hold no key for RS256, PS256, ES256 or EdDSA")
    return found


def _usable(told: list[object]) -> Iterator[tuple[str, jwt.PyJWK]]:
    for one in told:
        kid = one.get("kid") if isinstance(one, Mapping) else None
        try:
            yield _key(one)
        except (ValueError, TypeError, jwt.PyJWTError) as error:
            log.warning("a key of the issuer is left out: %s: %s", kid, error)


def _key(told: object) -> tuple[str, jwt.PyJWK]:
    """A key with its id; an error for one that is not for verifying, or too weak for it."""
    if not isinstance(told, dict) or not isinstance(told.get("kid"), str):
        raise ValueError("it has no id `kid`")
    if "d" in told:
        raise ValueError("it is private; publish its public half")
    if told.get("use", "sig") != "sig" or "verify" not in told.get("key_ops", ("verify",)):
        raise ValueError("it is not for verifying")
    key = jwt.PyJWK(told, _algorithm(told))
    if told["kty"] == "RSA" and key.key.key_size < LEAST_BITS:
        raise ValueError(f"it has {key.key.key_size} bits, fewer than {LEAST_BITS}")
    return told["kid"], key


def _algorithm(told: Mapping[str, Any]) -> str:
    fitting = ALGORITHMS.get((told.get("kty"), told.get("crv")), ())
    named = told.get("alg", fitting[0] if fitting else None)
    if named not in fitting:
        raise ValueError(f"{named} by a key {told.get('kty')} {told.get('crv') or ''} is not taken")
    return str(named)
