"""Who looks at a page: the token of the API, held in a cookie that no script can read and no other site can send."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response

from eventkit.auth import SESSION, Tokens, Unauthenticated
from eventkit.caller import Caller, Forbidden
from eventkit.catalogues import LANGUAGES, ON_PAPER
from eventkit.text import Text

COOKIE = SESSION
LANGUAGE = "bugle_language"
LANGUAGE_SECONDS = 366 * 24 * 3600
BEGUN = "bugle_signing"
BEGUN_PATH = "/sign-in"
BEGUN_SECONDS = 600
"""How long somebody may take to sign in elsewhere."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A verified caller, and the token that says so."""

    caller: Caller
    token: str = field(repr=False)


def visitor(request: Request) -> Visitor:
    """Dependency of every page but the sign-in; Unauthenticated without a valid token."""
    token = request.cookies.get(COOKIE)
    if not token:
        raise Unauthenticated
    tokens: Tokens = request.app.state.tokens
    return Visitor(tokens.verify(token), token)


def signed_in(request: Request) -> Caller | None:
    """Who looks at a page that is for anybody; None without a valid token."""
    try:
        return visitor(request).caller
    except Unauthenticated:
        return None


Visiting = Annotated[Visitor, Depends(visitor)]


def language_of(request: Request) -> str:
    """The language that the address asks for, else the one chosen before, else Chinese."""
    for wanted in (request.query_params.get("lang"), request.cookies.get(LANGUAGE)):
        if wanted in LANGUAGES:
            return wanted
    return ON_PAPER


def remember_language(request: Request, response: Response) -> None:
    """Keep a language that the address asks for."""
    wanted = request.query_params.get("lang")
    if wanted in LANGUAGES:
        _keep(request, response, LANGUAGE, wanted, LANGUAGE_SECONDS)


def sign_in(request: Request, response: Response, token: str) -> None:
    """Keep the token until the browser is closed; that it has expired is told when it is used."""
    _keep(request, response, COOKIE, token)


def sign_out(request: Request, response: Response) -> None:
    """Forget the token. It stays valid until it expires: tokens cannot be withdrawn."""
    _keep(request, response, COOKIE, "", 0)


def keep_begun(request: Request, response: Response, begun: str) -> None:
    """Keep what a sign-in elsewhere was begun with; it must come along when that site leads back here."""
    _set(request, response, BEGUN, begun, BEGUN_SECONDS, path=BEGUN_PATH, samesite="lax")


def forget_begun(request: Request, response: Response) -> None:
    """It has been used."""
    _set(request, response, BEGUN, "", 0, path=BEGUN_PATH, samesite="lax")


def _keep(request: Request, response: Response, name: str, value: str, seconds: int | None = None) -> None:
    _set(request, response, name, value, seconds, path="/", samesite="strict")


def _set(
    request: Request,
    response: Response,
    name: str,
    value: str,
    seconds: int | None,
    *,
    path: str,
    samesite: Literal["lax", "strict"],
) -> None:
    """Set a cookie. Over TLS, here or at the proxy in front, it never travels without it."""
    tls = "https" in (request.url.scheme, request.headers.get("x-forwarded-proto"))
    response.set_cookie(name, value, seconds, path=path, secure=tls, httponly=True, samesite=samesite)


def refuse_foreign(request: Request) -> None:
    """Raises Forbidden for a form that another site's page sends."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    same = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if site not in ("same-origin", "none") or not same:
        raise Forbidden(Text("The form was sent from another site."), mend=Text("open the page here and send it again"))
