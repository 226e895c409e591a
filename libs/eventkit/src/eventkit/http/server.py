"""Runs an application under uvicorn, the same way for every service."""

from __future__ import annotations

import sys
from asyncio import TimerHandle, Transport
from functools import partial
from typing import Any

import h11
import orjson
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from eventkit.http.limits import HEAD_LIMIT
from eventkit.problems import MEDIA_TYPE, compose
from eventkit.settings import ServingSettings
from eventkit.text import Text
from eventkit.voice import ENGLISH

CONNECTIONS = 1000
"""Connections at most, idle ones too; the next ones are told 503 before anything is read of them."""


class Protocol(H11Protocol):
    """uvicorn's, which would wait for ever for a request's head and for an answer to be read.

    And which says in plain text that it cannot read a request.
    """

    def __init__(self, *about: Any, patience: float, **named: Any) -> None:
        super().__init__(*about, **named)
        self._patience = patience
        self._awaited: dict[str, TimerHandle] = {}

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as in uvicorn's own
        super().connection_made(transport)
        self._await("head")

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._has_come("head")
        else:
            self._await("head")

    def pause_writing(self) -> None:
        super().pause_writing()
        self._await("reader")

    def resume_writing(self) -> None:
        super().resume_writing()
        self._has_come("reader")

    def connection_lost(self, exc: Exception | None) -> None:
        for awaited in list(self._awaited):
            self._has_come(awaited)
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Tell the fault as a problem; it is being handled as this is called."""
        fault = sys.exception()
        status = fault.error_status_hint if isinstance(fault, h11.RemoteProtocolError) else 400
        slug, detail = _REFUSED[431] if status == 431 else _REFUSED[400]
        body = orjson.dumps(compose(slug, status, detail, ENGLISH).body)
        headers = [("content-type", MEDIA_TYPE), ("content-length", str(len(body))), ("connection", "close")]
        for event in (
            h11.Response(status_code=status, headers=headers),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _await(self, what: str) -> None:
        """Hang up unless it comes in time."""
        if what not in self._awaited:
            self._awaited[what] = self.loop.call_later(self._patience, self.transport.abort)

    def _has_come(self, what: str) -> None:
        if (timer := self._awaited.pop(what, None)) is not None:
            timer.cancel()


_REFUSED = {
    400: ("unreadable", Text("This is no HTTP request.")),
    431: ("headers-too-large", Text("The headers are too large. Leave out those that are not needed.")),
}


def server(app: FastAPI, held: ServingSettings) -> uvicorn.Server:
    """The server of an application, not yet running."""
    config = uvicorn.Config(
        app,
        host=held.http_host,
        port=held.http_port,
        log_config=None,
        access_log=False,
        server_header=False,
        http=partial(Protocol, patience=held.http_seconds),  # type: ignore[arg-type]  # called like the class
        ws="none",
        h11_max_incomplete_event_size=HEAD_LIMIT,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=10,
    )
    return uvicorn.Server(config)


def serve(app: FastAPI, held: ServingSettings) -> None:
    """Serve until a signal ends the process; requests in hand are finished first."""
    server(app, held).run()
