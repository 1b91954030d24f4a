"""The line between a link process and its venue, as something that breaks: a relay that cuts, holds back and refuses.

It runs on an event loop in a thread of its own. What is held back when the line is cut is lost, as on a real line.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable

CHUNK_BYTES = 65_536


class VenueLine:
    """Listens for a link and passes everything on to the venue's port, and back."""

    def __init__(self, venue_port: int) -> None:
        self.port = 0
        self._venue_port = venue_port
        self._loop = asyncio.new_event_loop()
        self._pumps: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._is_refusing = False
        self._flows = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="venue line", daemon=True)
        self._is_listening = threading.Event()
        self._thread.start()
        self._is_listening.wait()

    def _run(self) -> None:
        server = self._loop.run_until_complete(asyncio.start_server(self._connect, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._flows.set()
        self._is_listening.set()
        self._loop.run_forever()
        server.close()
        self._abort()
        if self._pumps:
            self._loop.run_until_complete(asyncio.wait(self._pumps))
        self._loop.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_refusing:
            writer.transport.abort()
            return
        try:
            there, to_there = await asyncio.open_connection("127.0.0.1", self._venue_port)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, to_there}
        for source, sink in ((reader, to_there), (there, writer)):
            pump = asyncio.ensure_future(self._pump(source, sink))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(CHUNK_BYTES):
                await self._flows.wait()
                sink.write(data)
                await sink.drain()
        sink.transport.abort() if sink.is_closing() else sink.close()

    def _abort(self) -> None:
        for pump in self._pumps:
            pump.cancel()
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def _do(self, act: Callable[[], None]) -> None:
        self._loop.call_soon_threadsafe(act)

    def cut(self, *, refuse: bool = False) -> None:
        """Cut what is connected, at once and without a word; with `refuse`, cut who comes as well, until `mend`."""
        self._is_refusing = refuse
        self._do(self._abort)

    def hold(self) -> None:
        """Pass nothing on until `mend`."""
        self._do(self._flows.clear)

    def mend(self) -> None:
        """Work as a line should."""
        self._is_refusing = False
        self._do(self._flows.set)

    def close(self) -> None:
        """End."""
        self._do(self._loop.stop)
        self._thread.join()
