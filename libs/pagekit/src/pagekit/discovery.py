"""Where an identity provider answers, by its own configuration (OpenID Connect Discovery), kept for some minutes."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import httpx

from eventkit.auth import Unauthenticated
from eventkit.problems import Unavailable
from eventkit.text import Text

KEPT_SECONDS = 300
"""How long a change of the provider's addresses may go unseen."""

REST_SECONDS = 5
"""After a provider that did not answer: so long it is not asked again, and sign-ins do not each wait for it."""

AWAY = Text("The sign-in service does not answer. Try again in a moment.")
REFUSED = Text("The sign-in service has not signed you in. Try again, or ask who looks after it.")

log = logging.getLogger("pagekit")


@dataclass(slots=True)
class Configuration:
    """The configuration of an issuer, asked for by one at a time."""

    issuer: str
    http: httpx.Client
    _lock: Lock = field(default_factory=Lock, repr=False)
    _held: Mapping[str, Any] | None = None
    _until: float = float("-inf")

    def endpoint(self, name: str) -> str:
        """An address of this very issuer; Unavailable while it is away, names another issuer or no safe address."""
        with self._lock:
            if monotonic() >= self._until:
                self._renew()
            held = self._held
        if held is None:  # it rests: why is in the log since it was asked
            raise Unavailable(AWAY)
        address = held.get(name)
        if not isinstance(address, str) or not safe(address):
            log.error("the configuration of %s has no safe %s", self.issuer, name)
            raise Unavailable(AWAY)
        return address

    def _renew(self) -> None:
        self._held, self._until = None, monotonic() + REST_SECONDS
        found = asked(self.http, "GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration", None)
        if found.get("issuer") != self.issuer:
            log.error("the configuration of %s names another issuer", self.issuer)
            raise Unavailable(AWAY)
        self._held, self._until = found, monotonic() + KEPT_SECONDS


def asked(http: httpx.Client, method: str, address: str, sent: Mapping[str, str] | None) -> Mapping[str, Any]:
    """What the provider answers; Unavailable when it does not, Unauthenticated when it refuses what was sent."""
    try:
        answer = http.request(method, address, data=sent)
        told = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        log.warning("%s does not answer: %s", address, type(error).__name__)
        raise Unavailable(AWAY) from None
    if answer.status_code == httpx.codes.OK and isinstance(told, dict):
        return told
    log.warning("%s refuses: %s %.200s", address, answer.status_code, told)
    if answer.is_client_error and sent is not None:
        raise Unauthenticated(REFUSED)
    raise Unavailable(AWAY)


def safe(address: str) -> bool:
    """Over TLS, or within this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost"))
