"""Around everything: counts and times requests, and turns what nobody caught into a problem."""

from __future__ import annotations

from time import perf_counter

from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from eventkit import metrics
from eventkit.http.limits import BESIDE
from eventkit.problems import describe
from eventkit.voice import voice_of


class Guard:
    """ASGI middleware; stands outside FastAPI's own handlers, so that a raised error never becomes a stack trace."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
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

    def _count(self, scope: Scope, status: int, took: float) -> None:
        route = getattr(scope.get("route"), "path", "none").removeprefix("/v1")
        metrics.requests.labels(self._service, scope["method"], route, status).inc()
        metrics.seconds.labels(self._service, scope["method"], route).observe(took)
