"""Both ends of the venue socket: the gate on a real core, sequencer and journal, and a link that speaks by hand."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import uvloop

from tradsys_oms.core.commands import (
    Command,
    NewOrder,
    Route,
    SetInstrument,
    SetMember,
    SetRoutes,
    SetSession,
    SetVenue,
    VenueLink,
    VenueReport,
)
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import Event
from tradsys_oms.errors import InvariantError
from tradsys_oms.journal.reader import read_entries
from tradsys_oms.journal.writer import JournalWriter
from tradsys_oms.sequencer import Sequencer
from tradsys_oms.venue_lines.connections import VenueConnections

E8 = 10**8
DEADLINE_S = 20
REFERENCE_DATA: tuple[Command, ...] = (
    SetMember("M", True),
    SetSession("S", "M", True),
    SetInstrument("ACME", 1_000_000, E8, 100 * E8, 2000, 1_000_000 * E8, 0, "USD", True),
    SetVenue("V1", True),
    SetVenue("V2", True),
    SetVenue("OFF", False),
    SetRoutes((Route("R", "failover", ("V1", "V2")),)),
)


class Exchange:
    """A core with two venues and a route to them, and the daemon's side of the venue socket."""

    def __init__(self, directory: Path, writer: JournalWriter, loop: asyncio.AbstractEventLoop) -> None:
        self.directory = directory
        self.engine = Engine()
        for entry in read_entries(directory):
            self.engine.apply(entry.seq, entry.time_ns, entry.command)
        self.failures: list[BaseException] = []
        self.released: list[tuple[int, Event]] = []
        self.sequencer = Sequencer(self.engine, writer, loop, self._release, self._flush, self.failures.append)
        self.venues = VenueConnections(directory.parent, self.engine, self.sequencer, self.failures.append)
        self.gate = self.venues.gate
        self._watchers = self.venues.watchers()
        for command in REFERENCE_DATA if not self.engine.last_seq else ():
            self.sequencer.submit(command)
        self.orders = 0
        self.links: list[Link] = []

    def order(self, qty: int = 10) -> str:
        """Let a broker buy; gives the ClOrdID at the venue that gets the order."""
        self.orders += 1
        seq = self.sequencer.submit(NewOrder("S", 0, f"C{self.orders}", "", "ACME", "1", "2", "0", qty * E8, 100 * E8))
        return list(self.engine.routing.children)[-1] if self.engine.routing.children else f"none of {seq}"

    def commands(self, *kinds: type) -> list[Command]:
        """Give the commands of these kinds that are in the journal, all without a kind."""
        found = (entry.command for entry in read_entries(self.directory))
        return [command for command in found if isinstance(command, kinds or object)]

    def _release(self, seq: int, time_ns: int, events: Sequence[Event]) -> None:
        for index, event in enumerate(events):
            self.released.append((seq, event))
            for watch in self._watchers.get(type(event), ()):
                watch(event, seq, index, time_ns)

    def _flush(self) -> None:
        self.gate.flush()


class Link:
    """A link process, played by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def connect(cls, exchange: Exchange) -> Link:
        link = cls(*await asyncio.open_unix_connection(str(exchange.gate.path)))
        exchange.links.append(link)
        return link

    @classmethod
    async def welcomed(cls, exchange: Exchange, venue: str = "V1") -> tuple[Link, list[Any]]:
        """Connect and say hello; gives the answer."""
        link = await cls.connect(exchange)
        link.say("hello", venue, 42, "0.1.0")
        answer = await link.hear()
        if answer[0] == "welcome":
            assert (await link.hear())[0] == "durable"
        return link, answer

    def say(self, *fields: object) -> None:
        """Send a frame."""
        self.send(msgspec.msgpack.encode(fields))

    def send(self, payload: bytes) -> None:
        """Send a payload with its length."""
        self._writer.write(struct.pack(">I", len(payload)) + payload)

    def raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._writer.write(data)

    def frame(self, number: int, command: Command) -> None:
        """Send a command under a number."""
        self.say("frame", number, command)

    async def hear(self) -> list[Any]:
        """Wait for the next frame; [] is the end."""
        async with asyncio.timeout(DEADLINE_S):
            try:
                (length,) = struct.unpack(">I", await self._reader.readexactly(4))
                heard: list[Any] = msgspec.msgpack.decode(await self._reader.readexactly(length))
            except (asyncio.IncompleteReadError, ConnectionError):
                return []
            return heard

    async def hear_until(self, wanted: list[Any]) -> list[list[Any]]:
        """Wait for a frame; gives all that came up to it."""
        heard: list[list[Any]] = []
        while not heard or heard[-1] != wanted:
            heard.append(await self.hear())
            assert heard[-1], f"the line ended before {wanted}: {heard}"
        return heard

    async def close(self) -> None:
        """End the connection, as a process that is killed does."""
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()


def up(frame: int, venue: str = "V1", is_logged_on: bool = True) -> VenueLink:
    """Say that the FIX session is there."""
    return VenueLink(venue, frame, is_logged_on, "logged on" if is_logged_on else "logged out", "127.0.0.1:1")


def report(frame: int, clord_id: str, exec_type: str = "0", **more: Any) -> VenueReport:
    """Answer an order of 10 at 100."""
    fields: dict[str, Any] = {
        "orig_clord_id": "",
        "venue_order_id": f"O{clord_id}",
        "exec_id": f"E{frame}",
        "exec_ref_id": "",
        "exec_type": exec_type,
        "ord_status": exec_type,
        "symbol": "ACME",
        "side": "1",
        "order_qty_e8": 10 * E8,
        "price_e8": 100 * E8,
        "cum_qty_e8": 0,
        "leaves_qty_e8": 0 if exec_type == "8" else 10 * E8,
        "avg_px_e8": 0,
    }
    return VenueReport("V1", frame, clord_id, **(fields | more))


async def until(condition: Callable[[], object]) -> None:
    """Wait for a condition, with a deadline."""
    async with asyncio.timeout(DEADLINE_S):
        while not condition():
            await asyncio.sleep(0.002)


def run(directory: Path, scenario: Callable[[Exchange], Awaitable[None]]) -> None:
    """Play a scenario on an exchange whose gate listens; `directory` may hold the journal of an earlier life."""
    journal = directory / "journal"

    async def main() -> None:
        writer = JournalWriter.open(journal, "fsync")
        exchange = Exchange(journal, writer, asyncio.get_running_loop())
        try:
            exchange.gate.begin()
            await exchange.sequencer.committed()
            await exchange.gate.start()
            await scenario(exchange)
        except InvariantError as broken:
            raise AssertionError("the core broke a promise") from broken
        finally:
            for link in exchange.links:
                await link.close()
            await exchange.gate.stop(0)
            await exchange.sequencer.journal.drain()
            exchange.sequencer.journal.close()
            writer.close()
        assert exchange.failures == []

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
