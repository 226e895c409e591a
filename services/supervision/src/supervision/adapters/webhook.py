"""Webhooks, signed as Standard Webhooks (standardwebhooks.com, version 1) has it: id, timestamp, v1 signature.

Where a webhook may lead is checked at every attempt, at the very address that is connected to: a name that pointed to
the public network when it was set may point inside by now.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Timer
from typing import Literal
from urllib.parse import urlsplit

import httpx
import orjson

from supervision.application.delivering import Address, Letter, NotSent
from supervision.domain.text import Text

Targets = Literal["public", "https", "any"]
"""https to public addresses only; https to any address, such as those of a government network; http too."""

TARGETS: tuple[Targets, ...] = ("public", "https", "any")
PREFIX = "whsec_"
SECRET_BYTES = range(24, 65)
_AGAIN = (408, 425, 429)
_LONGEST = timedelta(hours=1)
_GLOBAL = ip_network("2000::/3")
"""All that is handed out of IPv6; outside lie mapped, translated and site-local addresses, which may lead inside."""


def fault_of(url: str, targets: Targets) -> Text | None:
    """What is wrong with the URL of a webhook; None when it can be used."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return Text("It is no URL.")
    allowed = ("https", "http") if targets == "any" else ("https",)
    if parts.scheme not in allowed:
        return Text("A webhook's URL begins with one of: {schemes}.", schemes=[f"{scheme}://" for scheme in allowed])
    if not parts.hostname or port == 0 or not url.isascii() or not url.isprintable() or " " in url:
        return Text("The URL names no host that can be reached.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        return Text("The URL holds a name, a password or a fragment: leave them out.")
    return None


def key_of(secret: str) -> bytes:
    """The key of a secret, base64 of 24 to 64 bytes behind whsec_; ValueError for anything else."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError as error:  # binascii.Error is one
        raise ValueError("the secret is not base64") from error
    if not secret.startswith(PREFIX) or len(key) not in SECRET_BYTES:
        raise ValueError("the secret is not whsec_ and 24 to 64 bytes in base64")
    return key


def signature(key: bytes, id: str, timestamp: str, body: bytes) -> str:
    """The header webhook-signature."""
    mac = hmac.new(key, b".".join((id.encode(), timestamp.encode(), body)), hashlib.sha256)
    return "v1," + base64.b64encode(mac.digest()).decode()


class Caller:
    """Implements `delivering.Carrier`. `seconds`: for each of connecting, sending and the answer, and so for no more
    than three times as long in all, however a receiver drips its answer."""

    def __init__(self, targets: Targets, seconds: float) -> None:
        self._targets = targets
        self._seconds = seconds

    def send(self, letter: Letter, address: Address, at: datetime) -> None:
        """POST it; raises NotSent. The answer's body is not read, a redirect is not followed."""
        if fault_of(address.address, self._targets) is not None or address.secret is None:
            raise NotSent("the webhook's URL is not allowed", final=True)
        request = self._request(letter, address.address, address.secret, at)
        try:
            with httpx.Client(timeout=self._seconds, trust_env=False, follow_redirects=False) as client:
                with _closed_after(3 * self._seconds, client):
                    answer = client.send(request, stream=True)
                answer.close()
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise NotSent(f"the webhook cannot be reached ({type(error).__name__})") from None
        if not answer.is_success:
            raise _refused(answer)

    def _request(self, letter: Letter, url: str, secret: str, at: datetime) -> httpx.Request:
        """The request to the address that was looked up and allowed, under the name of its host."""
        target, body = httpx.URL(url), _body(letter)
        id, timestamp = str(letter.notification), str(int(at.timestamp()))
        headers = {
            "Host": target.netloc.decode(),
            "Content-Type": "application/json",
            "User-Agent": "bugle",
            "webhook-id": id,
            "webhook-timestamp": timestamp,
            "webhook-signature": signature(key_of(secret), id, timestamp, body),
        }
        reached = target.copy_with(host=self._look_up(target))
        about = {"sni_hostname": target.host, "timeout": httpx.Timeout(self._seconds).as_dict()}
        return httpx.Request("POST", reached, headers=headers, content=body, extensions=about)

    def _look_up(self, target: httpx.URL) -> str:
        port = target.port or (443 if target.scheme == "https" else 80)
        try:
            found = socket.getaddrinfo(target.host, port, type=socket.SOCK_STREAM)
        except OSError:
            raise NotSent("the webhook's host is not known") from None
        hosts: Sequence[str] = [str(entry[4][0]) for entry in found]
        if self._targets == "public" and not all(map(_is_public, hosts)):
            raise NotSent("the webhook leads into a private network", final=True)
        return hosts[0]


@contextmanager
def _closed_after(seconds: float, client: httpx.Client) -> Iterator[None]:
    """Close the client's connections when the block takes longer: each read may be in time and all of them not."""
    timer = Timer(seconds, client.close)
    timer.daemon = True
    timer.start()
    try:
        yield
    except RuntimeError as error:  # httpx says so when it finds the client closed under its hands
        raise httpx.ReadTimeout(str(error)) from error
    finally:
        timer.cancel()


def _is_public(host: str) -> bool:
    """Whether an address belongs to the public network, also the one that an IPv6 address stands for."""
    address = ip_address(host.partition("%")[0])
    if isinstance(address, IPv6Address):
        inner = address.sixtofour
        if address not in _GLOBAL or (inner is not None and not inner.is_global):
            return False
    return address.is_global and not address.is_multicast


def _body(letter: Letter) -> bytes:
    return orjson.dumps(
        {
            "type": letter.name,
            "timestamp": letter.occurred_at,
            "data": {
                "notification": letter.notification,
                "programme": letter.programme,
                "case": letter.case,
                "subject": letter.words.subject,
                "text": letter.words.text,
            },
        }
    )


def _refused(answer: httpx.Response) -> NotSent:
    code = answer.status_code
    again = code >= 500 or code in _AGAIN
    after = answer.headers.get("Retry-After", "")
    wait = min(timedelta(seconds=int(after)), _LONGEST) if again and after.isdecimal() and len(after) < 7 else None
    return NotSent(f"the webhook answered {code}", final=not again, after=wait or timedelta(0))
