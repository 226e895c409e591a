"""An issuer of tokens for tests: its own key pair, the JWKS file a service would read, and tokens of any claims."""

from __future__ import annotations

import json
from pathlib import Path
from time import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from eventkit.auth import Tokens

ISSUER = "https://issuer.test"
AUDIENCE = "bugle-test"


class Issuer:
    """Signs with its newest key; `rotate` makes a new one and rewrites the file without the old."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "jwks.json"
        self.kid = ""
        self.rotate("first")

    def rotate(self, kid: str) -> None:
        self.kid, self.key = kid, Ed25519PrivateKey.generate()
        public = OKPAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        self.file.write_text(json.dumps({"keys": [{**public, "kid": kid, "use": "sig", "alg": "EdDSA"}]}))

    def token(self, *roles: str, agency: str | None = "jinxian", lifetime: float = 300, **claims: Any) -> str:
        held = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "tester",
            "exp": int(time() + lifetime),
            "roles": list(roles),
            "agency": agency,
            **claims,
        }
        return jwt.encode(held, self.key, algorithm="EdDSA", headers={"kid": self.kid})

    def headers(self, *roles: str, **claims: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(*roles, **claims)}"}

    def tokens(self) -> Tokens:
        return Tokens(self.file, ISSUER, AUDIENCE)
