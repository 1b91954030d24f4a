"""A listener: sockets with one policy. It decides who may have a connection at all, before a byte is understood.

Accepting is our own, not the event loop's: addresses and numbers of connections are checked before anything is made of
a socket, and the header of a proxy is read, to the byte, before TLS begins. One time-out holds from the accept to the
Logon, so a peer that stops in the middle of a header or a handshake is cut as one that says nothing.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

import structlog
from msgspec import Struct

from tradsys_oms.fix.door import proxy_protocol
from tradsys_oms.fix.door.addresses import networks, plain
from tradsys_oms.fix.door.arrival import Arrival, Occupancy
from tradsys_oms.fix.door.tls import Certificates, TlsSettings
from tradsys_oms.fix.errors import ProxyHeaderInvalid

if TYPE_CHECKING:
    from tradsys_oms.fix.door.sockets import Sockets

log = structlog.get_logger(__name__)

ACCEPTS_PER_TURN: Final = 32
"""So many connections are accepted before other work has its turn."""
ACCEPT_PAUSE_S: Final = 1
"""How long nobody is accepted when that failed, mostly because there are no file descriptors left."""
TLS_SHUTDOWN_TIMEOUT_S: Final = 2
HANDSHAKE_TIMEOUT_MIN_S: Final = 0.001
NOT_ALLOWED: Final = "its address is not allowed on this listener"
TOO_MANY_OF_IT: Final = "too many connections of its address"


class ListenerSettings(Struct, frozen=True, kw_only=True):
    """Where brokers connect, and who may."""

    listener: str
    """Id; sessions can be bound to some listeners by it."""
    host: str
    port: int
    """0 takes any free port."""
    allow: tuple[str, ...] = ()
    """Addresses and networks (CIDR) that may connect; none stands for all."""
    tls: TlsSettings | None = None
    proxies: tuple[str, ...] = ()
    """Addresses and networks of load balancers. Where there are any, every connection must come from one of them and
    begin with a PROXY protocol header of version 2; the address that it names is the peer's."""
    logon_timeout_s: int = 10
    """A connection that is not logged on in that time is closed: header, TLS handshake and Logon together."""
    connections_max: int = 1024
    connections_per_address_max: int = 64


class Hall(Protocol):
    """Who takes connections, and hears of those that were not let in."""

    failures: int
    """Connections that a fault of ours has cost."""
    handshakes_failed: int
    """Connections whose TLS handshake came to nothing."""

    def welcome(self, arrival: Arrival) -> asyncio.BaseProtocol:
        """Make the protocol of a connection that is let in; its TLS handshake comes first."""

    def turned_away(self, peer: str, reason: str) -> None:
        """Take note of a connection that was closed without a word."""


