"""Tokens by choice of a role, where the embedded stack's issuer lies beside the process. Not for production."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import jwt

from eventkit.settings import MissingSetting

HOURS = 12
LOOPBACK = "127.0.0.1"


class Beside(Protocol):
    """Settings of a process that the issuer may lie beside. `issuer_key_file`: "" in a deployed system."""

    @property
    def issuer_key_file(self) -> str: ...

    @property
    def http_host(self) -> str: ...

    @property
    def issuer(self) -> str: ...

    @property
    def audience(self) -> str: ...


@dataclass(frozen=True, slots=True)
class LocalIssuer:
    """Signs with the issuer's private key, a JWK."""

    key_file: Path
    issuer: str
    audience: str

    def token(self, role: str, agency: str | None, department: str | None, name: str | None = None) -> str:
        """A bearer token of one role, valid for HOURS; `name`: what its holder is called."""
        key = jwt.PyJWK(json.loads(self.key_file.read_bytes()))
        now = int(time.time())
        held = {"agency": agency, "department": department, "name": name}
        claims = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": "-".join(filter(None, (role, agency, department))),
            "iat": now,
            "exp": now + HOURS * 3600,
            "roles": [role],
            **{name: value for name, value in held.items() if value},
        }
        return jwt.encode(claims, key, algorithm=key.algorithm_name, headers={"kid": key.key_id})


def local_issuer(held: Beside) -> LocalIssuer | None:
    """The embedded stack's issuer, for sign-in by choice of a role; only where nobody else can reach the process."""
    if not held.issuer_key_file:
        return None
    if held.http_host != LOOPBACK:
        raise MissingSetting(f"This process cannot start: with BUGLE_ISSUER_KEY_FILE it serves {LOOPBACK} only.")
    return LocalIssuer(Path(held.issuer_key_file), held.issuer, held.audience)
