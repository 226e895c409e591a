"""By which algorithms tokens are signed: the key's own, whatever a token's header says, and by no weak key."""

from __future__ import annotations

import base64
import json
import logging
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import get_default_algorithms

from eventkit.auth import Tokens, Unauthenticated
from eventkit.keys import NoUsableKey
from tests.support.tokens import AUDIENCE, ISSUER, Issuer, jwk, private_key, rsa_key

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
CLAIMS = {"iss": ISSUER, "aud": AUDIENCE, "sub": "tester", "exp": 99999999999, "roles": ["operator"]}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_each_algorithm_is_taken(tmp_path: Path, algorithm: str) -> None:
    issuer = Issuer(tmp_path, algorithm)
    assert issuer.tokens().verify(issuer.token("office")).roles == {"office"}


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_type_alone_tells_the_algorithm(tmp_path: Path, algorithm: str) -> None:
    """A key set need not name algorithms (RFC 7517, 4.4)."""
    issuer = Issuer(tmp_path, algorithm)
    issuer.publish(issuer.jwk(alg=None, use=None))
    assert issuer.tokens().verify(issuer.token("office")).sub == "tester"


@pytest.mark.parametrize(("keys", "header"), [("RS256", "PS256"), ("PS256", "RS256"), (None, "PS256")])
def test_header_does_not_choose(tmp_path: Path, keys: str | None, header: str) -> None:
    """The same RSA key, signed by the other padding, is refused though the signature is right for its header."""
    issuer = Issuer(tmp_path, "RS256")
    issuer.publish(issuer.jwk(alg=keys))
    token = jwt.encode(CLAIMS, issuer.key, algorithm=header, headers={"kid": issuer.kid})
    with pytest.raises(Unauthenticated, match="not valid here"):
        issuer.tokens().verify(token)


def published_forms(issuer: Issuer) -> list[bytes]:
    """What an attacker has of a public key."""
    public = issuer.key.public_key()
    told = [public.public_bytes(kind, PublicFormat.SubjectPublicKeyInfo) for kind in (Encoding.PEM, Encoding.DER)]
    return [*told, issuer.file.read_bytes(), json.dumps(issuer.jwk()).encode()]


