"""Signing in at the agency's identity provider: OpenID Connect, authorisation code with PKCE (RFC 6749, RFC 7636).

The browser keeps what a sign-in was begun with until it comes back: `state` tells that it comes back to the same
browser, `nonce` that the ID token was made for it, the verifier that the code was not taken on the way.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

import httpx

from eventkit.auth import Tokens, Unauthenticated
from eventkit.settings import MissingSetting
from eventkit.text import Text
from pagekit.discovery import REFUSED, Configuration, asked, safe

SCOPE = "openid"
PATIENCE = httpx.Timeout(10.0, connect=3.0)
_OTHER = Text("This sign-in was begun in another window, or has taken too long. Begin again.")

log = logging.getLogger("pagekit")


class Registered(Protocol):
    """Settings of a process that is registered at a provider; without `oidc_client_id` it is at none.

    `issuer`: the provider's, under which its configuration lies. `oidc_redirect_url`: where browsers find this
    process's /sign-in/done. `oidc_secret_file`: the client's secret, "": a public client.
    """

    @property
    def issuer(self) -> str: ...

    @property
    def jwks_file(self) -> str: ...

    @property
    def oidc_client_id(self) -> str: ...

    @property
    def oidc_redirect_url(self) -> str: ...

    @property
    def oidc_secret_file(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Begun:
    """What a sign-in was begun with, and where the visitor wants to go to."""

    state: str
    nonce: str
    verifier: str = field(repr=False)
    back: str

    def dump(self) -> str:
        """As a cookie holds it."""
        told = [self.state, self.nonce, self.verifier, self.back]
        return base64.urlsafe_b64encode(json.dumps(told).encode()).decode()

    @classmethod
    def load(cls, held: str | None) -> Begun:
        """From `dump`; Unauthenticated for anything else."""
        try:
            state, nonce, verifier, back = json.loads(base64.urlsafe_b64decode(held or ""))
        except (ValueError, TypeError):
            raise Unauthenticated(_OTHER) from None
        return cls(str(state), str(nonce), str(verifier), str(back))


@dataclass(frozen=True, slots=True)
class Provider:
    """An issuer's provider, and this process as its client."""

    client_id: str
    redirect_url: str
    secret: str | None = field(repr=False)
    id_tokens: Tokens
    configuration: Configuration
    http: httpx.Client

    def begin(self, back: str) -> tuple[str, Begun]:
        """The address at which the visitor signs in, and what his browser is to keep. Unavailable when it is away."""
        begun = Begun(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(32), back)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(begun.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_url,
            "scope": SCOPE,
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        address = self.configuration.endpoint("authorization_endpoint")
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(query)}", begun

    def finish(self, begun: Begun, told: Mapping[str, str]) -> str:
        """The access token of what the browser came back with: `code` and `state`, or `error`.

        Unauthenticated when it came from elsewhere or the provider refuses, Unavailable when it is away.
        """
        if not hmac.compare_digest(told.get("state", "").encode(), begun.state.encode()):
            raise Unauthenticated(_OTHER)
        if "error" in told or "code" not in told:
            log.warning("the provider refuses a sign-in: %.200s", told.get("error"))
            raise Unauthenticated(REFUSED)
        answer = self._exchanged(told["code"], begun.verifier)
        claims = self.id_tokens.claims(str(answer.get("id_token", "")))
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), begun.nonce.encode()):
            raise Unauthenticated(_OTHER)
        return str(answer.get("access_token", ""))

    def _exchanged(self, code: str, verifier: str) -> Mapping[str, Any]:
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_url,
            "client_id": self.client_id,
            "code_verifier": verifier,
        }
        if self.secret is not None:
            sent["client_secret"] = self.secret
        return asked(self.http, "POST", self.configuration.endpoint("token_endpoint"), sent)


def provider(held: Registered) -> Provider | None:
    """The provider that the settings name; None without `oidc_client_id`. MissingSetting where the rest is missing."""
    if not held.oidc_client_id:
        return None
    if not held.oidc_redirect_url or not safe(held.oidc_redirect_url) or not safe(held.issuer):
        raise MissingSetting(
            "This process cannot start: with BUGLE_OIDC_CLIENT_ID it needs BUGLE_OIDC_REDIRECT_URL, the address at"
            " which browsers find its /sign-in/done, and BUGLE_ISSUER, both with https."
        )
    secret = Path(held.oidc_secret_file).read_text(encoding="utf-8").strip() if held.oidc_secret_file else None
    id_tokens = Tokens(held.jwks_file, held.issuer, held.oidc_client_id)
    http = httpx.Client(timeout=PATIENCE, follow_redirects=False)
    about = (held.oidc_client_id, held.oidc_redirect_url, secret, id_tokens)
    return Provider(*about, Configuration(held.issuer, http), http)
