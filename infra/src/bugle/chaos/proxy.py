"""A TCP proxy between services and a server, which can be cut and slowed."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from threading import Thread

from bugle.stack.ports import HOST

_CHUNK = 1 << 16


class Proxy:
    """Listens on `port` and passes everything on to the target, until it is told otherwise."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._open: set[asyncio.StreamWriter] = set()
        self._cut = False
        self._delay = 0.0
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name=f"proxy-{target}", daemon=True)
        self._thread.start()
        listening = asyncio.start_server(self._serve, HOST, 0)
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result()
        self.port: int = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Break every connection, and each new one at once."""
        self._cut = True
        asyncio.run_coroutine_threadsafe(self._break(), self._loop).result()

    def slow(self, seconds: float) -> None:
        """Hold every piece of data back for so long."""
        self._delay = seconds

    def heal(self) -> None:
        """Pass everything on again."""
        self._cut, self._delay = False, 0.0

    def close(self) -> None:
        """End it."""
        self.cut()
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        try:
            back, forth = await asyncio.open_connection(HOST, self._target)
        except OSError:
            writer.transport.abort()  # the server itself is away, and so are we
            return
        self._open |= {writer, forth}
        try:
            await asyncio.gather(self._pump(reader, forth), self._pump(back, writer))
        finally:
            for end in (writer, forth):
                end.transport.abort()
                self._open.discard(end)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(_CHUNK):
                if self._delay:
                    await asyncio.sleep(self._delay)
                writer.write(data)
                await writer.drain()
        writer.transport.abort()  # the other direction ends with this one

    async def _break(self) -> None:
        for end in self._open:
            end.transport.abort()

    async def _end(self) -> None:
        self._server.close()
        await asyncio.gather(*(task for task in asyncio.all_tasks() if task is not asyncio.current_task()))