class Listener:
    """Accepts connections. Those that it has let in stay when it changes or closes."""

    def __init__(self, settings: ListenerSettings, hall: Hall, occupancy: Occupancy) -> None:
        self.settings = settings
        self.certificates: Certificates | None = None
        self.sockets: Sockets | None = None
        self._hall = hall
        self._occupancy = occupancy
        self._welcomes: set[asyncio.Task[bool]] = set()
        self._pauses: dict[socket.socket, asyncio.TimerHandle] = {}

    def change(self, settings: ListenerSettings, certificates: Certificates | None, sockets: Sockets) -> None:
        """Take over a policy and sockets, for all who come from now on."""
        self.settings, self.certificates = settings, certificates
        if sockets is not self.sockets:
            self.stop_accepting()
            self.sockets = sockets
            for there in sockets:
                self._listen(there)

    def stop_accepting(self) -> None:
        """Let nobody in any more; the sockets stay open."""
        for there in self.sockets or ():
            asyncio.get_running_loop().remove_reader(there)
            if (pause := self._pauses.pop(there, None)) is not None:
                pause.cancel()
        self.sockets = None

    def close(self) -> None:
        """Let nobody in any more, nor those who are on the doorstep."""
        self.stop_accepting()
        for task in self._welcomes:
            task.cancel()

    def _listen(self, there: socket.socket) -> None:
        self._pauses.pop(there, None)
        asyncio.get_running_loop().add_reader(there, self._accept, there)

    def _accept(self, there: socket.socket) -> None:
        for _ in range(ACCEPTS_PER_TURN):
            try:
                line, peer = there.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._pause(there, error)
                return
            self._receive(line, plain(peer[0]), peer[1])

    def _pause(self, there: socket.socket, error: OSError) -> None:
        """Wait a little: the socket stays readable, and to try again at once would be all that is done."""
        log.error("connections can't be accepted", listener=self.settings.listener, reason=error.strerror or str(error))
        loop = asyncio.get_running_loop()
        loop.remove_reader(there)
        self._pauses[there] = loop.call_later(ACCEPT_PAUSE_S, self._listen, there)

    def _receive(self, line: socket.socket, address: str, port: int) -> None:
        loop, settings = asyncio.get_running_loop(), self.settings
        arrival = Arrival(settings, address, port, loop.time() + settings.logon_timeout_s)
        reason = self._objection_to_source(arrival)
        if reason:
            line.close()
            self._hall.turned_away(arrival.peer, reason)
            return
        line.setblocking(False)
        self._occupancy.enter(arrival)
        if not settings.proxies:
            self._occupancy.name(arrival)

        def welcomed(task: asyncio.Task[bool]) -> None:
            self._welcomes.discard(task)
            if task.cancelled() or not task.result():
                self._occupancy.leave(arrival)
                line.close()

        task = loop.create_task(self._welcome(arrival, line, self.certificates))
        self._welcomes.add(task)
        task.add_done_callback(welcomed)

    def _objection_to_source(self, arrival: Arrival) -> str:
        """Say why what the socket tells is enough to close it, "" if it is not."""
        settings = arrival.settings
        if settings.proxies and arrival.address not in networks(settings.proxies):
            return "it comes from no proxy"
        if not settings.proxies and arrival.address not in networks(settings.allow):
            return NOT_ALLOWED
        if self._occupancy.on(settings.listener) >= settings.connections_max:
            return "too many connections"
        return "" if settings.proxies else self._objection_to_crowd(arrival)

    def _objection_to_crowd(self, arrival: Arrival) -> str:
        crowd = self._occupancy.on(arrival.settings.listener, arrival.counted_address)
        return TOO_MANY_OF_IT if crowd >= arrival.settings.connections_per_address_max else ""

    async def _welcome(self, arrival: Arrival, line: socket.socket, certificates: Certificates | None) -> bool:
        """See a connection through the header of its proxy and its TLS handshake; True if it is let in."""
        try:
            async with asyncio.timeout_at(arrival.deadline_s):
                reason = await self._read_proxy_header(arrival, line) if arrival.settings.proxies else ""
                if not reason:
                    await self._connect(arrival, line, certificates)
                    return True
        except ProxyHeaderInvalid as error:
            reason = str(error)
        except TimeoutError:
            reason = "no Logon in time"
        except ssl.SSLError as error:
            reason = f"its TLS handshake failed: {error.reason or error}"
            self._hall.handshakes_failed += 1
        except OSError as error:
            reason = f"it broke before its Logon: {error.strerror or error}"
        except Exception as error:
            log.exception("connection failed", address=arrival.peer)
            reason = f"a fault of ours: {error!r}"
            self._hall.failures += 1
        self._hall.turned_away(arrival.peer, reason)
        return False

    async def _read_proxy_header(self, arrival: Arrival, line: socket.socket) -> str:
        """Read the header and nothing behind it. The connection is of whom it names; say why it may not have it."""
        head = await _receive_exactly(line, proxy_protocol.HEAD_BYTES, check=proxy_protocol.check_start)
        header = head + await _receive_exactly(line, proxy_protocol.rest_bytes(head))
        source = proxy_protocol.source_of(header)
        if source is not None:
            arrival.come_from(plain(source[0]), source[1])
        if arrival.address not in networks(arrival.settings.allow):
            return NOT_ALLOWED
        reason = self._objection_to_crowd(arrival)
        if not reason:
            self._occupancy.name(arrival)
        return reason

    async def _connect(self, arrival: Arrival, line: socket.socket, certificates: Certificates | None) -> None:
        loop = asyncio.get_running_loop()
        if certificates is None:
            await loop.connect_accepted_socket(lambda: self._hall.welcome(arrival), line)
            return
        await loop.connect_accepted_socket(
            lambda: self._hall.welcome(arrival),
            line,
            ssl=certificates.context,
            ssl_handshake_timeout=max(HANDSHAKE_TIMEOUT_MIN_S, arrival.deadline_s - loop.time()),
            ssl_shutdown_timeout=TLS_SHUTDOWN_TIMEOUT_S,
        )


async def _receive_exactly(line: socket.socket, size: int, check: Callable[[bytes], None] = lambda _: None) -> bytes:
    """Receive so many bytes; `check` may give up earlier, on what there is. Raises ConnectionError at the end."""
    loop = asyncio.get_running_loop()
    data = b""
    while len(data) < size:
        more = await loop.sock_recv(line, size - len(data))
        if not more:
            raise ConnectionResetError("it ended within its PROXY protocol header")
        data += more
        check(data)
    return data
