"""Tokens by choice of a role, where the embedded stack's issuer lies beside the process. Not for production."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

import jwt

from eventkit.auth import ALGORITHM

HOURS = 12


@dataclass(frozen=True, slots=True)
class LocalIssuer:
    """Signs with the issuer's private key, a JWK."""

    key_file: Path
    issuer: str
    audience: str

    def token(self, role: str, agency: str | None, department: str | None) -> str:
        """A bearer token of one role, valid for HOURS."""
        key = json.loads(self.key_file.read_bytes())
        now = int(time.time())
        held = {"agency": agency, "department": department}
        claims = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": "-".join(filter(None, (role, agency, department))),
            "iat": now,
            "exp": now + HOURS * 3600,
            "roles": [role],
            **{name: value for name, value in held.items() if value},
        }
        return jwt.encode(claims, jwt.PyJWK(key), algorithm=ALGORITHM, headers={"kid": key["kid"]})
