"""A broker on a real socket that does just what it is told, and an acceptor for it to talk to."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Self, cast

import uvloop

from certification.patience import PATIENCE_S
from tests.unit.fix.fix_exchange import BEGIN_STRINGS, Exchange, make, settings_for
from tradsys_oms.fix.door.listener import ListenerSettings
from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.framing import Framer
from tradsys_oms.fix.message import Message, parse
from tradsys_oms.fix.timestamps import utc_timestamp

LOGON = "98=0|108=30|"
DEFAULT_APPL_VER_ID = {"FIX.5.0SP2": "1137=9|"}
WRITERS: list[asyncio.StreamWriter] = []
"""Of all clients of a test."""


class Client:
    """A broker that does just what it is told."""

    def __init__(
        self, port: int, comp_id: str = "BROKER", *, target: str = "TRADSYS", version: str = "FIX.4.4"
    ) -> None:
        self.port, self.comp_id, self.target, self.version = port, comp_id, target, version
        self.seq_num = 0
        self._framer = Framer(1 << 24)
        self._frames: list[bytes] = []

    async def connect(
        self, source: str = "127.0.0.1", head: bytes = b"", tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
    ) -> Self:
        """Connect from a source address; `head` is sent before anything, TLS too."""
        line = socket.create_connection((host, self.port), source_address=(source, 0))
        line.sendall(head)
        line.setblocking(False)
        self.reader, self.writer = await asyncio.open_connection(
            sock=line, limit=1 << 24, ssl=tls, server_hostname="localhost" if tls else None
        )
        WRITERS.append(self.writer)
        return self

    def make(self, msg_type: str, body: str = "", *, seq_num: int | None = None) -> bytes:
        if seq_num is None:
            self.seq_num += 1
            seq_num = self.seq_num
        stamp = utc_timestamp(time.time_ns())
        head = f"35={msg_type}\x0149={self.comp_id}\x0156={self.target}\x0134={seq_num}\x0152={stamp}\x01"
        return encode(BEGIN_STRINGS[self.version], head, body.replace("|", "\x01"))

    def send(self, msg_type: str, body: str = "", *, seq_num: int | None = None) -> None:
        self.writer.write(self.make(msg_type, body, seq_num=seq_num))

    async def receive(self) -> Message:
        while not self._frames:
            data = await asyncio.wait_for(self.reader.read(1 << 20), PATIENCE_S)
            if not data:
                raise ConnectionResetError
            self._frames = self._framer.feed(data)
        return parse(self._frames.pop(0))

    async def expect(self, msg_type: str) -> Message:
        message = await self.receive()
        assert message.msg_type == msg_type, message
        return message

    async def logon(self, body: str = LOGON) -> Message:
        await self.connect()
        return await self.log_on(body)

    async def log_on(self, body: str = LOGON) -> Message:
        """Log on over the connection that there is."""
        self.send("A", body + DEFAULT_APPL_VER_ID.get(self.version, ""))
        return await self.expect("A")

    def stop_reading(self) -> None:
        cast(asyncio.ReadTransport, self.writer.transport).pause_reading()

    async def is_cut(self) -> bool:
        """Tell if the connection ends without another message."""
        try:
            message = await self.receive()
        except ConnectionError:
            self.writer.close()
            return True
        raise AssertionError(f"a message came: {message}")


async def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not happen"
        await asyncio.sleep(0.005)


def listener(name: str = "main", host: str = "127.0.0.1", port: int = 0, **others: Any) -> ListenerSettings:
    return ListenerSettings(listener=name, host=host, port=port, **others)


@asynccontextmanager
async def listening(
    folder: Path,
    *brokers: str,
    commits_at_once: bool = True,
    version: str = "FIX.4.4",
    session: dict[str, Any] | None = None,
    **bounds: Any,
) -> AsyncIterator[Exchange]:
    """Listen on one port; `bounds` are fields of AcceptorSettings or ListenerSettings."""
    door = {name: bounds.pop(name) for name in ListenerSettings.__struct_fields__ if name in bounds}
    exchange = make(folder, commits_at_once=commits_at_once, **bounds)
    for broker in brokers or ("BROKER",):
        exchange.serve(settings_for(broker, version, **({"logout_timeout_s": 1} | (session or {}))))
    await exchange.acceptor.start([listener(**door)])
    try:
        yield exchange
    finally:
        exchange.commits_at_once = True
        exchange.commit()
        while WRITERS:
            writer = WRITERS.pop()
            writer.close()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()
        await exchange.acceptor.stop("closing")
        exchange.acceptor.close()


def run(test: Callable[[Path], Awaitable[None]]) -> Callable[[Path], None]:
    """Run a test in a loop of its own."""

    def wrapped(tmp_path: Path) -> None:
        async def main() -> None:
            await test(tmp_path)

        uvloop.run(main())

    wrapped.__name__ = test.__name__
    return wrapped
