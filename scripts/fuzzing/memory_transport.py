"""A connection of the acceptor without a socket: bytes are handed in by a call and collected where they go out.

It takes all that is written at once, as a peer does that always reads, so the figures and the fuzzing that use it see
the FIX layer alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from tradsys_oms.fix.acceptor import Acceptor
from tradsys_oms.fix.connection import Connection
from tradsys_oms.fix.door.arrival import Arrival
from tradsys_oms.fix.door.listener import ListenerSettings

ADDRESS: Final = ("127.0.0.1", 9)
LISTENER: Final = ListenerSettings(listener="memory", host="127.0.0.1", port=0)


class MemoryTransport(asyncio.Transport):
    """Keeps what is written in `written`; closing takes effect with the next turn of the loop, as with a socket."""

    def __init__(self, protocol: asyncio.BufferedProtocol) -> None:
        super().__init__({"peername": ADDRESS})
        self.written: list[bytes] = []
        self._protocol = protocol
        self._is_closing = False
        self.is_paused = False
        """The connection wants to read nothing for now."""
        self.resumed: Callable[[], None] = lambda: None
        """Called in the turn after reading was resumed."""

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """Take bytes for the peer."""
        if not self._is_closing:
            self.written.append(bytes(data))

    def get_write_buffer_size(self) -> int:
        """Nothing waits: the peer has all."""
        return 0

    def is_closing(self) -> bool:
        """Tell if the connection ends."""
        return self._is_closing

    def close(self) -> None:
        """End the connection."""
        if not self._is_closing:
            self._is_closing = True
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, None)

    def abort(self) -> None:
        """End the connection."""
        self.close()

    def pause_reading(self) -> None:
        """Hold back what the peer sends."""
        self.is_paused = True

    def resume_reading(self) -> None:
        """Let go what the peer has sent meanwhile."""
        if self.is_paused:
            self.is_paused = False
            asyncio.get_running_loop().call_soon(self.resumed)


class Peer:
    """Whoever is on the other end of a connection in memory."""

    def __init__(self, acceptor: Acceptor) -> None:
        deadline_s = asyncio.get_running_loop().time() + LISTENER.logon_timeout_s
        self.connection = Connection(acceptor, Arrival(LISTENER, *ADDRESS, deadline_s))
        self.transport = MemoryTransport(self.connection)
        self.transport.resumed = lambda: self.feed(b"")
        self._unread = b""
        self._has_ended = False
        self.connection.connection_made(self.transport)

    @property
    def is_cut(self) -> bool:
        """The acceptor has closed, or is about to."""
        return self.transport.is_closing()

    def feed(self, data: bytes) -> None:
        """Hand bytes to the connection, as the loop does: into the buffer that it lends, as many as fit.

        What comes while it doesn't read waits, as in a socket.
        """
        data = self._unread + data if self._unread else data
        position = 0
        while position < len(data) and not self.transport.is_closing() and not self.transport.is_paused:
            buffer = self.connection.get_buffer(-1)
            size = min(len(buffer), len(data) - position)
            buffer[:size] = data[position : position + size]
            self.connection.buffer_updated(size)
            position += size
        self._unread = data[position:]
        if self._has_ended and not self._unread and not self.transport.is_closing():
            self.connection.eof_received()

    def end(self) -> None:
        """Send nothing more behind what was fed, but read on."""
        self._has_ended = True
        self.feed(b"")

    def answers(self) -> bytes:
        """Take what was written since the last time."""
        data = b"".join(self.transport.written)
        self.transport.written.clear()
        return data

    async def leave(self) -> None:
        """Close the connection from this side, and wait until the acceptor has let go of it."""
        self.transport.close()
        while self.connection.is_open:
            await asyncio.sleep(0)
