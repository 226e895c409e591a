"""The embedded issuer: its key pair, the key set that services read, and the tokens it signs. Not for production."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bugle.stack.errors import BadChoice, StackError
from bugle.stack.home import Home

ISSUER = "urn:bugle:issuer:embedded"
AUDIENCE = "bugle"
MOST_HOURS = 366 * 24
"""A year: a token cannot be withdrawn, only expire."""
ROLES = ("frontend", "office", "department", "leader", "enterprise", "analyst", "operator", "erase")


def check_roles(roles: Iterable[str]) -> None:
    """StackError names one that there is not."""
    for role in roles:
        if role not in ROLES:
            raise BadChoice(f"{role!r} is no role. Choose from: {', '.join(ROLES)}.")


@dataclass(frozen=True, slots=True)
class Keys:
    """The key files of a home."""

    home: Home

    @property
    def jwks_file(self) -> Path:
        """The public key set, JSON (RFC 7517)."""
        return self.home.path / "keys" / "jwks.json"

    @property
    def contact_key_file(self) -> Path:
        """32 random bytes: the key that encrypts the keys of contacts."""
        return self.home.path / "keys" / "contact.key"

    @property
    def audit_public_file(self) -> Path:
        """The public key that proves signed heads, one JWK: to be given to whoever shall verify."""
        return self.home.path / "keys" / "audit.public.jwk"

    def audit_key(self) -> dict[str, str]:
        """The private key that signs heads, JWK; made with its public half when it is first asked for."""
        file = self.home.path / "keys" / "audit.jwk"
        if not file.exists():
            private = _new_key()
            self.home.write("keys/audit.public.jwk", json.dumps(_public(private)).encode(), 0o644)
            self.home.write("keys/audit.jwk", json.dumps(private).encode())
        held: dict[str, str] = json.loads(file.read_bytes())
        return held

    @property
    def address_key_file(self) -> Path:
        """32 random bytes: the key that encrypts the addresses of notifications."""
        return self.home.path / "keys" / "address.key"

    @property
    def issuer_key_file(self) -> Path:
        """The private key that signs tokens, JWK: for the embedded stack's own sign-in by choice of a role."""
        return self.home.path / "keys" / "issuer.jwk"

    def ensure(self) -> None:
        """Make the keys that are missing."""
        for file in (self.contact_key_file, self.address_key_file):
            if not file.exists():
                self.home.write(f"keys/{file.name}", secrets.token_bytes(32))
        if not self.issuer_key_file.exists():
            private = _new_key()
            self.home.write("keys/jwks.json", json.dumps({"keys": [_public(private)]}, indent=1).encode(), 0o644)
            self.home.write("keys/issuer.jwk", json.dumps(private).encode())

    def token(
        self,
        roles: Iterable[str],
        *,
        agency: str | None = None,
        department: str | None = None,
        enterprise: str | None = None,
        subject: str | None = None,
        hours: float = 12,
    ) -> str:
        """A signed bearer token (JWT, EdDSA), valid for so many hours; StackError on an unknown role or over a year."""
        import jwt

        roles = list(roles)
        check_roles(roles)
        if not 0 < hours <= MOST_HOURS:  # refuses nan too
            raise BadChoice(f"A token is valid for more than 0 and at most {MOST_HOURS} hours, not {hours:g}.")
        if not self.issuer_key_file.exists():
            raise StackError("There is no issuer yet: run `bugle up` once.")
        private = json.loads(self.issuer_key_file.read_bytes())
        now = int(time.time())
        holder = subject or "-".join(filter(None, [*roles[:1], agency, department, enterprise]))
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": holder, "iat": now, "exp": now + int(hours * 3600)}
        scope = {"agency": agency, "department": department, "enterprise": enterprise}
        claims |= {name: value for name, value in scope.items() if value is not None} | {"roles": roles}
        return jwt.encode(claims, jwt.PyJWK(private), algorithm="EdDSA", headers={"kid": private["kid"]})


def _public(private: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in private.items() if name != "d"}


def _new_key() -> dict[str, str]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from jwt.algorithms import OKPAlgorithm

    made: dict[str, str] = OKPAlgorithm.to_jwk(Ed25519PrivateKey.generate(), as_dict=True)
    return made | {"kid": secrets.token_hex(8), "use": "sig", "alg": "EdDSA"}