def forged(head: dict[str, Any], seal: bytes | None) -> str:
    """A token of any header; `seal`: the secret of an HMAC, None: no signature."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (head, CLAIMS)]
    signed = b".".join(parts)
    name = {"HS384": "HS384", "HS512": "HS512"}.get(head["alg"], "HS256")
    made = b"" if seal is None else get_default_algorithms()[name].sign(signed, seal)
    return (signed + b"." + base64.urlsafe_b64encode(made).rstrip(b"=")).decode()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("named", ["HS256", "HS384", "HS512", "RS256", "PS256", "ES256", "EdDSA"])
def test_public_key_is_no_secret(tmp_path: Path, algorithm: str, named: str) -> None:
    issuer = Issuer(tmp_path, algorithm)
    tokens = issuer.tokens()
    for secret in published_forms(issuer):
        with pytest.raises(Unauthenticated, match="not valid here"):
            tokens.verify(forged({"alg": named, "kid": issuer.kid}, secret))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("named", ["none", "None", "NONE", "", *ALGORITHMS])
def test_unsigned_token_is_refused(tmp_path: Path, algorithm: str, named: str) -> None:
    issuer = Issuer(tmp_path, algorithm)
    with pytest.raises(Unauthenticated, match="not valid here"):
        issuer.tokens().verify(forged({"alg": named, "kid": issuer.kid}, None))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_key_of_the_token_is_unheard(tmp_path: Path, algorithm: str) -> None:
    """A header that brings its own key, or says where one lies, proves nothing (RFC 8725, 3.10)."""
    issuer, own = Issuer(tmp_path, algorithm), private_key("ES256")
    head = {"kid": issuer.kid, "jwk": jwk(own, "ES256", issuer.kid), "jku": "https://evil.test/keys"}
    with pytest.raises(Unauthenticated, match="not valid here"):
        issuer.tokens().verify(jwt.encode(CLAIMS, own, algorithm="ES256", headers=head))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_other_key_of_a_kind_is_refused(tmp_path: Path, algorithm: str) -> None:
    issuer = Issuer(tmp_path, algorithm)
    other = rsa_key(3072) if algorithm in ("RS256", "PS256") else private_key(algorithm)
    with pytest.raises(Unauthenticated, match="not valid here"):
        issuer.tokens().verify(jwt.encode(CLAIMS, other, algorithm=algorithm, headers={"kid": issuer.kid}))


def oct_key(name: str) -> dict[str, str]:
    return {"kty": "oct", "kid": "odd", "alg": name, "k": base64.urlsafe_b64encode(b"s" * 64).decode().rstrip("=")}


def odd(kind: Any, algorithm: str, **told: Any) -> dict[str, Any]:
    held = jwk(kind, algorithm, "odd") | told
    return {name: value for name, value in held.items() if value is not None}


ODD = {
    "a secret": lambda: oct_key("HS256"),
    "a secret under another name": lambda: oct_key("RS256"),
    "a weak RSA key": lambda: odd(rsa_key(1024), "RS256"),
    "an RSA key for HS256": lambda: odd(rsa_key(2048), "RS256", alg="HS256"),
    "an RSA key for ES256": lambda: odd(rsa_key(2048), "RS256", alg="ES256"),
    "an RSA key for none": lambda: odd(rsa_key(2048), "RS256", alg="none"),
    "an RSA key for RS512": lambda: odd(rsa_key(2048), "RS512"),
    "a key for encryption": lambda: odd(rsa_key(2048), "RS256", use="enc"),
    "a key for wrapping": lambda: odd(rsa_key(2048), "RS256", use=None, key_ops=["wrapKey"]),
    "another curve": lambda: odd(generate_private_key(SECP384R1()), "ES384"),
    "another curve under the name": lambda: odd(generate_private_key(SECP384R1()), "ES384", alg="ES256"),
    "Ed448": lambda: odd(Ed448PrivateKey.generate(), "EdDSA"),
    "no id": lambda: odd(private_key("ES256"), "ES256", kid=None),
    "a point off the curve": lambda: odd(private_key("ES256"), "ES256", x="AA" * 21 + "A"),
    "a private key": lambda: odd(private_key("ES256"), "ES256", d="AA" * 21 + "A"),
    "a list for a type": lambda: odd(private_key("ES256"), "ES256", kty=["EC"]),
    "no key": lambda: "odd",
}


@pytest.mark.parametrize("what", ODD)
def test_unfit_key_is_left_out(tmp_path: Path, what: str, caplog: pytest.LogCaptureFixture) -> None:
    """The other keys of the set go on; the log says which was left out."""
    issuer = Issuer(tmp_path)
    issuer.publish(ODD[what](), issuer.jwk())
    with caplog.at_level(logging.WARNING, logger="eventkit.keys"):
        tokens = issuer.tokens()
    assert "left out" in caplog.text and tokens.verify(issuer.token("office")).sub == "tester"
    with pytest.raises(Unauthenticated, match="unknown key"):
        tokens.verify(forged({"alg": "HS256", "kid": "odd"}, b"s" * 64))
    issuer.publish(ODD[what]())
    with pytest.raises(NoUsableKey, match="BUGLE_JWKS_FILE"):
        issuer.tokens()


@pytest.mark.parametrize("held", ['{"keys": []}', '{"keys": {}}', '{"keys": 1}', "{}", "[]", '"keys"'])
def test_no_key_set_stops_the_start(tmp_path: Path, held: str) -> None:
    (tmp_path / "jwks.json").write_text(held)
    with pytest.raises(NoUsableKey):
        Tokens(tmp_path / "jwks.json", ISSUER, AUDIENCE)


def test_keys_of_several_kinds_serve_together(tmp_path: Path) -> None:
    """As while a provider goes over from one algorithm to another."""
    made = {algorithm: private_key(algorithm) for algorithm in ALGORITHMS}
    issuer = Issuer(tmp_path)
    issuer.publish(*(jwk(key, algorithm, f"of {algorithm}") for algorithm, key in made.items()))
    tokens = issuer.tokens()
    for algorithm, key in made.items():
        token = jwt.encode(CLAIMS, key, algorithm=algorithm, headers={"kid": f"of {algorithm}"})
        assert tokens.verify(token).sub == "tester"
