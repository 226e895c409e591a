"""An issuer of tokens for tests: its own key pair, the JWKS file a service would read, and tokens of any claims."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from time import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from jwt.algorithms import get_default_algorithms

from eventkit.auth import Tokens

ISSUER = "https://issuer.test"
AUDIENCE = "bugle-test"


@cache
def rsa_key(bits: int) -> RSAPrivateKey:
    """One for each size: it is slow to make."""
    return generate_rsa(65537, bits)


def private_key(algorithm: str) -> Any:
    """A key that signs by an algorithm."""
    if algorithm in ("RS256", "PS256"):
        return rsa_key(2048)
    return Ed25519PrivateKey.generate() if algorithm == "EdDSA" else generate_private_key(SECP256R1())


def jwk(key: Any, algorithm: str, kid: str) -> dict[str, Any]:
    """What is published of a private key."""
    public = get_default_algorithms()[algorithm].to_jwk(key.public_key(), as_dict=True)
    # PyJWT tells an RSA key's `key_ops` as well, which no provider does beside `use`
    return {name: told for name, told in public.items() if name != "key_ops"} | {
        "kid": kid,
        "use": "sig",
        "alg": algorithm,
    }


class Issuer:
    """Signs with its newest key; `rotate` makes a new one and rewrites the file without the old."""

    def __init__(self, folder: Path, algorithm: str = "EdDSA") -> None:
        self.file, self.algorithm = folder / "jwks.json", algorithm
        self.kid = ""
        self.rotate("first")

    def rotate(self, kid: str) -> None:
        self.kid, self.key = kid, private_key(self.algorithm)
        self.publish(self.jwk())

    def jwk(self, **told: Any) -> dict[str, Any]:
        """The newest public key; what is told as None it leaves out."""
        held = jwk(self.key, self.algorithm, self.kid) | told
        return {name: value for name, value in held.items() if value is not None}

    def publish(self, *keys: Any) -> None:
        self.file.write_text(json.dumps({"keys": keys}))

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
        return jwt.encode(held, self.key, algorithm=self.algorithm, headers={"kid": self.kid})

    def headers(self, *roles: str, **claims: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(*roles, **claims)}"}

    def tokens(self) -> Tokens:
        return Tokens(self.file, ISSUER, AUDIENCE)
