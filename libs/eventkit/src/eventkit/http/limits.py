"""What one request, one caller and all callers together may ask for: judged before anything is read or looked up.

A body's size, nesting and number of events are judged where it is read, a page's where it is declared.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from eventkit.auth import Unauthenticated, paying
from eventkit.errors import Problem
from eventkit.http.buckets import Allowance, Buckets
from eventkit.problems import Faulty, FieldProblem, Unavailable
from eventkit.settings import ServingSettings
from eventkit.text import Text

HEAD_LIMIT: Final = 16 * 1024
"""Bytes of all headers together, and the most that the server keeps of a head that has not ended."""
ADDRESS_LIMIT: Final = 8 * 1024
"""Bytes of path and query (RFC 9110 asks for at least 8,000)."""
PARAMETERS: Final = 50
"""Query parameters of one request."""
HEALTH: Final = ("/live", "/ready", "/metrics")
BESIDE: Final = "bugle.headers"
"""Where the scope keeps headers that every answer gets, whoever makes it."""


class TooManyRequests(Problem):
    """You ask faster than is allowed. Wait as long as Retry-After says and send the same request again."""

    slug = "too-many-requests"
    status = 429

    def __init__(self, wait: int) -> None:
        super().__init__()
        self.headers = {"Retry-After": str(max(1, wait))}


class Busy(Unavailable):
    """The service has as many requests in hand as it takes. Send the same request, with the same key, again."""

    slug = "busy"


class TooSlow(Problem):
    """The body did not arrive in time. Send the same request again over a connection that is fast enough."""

    slug = "too-slow"
    status = 408
    headers = {"Connection": "close"}  # noqa: RUF012 - never written


class AddressTooLong(Problem):
    """The address with its parameters is too long. Ask for less at a time."""

    slug = "address-too-long"
    status = 414


class HeadersTooLarge(Problem):
    """The headers are too large. Leave out those that are not needed."""

    slug = "headers-too-large"
    status = 431


@dataclass(frozen=True, slots=True)
class Limits:
    """`rate`: requests a second of one caller (0: as many as come), of which `burst` may come at once; `in_hand`:
    requests of all callers at a time, half of them of callers with a valid token alone, and `each` of one, who also
    never has more than are left free; `seconds`: for a body to arrive.
    """

    rate: float = 100.0
    burst: int = 2000
    in_hand: int = 128
    each: int = 64
    seconds: float = 30.0

    @classmethod
    def of(cls, held: ServingSettings) -> Limits:
        """Those of a process's settings."""
        return cls(held.http_rate, held.http_burst, held.http_in_hand, held.http_each, held.http_seconds)


@dataclass(frozen=True, slots=True)
class Stranger:
    """Who has no valid token; `network`: where he asks from, None where the server does not tell."""

    network: str | None


class Gate:
    """ASGI middleware: lets a request in or raises why not. Stands inside `Guard`, which tells it."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._buckets = Buckets(limits.rate, limits.burst) if limits.rate else None
        self._in_hand: Counter[Hashable] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in HEALTH:
            await self._app(scope, receive, send)  # health must be told above all when much is asked
            return
        _check_head(scope)
        who = _who(scope)
        self._check_rate(scope, who)
        with self._taken(who):
            await self._app(scope, self._patient(receive), send)

    def _check_rate(self, scope: Scope, who: Hashable) -> None:
        if self._buckets is None:
            return
        allowance = self._buckets.take(who)
        scope[BESIDE] = _told(self._buckets, allowance)
        if not allowance.granted:
            raise TooManyRequests(allowance.wait)

    @contextmanager
    def _taken(self, who: Hashable) -> Iterator[None]:
        free = self._limits.in_hand - self._in_hand.total()
        if isinstance(who, Stranger):  # however many addresses somebody has, those who have signed in are served
            free = min(free, (self._limits.in_hand + 1) // 2 - self._of_strangers())
        if free <= 0:
            raise Busy
        # Whoever would have more than is left for others waits: n who ask for all they can get come to rest at one
        # share of n + 1 each, and the last share is free for whoever comes next.
        if self._in_hand[who] >= min(self._limits.each, free):
            raise TooManyRequests(1)
        self._in_hand[who] += 1
        try:
            yield
        finally:
            self._in_hand[who] -= 1
            self._in_hand += Counter()  # forgets those who have nothing in hand

    def _of_strangers(self) -> int:
        return sum(count for who, count in self._in_hand.items() if isinstance(who, Stranger))

    def _patient(self, receive: Receive) -> Receive:
        """Receives the body within the time of one request; what comes behind it is waited for."""
        until = asyncio.get_running_loop().time() + self._limits.seconds
        whole = False

        async def patient() -> Message:
            nonlocal whole
            if whole:
                return await receive()
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                raise TooSlow from None
            whole = message["type"] != "http.request" or not message.get("more_body", False)
            return message

        return patient


def _check_head(scope: Scope) -> None:
    if sum(len(name) + len(value) for name, value in scope["headers"]) > HEAD_LIMIT:
        raise HeadersTooLarge
    query = scope["query_string"]
    if len(scope.get("raw_path") or scope["path"].encode()) + len(query) > ADDRESS_LIMIT:
        raise AddressTooLong
    count = query.count(b"&") + 1
    if count > PARAMETERS:
        mend = Text("send at most {most} parameters", most=PARAMETERS)
        fault = FieldProblem("query", Text("{count} parameters are too many", count=count), mend)
        raise Faulty([fault], Text("Parameters of the request are wrong."))


def _who(scope: Scope) -> Hashable:
    """Whose bucket: the caller's, however many tokens it has, or that of one who has no valid token."""
    try:
        caller = paying(HTTPConnection(scope))
    except Unauthenticated:
        client = scope.get("client")
        return Stranger(_network(client[0]) if client else None)
    return ("caller", caller.agency, caller.sub)


def _network(address: str) -> str:
    """What one subscriber has: an IPv4 address, or all of IPv6 with the same 64 bits (RFC 6177: no site has less)."""
    try:
        told = ipaddress.ip_address(address)
    except ValueError:  # a proxy may call it what it likes
        return address
    if told.version == 4:
        return str(told)
    return str(told.ipv4_mapped or ipaddress.IPv6Network((int(told), 64), strict=False))


def _told(buckets: Buckets, allowance: Allowance) -> list[tuple[bytes, bytes]]:
    """The fields of draft-ietf-httpapi-ratelimit-headers: what is allowed, and what is left of it."""
    policy = f'"caller";q={buckets.burst};w={round(buckets.burst / buckets.rate)}'
    left = f'"caller";r={allowance.remaining};t={allowance.full_in}'
    return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", left.encode())]
