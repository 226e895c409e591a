"""Who calls: bearer tokens (JWT, RFC 7519) checked against a JWKS file, and the roles they carry."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic, time
from typing import Annotated, Any
from unicodedata import category

import jwt
from fastapi import Request, Security
from fastapi.security import HTTPBearer
from starlette.requests import HTTPConnection

from eventkit.caller import ROLES, Caller
from eventkit.errors import Problem
from eventkit.keys import keys_of
from eventkit.problems import FieldProblem
from eventkit.text import Text

LOOK_SECONDS = 10
"""How long a change of the keys may go unseen."""

KEPT = 4096
"""Most verified tokens kept; an agency's frontends share a few."""

SESSION = "bugle_session"
"""The cookie in which pages keep a visitor's token. No interface takes it, for another site's form would send it."""

log = logging.getLogger("eventkit.auth")

bearer_scheme = HTTPBearer(auto_error=False, bearerFormat="JWT", description="A token signed by the issuer")


class Unauthenticated(Problem):
    """Nobody is signed in, or the sign-in has expired. Sign in again."""

    slug = "unauthenticated"
    status = 401

    def __init__(self, message: Text | None = None) -> None:
        super().__init__(message)
        mend = Text("sign in again; programs get a new token from the issuer")
        self.faults = (FieldProblem("Authorization", message or Text("is missing"), mend),)
        problem = "" if message is None else f', error="invalid_token", error_description="{message}"'
        self.headers = {"WWW-Authenticate": f'Bearer realm="bugle"{problem}'}


_CONTROLS = {"Cc", "Zl", "Zp"}
"""Categories of what could begin a line of its own where a caller is named."""

_NEVER: tuple[float, Caller | None] = (0.0, None)


class Tokens:
    """Verifies tokens of one issuer for one audience with the public keys of a JWKS file.

    Keys are rotated by rewriting the file: it is looked at again for a token with an unknown key id, and every few
    seconds, so that a key taken out of it is soon refused. What was verified is kept until then or until it expires.
    """

    def __init__(self, jwks_file: str | Path, issuer: str, audience: str) -> None:
        self._file = Path(jwks_file)
        self._issuer = issuer
        self._audience = audience
        self._stamp: tuple[int, int] | None = None
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._verified: dict[str, tuple[float, Caller]] = {}
        self._looked = 0.0
        self._read()

    def verify(self, token: str) -> Caller:
        """The caller of a token; Unauthenticated when it is forged, expired, for another audience or incomplete."""
        if monotonic() - self._looked > LOOK_SECONDS:
            self._refresh()
        until, caller = self._verified.get(token, _NEVER)
        if caller is None or until <= time():
            claims = self.claims(token)
            caller = _caller(claims)
            if len(self._verified) >= KEPT:
                self._verified.clear()
            self._verified[token] = float(claims["exp"]), caller
        return caller

    def claims(self, token: str) -> Mapping[str, Any]:
        """What a token says; Unauthenticated when it is forged, expired or for another audience."""
        try:
            key = self._key(jwt.get_unverified_header(token).get("kid"))
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                issuer=self._issuer,
                audience=self._audience,
                # `iat` is only told, not judged: the issuer's clock may be a little ahead
                options={"require": ["exp", "iss", "aud", "sub"], "verify_iat": False},
            )
        except jwt.ExpiredSignatureError:
            raise Unauthenticated(Text("the token has expired")) from None
        except jwt.PyJWTError:
            raise Unauthenticated(Text("the token is not valid here")) from None
        return claims

    def _key(self, kid: object) -> jwt.PyJWK:
        if kid not in self._keys:
            self._refresh()
        try:
            return self._keys[str(kid)]
        except KeyError:
            raise Unauthenticated(Text("the token is signed by an unknown key")) from None

    def _refresh(self) -> None:
        """Read the file again; while it is away or half written, the keys that are known go on."""
        try:
            self._read()
        except (OSError, ValueError) as error:
            log.warning("%s cannot be read, the known keys stay: %s", self._file, error)

    def _read(self) -> None:
        """Read the file unless it is the one already read, so that made-up key ids cost no parsing."""
        self._looked = monotonic()
        status = self._file.stat()
        stamp = (status.st_mtime_ns, status.st_size)
        if stamp != self._stamp:
            self._keys = keys_of(json.loads(self._file.read_text(encoding="utf-8")))
            self._verified = {}
            self._stamp = stamp


def _caller(claims: Mapping[str, Any]) -> Caller:
    roles = claims.get("roles")
    if _has_controls(claims["sub"]):
        raise Unauthenticated(Text("the claim {name} has control characters", name="sub"))
    return Caller(
        sub=claims["sub"],
        agency=_text(claims, "agency"),
        department=_text(claims, "department"),
        enterprise=_text(claims, "enterprise"),
        roles=ROLES.intersection(role for role in roles if isinstance(role, str))
        if isinstance(roles, list)
        else frozenset(),
        name=_name(claims),
    )


def _name(claims: Mapping[str, Any]) -> str | None:
    """What the issuer calls the subject; one that cannot be shown keeps nobody out."""
    value = claims.get("name")
    return value if isinstance(value, str) and value and not _has_controls(value) else None


def _has_controls(text: str) -> bool:
    return any(category(character) in _CONTROLS for character in text)


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    if value is not None and not isinstance(value, str):
        raise Unauthenticated(Text("the claim {name} is not a text", name=name))
    return value or None


def authenticate(request: HTTPConnection) -> Caller:
    """The caller of a request, by the Authorization header."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated
    tokens: Tokens = request.app.state.tokens
    return tokens.verify(token.strip())


def paying(request: HTTPConnection) -> Caller:
    """Who pays for a request by his allowance: its caller or, where it names none, the visitor of its cookie."""
    token = request.cookies.get(SESSION)
    if token is None or "authorization" in request.headers:
        return authenticate(request)
    tokens: Tokens = request.app.state.tokens
    return tokens.verify(token)


async def caller(request: Request, _: Annotated[object, Security(bearer_scheme)] = None) -> Caller:
    """Dependency of a read: `who: Annotated[Caller, Depends(caller)]`."""
    return authenticate(request)


def require(*roles: str) -> Callable[..., Any]:
    """Dependency of a read that only some roles may do: `who: Annotated[Caller, Depends(require("office"))]`."""
    unknown = set(roles) - ROLES
    if unknown or not roles:
        raise ValueError(f"name roles out of {sorted(ROLES)}, not {sorted(unknown)}")

    async def allowed(who: Caller = Security(caller, scopes=sorted(roles))) -> Caller:  # noqa: B008 - as FastAPI has it
        """The scopes are for OpenAPI, which tells them as roles."""
        who.needs(roles)
        return who

    return allowed
