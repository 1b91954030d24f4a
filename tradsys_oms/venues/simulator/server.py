"""The venue on a socket: connections, timers, and the order in which things are written.

Everything runs on one event loop. Bytes of a peer are taken as a batch: all its messages are answered in memory, then
store and record are written, then each session's bytes go out in one write.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Final, cast

from tradsys_oms.fix.errors import FixError
from tradsys_oms.fix.framing import Framer
from tradsys_oms.fix.message import Message
from tradsys_oms.fix.msg_types import LOGON
from tradsys_oms.fix.patterns import Patterns
from tradsys_oms.venues.simulator.errors import SimulatorCannotStart
from tradsys_oms.venues.simulator.session import Session
from tradsys_oms.venues.simulator.steps import Program
from tradsys_oms.venues.simulator.venue import Venue

MESSAGE_BYTES_MAX: Final = 1 << 20
UNREAD_BYTES_MAX: Final = 256 << 20
"""A peer that leaves so much unread is cut off."""
TICK_S: Final = 0.25


class Server:
    """Listens for one venue."""

    def __init__(self, venue: Venue) -> None:
        self.venue = venue
        self.port = 0
        self.connection_count = 0
        self._server: asyncio.Server | None = None
        self._lines: dict[str, Line] = {}
        self._timers: set[asyncio.TimerHandle] = set()
        self._tick_handle: asyncio.TimerHandle | None = None

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        """Listen; raises SimulatorCannotStart."""
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(lambda: Line(self), host, port, ssl=tls)
        except OSError as error:
            text = f"The simulator can't listen on {host}:{port}: {error.strerror}; choose another port."
            raise SimulatorCannotStart(text) from error
        self.port = self._server.sockets[0].getsockname()[1]
        for quote in self.venue.script.quotes:
            if quote.after.wait_s[1]:
                self.later(quote.after.wait_s[0], lambda quote=quote: self.venue.market.quote(quote))  # type: ignore[misc]
            else:
                self.venue.market.quote(quote)
        self._tick()

    async def stop(self) -> None:
        """Log everybody out, close, and write what is left."""
        for timer in self._timers:
            timer.cancel()
        if self._tick_handle is not None:
            self._tick_handle.cancel()
        for session in self.venue.sessions.values():
            if session.is_logged_on:
                session.log_out("The venue closes")
        self.flush()
        for line in list(self._lines.values()):
            line.close()
        if self._server is not None:
            self._server.close()
            await asyncio.sleep(0)
        self.venue.store.close()
        self.venue.record.close()

    def later(self, delay_s: float, do: Callable[[], None]) -> None:
        """Do something after a time, and flush what it says."""

        def run() -> None:
            self._timers.discard(handle)
            do()
            self.flush()

        handle = asyncio.get_running_loop().call_later(delay_s, run)
        self._timers.add(handle)

    def flush(self) -> None:
        """Write what was noted and said: first store and record, then the bytes of each session."""
        for session in self.venue.sessions.values():
            if self.venue.store.is_kept and session.has_new_numbers:
                session.note_numbers()
        self.venue.store.write()
        self.venue.record.write()
        for peer, line in list(self._lines.items()):
            session = self.venue.sessions[peer]
            if session.outgoing:
                line.write(b"".join(session.outgoing))
                session.note_traffic(has_received=False)
                session.outgoing.clear()
            if session.must_close:
                line.close()

    def attach(self, peer: str, line: Line) -> bool:
        """Take a connection as that of a peer; False if it has one."""
        if peer in self._lines and not self._lines[peer].is_closing:
            return False
        self._lines[peer] = line
        self.venue.sessions[peer].outgoing.clear()
        return True

    def detach(self, peer: str, line: Line) -> None:
        """Take note that the connection of a peer is gone."""
        if self._lines.get(peer) is line:
            del self._lines[peer]
            self.venue.sessions[peer].end()
            self.venue.sessions[peer].outgoing.clear()

    def cut(self, peer: str = "") -> None:
        """Cut the connection of a peer, or of all, without a word."""
        for name, line in list(self._lines.items()):
            if peer in ("", name):
                self.venue.sessions[name].end()
                line.abort()

    def _tick(self) -> None:
        for session in self.venue.sessions.values():
            session.tick()
        self.flush()
        self._tick_handle = asyncio.get_running_loop().call_later(TICK_S, self._tick)


class Line(asyncio.Protocol):
    """One connection; it has a session from its Logon on."""

    def __init__(self, server: Server) -> None:
        self._server, self._venue = server, server.venue
        self._patterns = Patterns()
        self._framer = Framer(MESSAGE_BYTES_MAX, self._patterns)
        self._session: Session | None = None
        self._peer = ""
        self._is_waiting = False
        """Its Logon waits to be answered."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for a Logon."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are none by their type
        self._server.connection_count += 1

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the server."""
        if self._peer:
            self._server.detach(self._peer, self)

    def data_received(self, data: bytes) -> None:
        """Take all messages of a batch, then write."""
        try:
            for frame in self._framer.feed(data):
                if self._transport.is_closing():
                    return
                self._take(self._patterns.parse(frame))
        except FixError:
            self._transport.abort()
        self._server.flush()

    def _take(self, message: Message) -> None:
        session = self._session
        if session is None:
            self._log_on(message)
        elif session.is_logged_on:
            session.receive(message)
            session.note_traffic(has_received=True)

    def _log_on(self, message: Message) -> None:
        peer, comp_id = message.fields.get("49", ""), message.fields.get("56", "")
        session = self._venue.sessions.get(peer)
        is_ours = session is not None and session.comp_id == comp_id and session.begin_string == message.begin_string
        is_logon = message.msg_type == LOGON and is_ours and not self._is_waiting
        if session is None or not is_logon or not self._server.attach(peer, self):
            self._transport.close()
        else:
            self._peer = peer
            self._judge(session, message, self._venue.judge_logon(peer))

    def _judge(self, session: Session, message: Message, program: Program, at: int = 0) -> None:
        """Do with a Logon what the script says, unless the peer has gone while it waited."""
        if self.is_closing:
            return
        for index in range(at, len(program)):
            step = program[index]
            if step.verb == "wait":
                self._is_waiting = True
                self._server.later(step.wait_s[0], lambda: self._judge(session, message, program, index + 1))  # noqa: B023
                return
            if step.verb == "accept":
                self._is_waiting = False
                self._session = session
                session.answer_logon(message)
            elif step.verb == "reject":
                session.refuse_logon(step.text)
            elif step.verb == "drop":
                session.end()

    @property
    def is_closing(self) -> bool:
        """It takes and sends no more."""
        return self._transport.is_closing()

    def write(self, data: bytes) -> None:
        """Send bytes; a peer that reads nothing for long is cut off."""
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > UNREAD_BYTES_MAX:
            self._transport.abort()

    def close(self) -> None:
        """Close behind what was written."""
        self._transport.close()

    def abort(self) -> None:
        """Cut at once."""
        self._transport.abort()
