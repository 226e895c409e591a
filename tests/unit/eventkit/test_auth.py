"""Bearer tokens: which are taken, which are refused, and how keys are rotated."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, time
from typing import Annotated, Any, NoReturn

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import APIRouter, Depends

from eventkit import auth
from eventkit.auth import Tokens, Unauthenticated, caller, require
from eventkit.caller import Caller, Forbidden
from eventkit.http import create_app
from tests.support.http import TestClient
from tests.support.tokens import AUDIENCE, ISSUER, Issuer


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return Issuer(tmp_path)


@pytest.fixture
def tokens(issuer: Issuer) -> Tokens:
    return issuer.tokens()


def test_claims_become_the_caller(issuer: Issuer, tokens: Tokens) -> None:
    token = issuer.token("department", "wizard", department="power", sub="li")
    assert tokens.verify(token) == Caller("li", "jinxian", "power", None, frozenset({"department"}))


@pytest.mark.parametrize(("told", "shown"), [("李明", "李明"), ("", None), (7, None), ("li\nwang", None)])
def test_name_is_shown_where_it_can_be(issuer: Issuer, tokens: Tokens, told: object, shown: str | None) -> None:
    assert tokens.verify(issuer.token("office", name=told)).name == shown


@pytest.mark.parametrize(
    "claims",
    [
        {"lifetime": -1},
        {"iss": "https://elsewhere.test"},
        {"aud": "another"},
        {"aud": None},
        {"exp": None},
        {"sub": None},
        {"sub": 7},
        {"sub": "li\n2026-01-01  erased  wang"},
        {"sub": "li\u2028wang"},
        {"agency": ["jinxian"]},
        {"nbf": 99999999999},
    ],
    ids=str,
)
def test_unfit_claims_are_refused(issuer: Issuer, tokens: Tokens, claims: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        tokens.verify(issuer.token("office", **claims))


def forged(issuer: Issuer, how: str) -> str:
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "exp": 99999999999, "roles": ["operator"]}
    head, body, seal = issuer.token("analyst").split(".")
    if how == "another key":
        return jwt.encode(claims, Ed25519PrivateKey.generate(), algorithm="EdDSA", headers={"kid": issuer.kid})
    if how == "no algorithm":
        return jwt.encode(claims, None, algorithm="none", headers={"kid": issuer.kid})
    if how == "the public key as a secret":
        return jwt.encode(
            claims, issuer.key.public_key().public_bytes_raw(), algorithm="HS256", headers={"kid": issuer.kid}
        )
    if how == "changed claims":
        return f"{head}.{base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b'=').decode()}.{seal}"
    if how == "no key id":
        return jwt.encode(claims, issuer.key, algorithm="EdDSA")
    return {"cut short": f"{head}.{body}", "no token": "hello", "empty seal": f"{head}.{body}."}[how]


@pytest.mark.parametrize(
    "how",
    [
        "another key",
        "no algorithm",
        "the public key as a secret",
        "changed claims",
        "no key id",
        "cut short",
        "no token",
        "empty seal",
    ],
)
def test_forged_token_is_refused(issuer: Issuer, tokens: Tokens, how: str) -> None:
    with pytest.raises(Unauthenticated):
        tokens.verify(forged(issuer, how))


def test_rotated_key_is_read_again(issuer: Issuer, tokens: Tokens) -> None:
    old = issuer.token("office")
    issuer.rotate("second")
    assert tokens.verify(issuer.token("office")).sub == "tester"
    with pytest.raises(Unauthenticated):
        tokens.verify(old)


def test_known_token_expires(issuer: Issuer, tokens: Tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    token = issuer.token("office", lifetime=300)
    tokens.verify(token)
    now = time()
    monkeypatch.setattr(auth, "time", lambda: now + 299)
    assert tokens.verify(token).sub == "tester"
    monkeypatch.setattr(auth, "time", lambda: now + 301)
    monkeypatch.setattr(auth.jwt, "decode", expired)
    with pytest.raises(Unauthenticated, match="expired"):
        tokens.verify(token)


def expired(*_: object, **__: object) -> NoReturn:
    raise jwt.ExpiredSignatureError


def test_withdrawn_key_is_soon_refused(issuer: Issuer, tokens: Tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    token = issuer.token("office")
    issuer.rotate("second")
    assert tokens.verify(token).sub == "tester"
    later = monotonic() + auth.LOOK_SECONDS + 1
    monkeypatch.setattr(auth, "monotonic", lambda: later)
    with pytest.raises(Unauthenticated, match="unknown key"):
        tokens.verify(token)


@pytest.mark.parametrize("content", [None, "{", '{"keys": []}'])
def test_known_keys_outlive_a_broken_file(issuer: Issuer, tokens: Tokens, content: str | None) -> None:
    if content is None:
        issuer.file.unlink()
    else:
        issuer.file.write_text(content)
    with pytest.raises(Unauthenticated):
        tokens.verify(forged(issuer, "no key id"))
    assert tokens.verify(issuer.token("office")).sub == "tester"


def test_operator_acts_for_any_agency() -> None:
    own = Caller("a", "jinxian", None, None, frozenset({"office"}))
    operator = Caller("b", None, None, None, frozenset({"operator"}))
    assert [own.acts_for("jinxian"), own.acts_for("chengdu"), operator.acts_for("chengdu")] == [True, False, True]


def test_needs_names_the_roles() -> None:
    with pytest.raises(Forbidden, match="leader, office"):
        Caller("a", None, None, None, frozenset({"analyst"})).needs({"office", "leader"})


def test_require_takes_known_roles_only() -> None:
    with pytest.raises(ValueError, match="wizard"):
        require("wizard")


@pytest.fixture
def http(issuer: Issuer, tokens: Tokens) -> Iterator[TestClient]:
    router = APIRouter()

    @router.get("/me")
    def me(who: Annotated[Caller, Depends(caller)]) -> str:
        return who.sub

    @router.get("/figures")
    def figures(who: Annotated[Caller, Depends(require("analyst", "office"))]) -> str:
        return who.sub

    with TestClient(create_app(service="reads", tokens=tokens, routers=[router])) as http:
        yield http


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer  ", "Basic YTpi", "Bearer x.y.z"])
def test_read_needs_a_token(http: TestClient, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = http.get("/v1/me", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.headers["www-authenticate"].startswith('Bearer realm="bugle"')
    assert answer.json()["errors"][0]["field"] == "Authorization"


def test_read_needs_one_of_the_roles(http: TestClient, issuer: Issuer) -> None:
    assert http.get("/v1/me", headers=issuer.headers()).json() == "tester"
    assert http.get("/v1/figures", headers=issuer.headers("office")).status_code == 200
    assert http.get("/v1/figures", headers=issuer.headers("department")).status_code == 403
