"""Around everything: traces, counts, times and logs requests, and turns what nobody caught into a problem."""

from __future__ import annotations

import logging
from time import perf_counter

from opentelemetry.trace import Span, SpanKind
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from eventkit import metrics, tracing
from eventkit.http.limits import BESIDE
from eventkit.problems import describe
from eventkit.voice import voice_of

log = logging.getLogger("eventkit.http")

PROBES = frozenset({"/live", "/ready", "/metrics"})
"""Asked every few seconds: they are counted, but neither traced nor logged."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
"""What any other method is told as: anybody may invent one, and each would be a series that is kept for good."""


class Guard:
    """ASGI middleware; stands outside FastAPI's own handlers, so that a raised error never becomes a stack trace."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._service = service
        self._failures = metrics.failures.labels(service)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"] in PROBES:
            await self._answer(scope, receive, send)
            return
        parent = tracing.parse_traceparent(Headers(scope=scope).get("traceparent"))
        with tracing.span(_method(scope), SpanKind.SERVER, parent) as span:
            began = perf_counter()
            self._tell(scope, await self._answer(scope, receive, send), perf_counter() - began, span)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> int:
        """Have the request answered; the status of the answer."""
        began, status = perf_counter(), 0

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *scope.get(BESIDE, ())]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except ClientDisconnect:
            status = 499  # nobody is left to answer; nginx counts such requests under this number
        except Exception as error:
            if status:
                raise
            await describe(error, voice=voice_of(HTTPConnection(scope))).response()(scope, receive, watch)
        finally:
            self._count(scope, status, perf_counter() - began)
        return status

    def _count(self, scope: Scope, status: int, took: float) -> None:
        about = (self._service, _method(scope), _route(scope).removeprefix("/v1"), status)
        metrics.requests.labels(*about).inc()
        metrics.seconds.labels(*about).observe(took)
        if status >= 500 and scope["path"] not in PROBES:
            self._failures.inc()

    def _tell(self, scope: Scope, status: int, took: float, span: Span) -> None:
        """By the route, not the path: what stands in a path may be somebody's name."""
        method, route = _method(scope), _route(scope)
        span.update_name(f"{method} {route}")
        named = {"http.route": route, "http.request.method": method}
        span.set_attributes({**named, "http.response.status_code": status})
        level = logging.WARNING if status >= 500 else logging.INFO
        about = {"status": status, "milliseconds": round(took * 1000, 1)}
        log.log(level, "%s %s", method, route, extra={"about": about})


def _method(scope: Scope) -> str:
    method: str = scope["method"]
    return method if method in METHODS else OTHER


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", "none")
