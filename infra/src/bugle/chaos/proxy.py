"""A TCP proxy between services and a server, which can be cut and slowed."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from threading import Thread
from typing import Any, TypeVar

from bugle.stack.ports import HOST

_CHUNK = 1 << 16
_LOOK_SECONDS = 0.1

T = TypeVar("T")


class Proxy:
    """Listens on `port` and passes everything on to the target, until it is told otherwise.

    Where the target takes no connections, neither does the proxy: clients see what they would see without it.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._open: set[asyncio.StreamWriter] = set()
        self._cut = False
        self._delay = 0.0
        self._server: asyncio.Server | None = None
        self._returning: asyncio.Task[None] | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name=f"proxy-{target}", daemon=True)
        self._thread.start()
        self.port = 0  # any that is free; from then on this one
        self.port = self._run(self._listen())

    def cut(self) -> None:
        """Break every connection, and refuse new ones."""
        self._cut = True
        self._run(self._break())

    def slow(self, seconds: float) -> None:
        """Hold every piece of data back for so long."""
        self._delay = seconds

    def heal(self) -> None:
        """Pass everything on again."""
        self._cut, self._delay = False, 0.0
        self._run(self._listen())

    def close(self) -> None:
        """End it."""
        self.cut()
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _listen(self) -> int:
        """Take connections; the port."""
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, HOST, self.port)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def _refuse(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            back, forth = await asyncio.open_connection(HOST, self._target)
        except OSError:
            writer.transport.abort()
            self._refuse()
            self._returning = self._returning or asyncio.create_task(self._return())
            return
        self._open |= {writer, forth}
        if self._cut:  # meanwhile
            await self._break()
        try:
            await asyncio.gather(self._pump(reader, forth), self._pump(back, writer))
        finally:
            for end in (writer, forth):
                end.transport.abort()
                self._open.discard(end)

    async def _return(self) -> None:
        """Listen again as soon as the target does."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            with suppress(OSError):
                _, probe = await asyncio.open_connection(HOST, self._target)
                probe.transport.abort()
                break
        self._returning = None
        if not self._cut:
            await self._listen()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(_CHUNK):
                if self._delay:
                    await asyncio.sleep(self._delay)
                writer.write(data)
                await writer.drain()
        writer.transport.abort()  # the other direction ends with this one

    async def _break(self) -> None:
        self._refuse()
        for end in self._open:
            end.transport.abort()

    async def _end(self) -> None:
        if self._returning is not None:
            self._returning.cancel()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()  # also one that holds data back
        await asyncio.gather(*others, return_exceptions=True)
