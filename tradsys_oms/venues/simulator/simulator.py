"""A venue for tests, in a thread of its own: start, look, act, cut, stop.

All methods may be called from any thread but the venue's own. What they change happens on the venue's event loop.
"""

from __future__ import annotations

import asyncio
import queue
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import uvloop
from msgspec import Struct

from tradsys_oms.fix.message import Message
from tradsys_oms.venues.simulator.errors import NotInTime, SimulatorCannotStart, SimulatorError
from tradsys_oms.venues.simulator.orders import Order
from tradsys_oms.venues.simulator.record import Record
from tradsys_oms.venues.simulator.reports import SOH
from tradsys_oms.venues.simulator.scenario import Scenario
from tradsys_oms.venues.simulator.script import Peer, Quote, Script
from tradsys_oms.venues.simulator.server import Server
from tradsys_oms.venues.simulator.steps import parse_program
from tradsys_oms.venues.simulator.store import Store
from tradsys_oms.venues.simulator.venue import RECEIVED_MAX, Venue

VERSIONS: Final = ("FIX.4.2", "FIX.4.4", "FIX.5.0SP2")
ANSWER_S: Final = 10.0
"""So long the venue's thread may take for what it is asked to do."""
Result = TypeVar("Result")


class SimulatorSettings(Struct, frozen=True):
    """What a simulator is told before it starts."""

    version: str = "FIX.4.4"
    sender: str = "VENUE1"
    """Its own CompID."""
    target: str = "TRADSYS"
    """The peer's CompID."""
    host: str = "127.0.0.1"
    port: int = 0
    """0: any that is free."""
    seed: int = 1
    store: Path | None = None
    record: Path | None = None
    certificate: Path | None = None
    """PEM with certificate and chain; makes it speak TLS."""
    key: Path | None = None
    client_ca: Path | None = None
    """With it, a client without a certificate of this CA is refused."""


class Simulator:
    """One venue. Usable as a context manager."""

    def __init__(self, settings: SimulatorSettings | None = None, script: Script | None = None) -> None:
        self.settings = settings if settings is not None else SimulatorSettings()
        self.script = script if script is not None else Script()
        self._inbox: queue.Queue[Message] = queue.Queue(RECEIVED_MAX)
        self._stop = asyncio.Event()
        self._started: queue.Queue[Exception | None] = queue.Queue()
        self._thread = threading.Thread(target=self._run, name=f"venue {self.settings.sender}", daemon=True)

    def __enter__(self) -> Simulator:
        """Start."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def start(self) -> Simulator:
        """Listen; raises SimulatorCannotStart."""
        self._thread.start()
        fault = self._started.get()
        if fault is not None:
            self._thread.join()
            raise fault
        return self

    def stop(self) -> None:
        """Log out, close, and wait for the end; a second time does nothing."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()

    def _run(self) -> None:
        uvloop.run(self._serve())

    async def _serve(self) -> None:
        settings = self.settings
        self._loop = asyncio.get_running_loop()
        try:
            self._server = Server(self._make_venue())
            await self._server.start(settings.host, settings.port, _tls(settings))
        except (SimulatorError, OSError) as error:
            self._started.put(error)
            return
        venue = self._server.venue
        self.scenario = Scenario(venue, self._server) if self.script.scenario else None
        venue.listener = self._listen if self.scenario is None else self.scenario.take
        self._started.put(None)
        await self._stop.wait()
        await self._server.stop()

    def _make_venue(self) -> Venue:
        settings = self.settings
        return Venue(
            settings.version,
            settings.sender,
            (Peer(settings.target), *self.script.sessions),
            self.script,
            settings.seed,
            Store(settings.store),
            Record(settings.record),
            time.time_ns,
            lambda delay_s, do: self._server.later(delay_s, do),
        )

    def _listen(self, peer: str, message: Message) -> None:
        if self._inbox.full():
            self._inbox.get()  # the oldest one: nobody looks
        self._inbox.put(message)

    # Looking.

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.port

    @property
    def orders(self) -> list[Order]:
        """All orders, as they truly are, in the order of their entry."""
        return self._ask(lambda: self._server.venue.book.all())

    @property
    def received(self) -> list[Message]:
        """The last application messages, in the order in which they came."""
        return self._ask(lambda: [message for _, message in self._server.venue.received])

    @property
    def received_count(self) -> dict[str, int]:
        """How often a request with each ClOrdID came."""
        return self._ask(lambda: dict(self._server.venue.received_count))

    @property
    def connection_count(self) -> int:
        """How many connections were made so far."""
        return self._ask(lambda: self._server.connection_count)

    def order(self, clord_id: str, peer: str = "") -> Order:
        """Give the order that a ClOrdID names; raises SimulatorError."""
        peer = peer or self.settings.target
        found = self._ask(lambda: self._server.venue.book.find(peer, clord_id))
        if found is None:
            raise SimulatorError(f"The venue knows no order {clord_id} of {peer}.")
        return found

    def is_logged_on(self, peer: str = "") -> bool:
        """Tell if a peer is logged on."""
        peer = peer or self.settings.target
        return self._ask(lambda: self._server.venue.sessions[peer].is_logged_on)

    def next(self, *, wait_s: float = ANSWER_S) -> Message:
        """Give the next application message; raises NotInTime."""
        try:
            return self._inbox.get(timeout=wait_s)
        except queue.Empty:
            raise NotInTime(f"The venue received no application message within {wait_s} s.") from None

    def expect(self, msg_type: str, *, wait_s: float = ANSWER_S, **want: str) -> Message:
        """Give the next application message, which must have these fields: `expect("D", f55="ACME")`."""
        message = self.next(wait_s=wait_s)
        wrong = {tag: value for tag, value in want.items() if message.fields.get(tag[1:]) != value}
        if message.msg_type != msg_type or wrong:
            raise SimulatorError(f"The venue expected {msg_type} with {want} and received {message!r}.")
        return message

    # Acting.

    def act(self, clord_id: str, steps: str, peer: str = "") -> None:
        """Do steps to the order or request that a ClOrdID names: `act("1-0", "fill 100@10 then drop")`."""
        program = parse_program(steps)
        if not self._ask(lambda: self._server.venue.act(clord_id, program, peer)):
            raise SimulatorError(f"The venue knows no order or request {clord_id}.")

    def send(self, msg_type: str, fields: dict[int, str], peer: str = "", fault: str = "") -> None:
        """Send any message, with a fault of the session layer if one is named."""
        body = "".join(f"{tag}={value}{SOH}" for tag, value in fields.items())
        session = self._server.venue.sessions[peer or self.settings.target]
        self._ask(lambda: session.send(msg_type, body, fault))

    def quote(self, quote: Quote) -> None:
        """Change a quote."""
        self._ask(lambda: self._server.venue.market.quote(quote))

    def cut(self, peer: str = "") -> None:
        """Cut the connection of a peer, or of all, at once and without a word."""
        self._ask(lambda: self._server.cut(peer))

    def _ask(self, do: Callable[[], Result]) -> Result:
        """Do something on the venue's loop, write what it says, and give its result."""

        async def run() -> Result:
            result = do()
            self._server.flush()
            return result

        if not self._thread.is_alive():
            return do()
        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(ANSWER_S)


def _tls(settings: SimulatorSettings) -> ssl.SSLContext | None:
    if settings.certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(settings.certificate, settings.key)
        if settings.client_ca is not None:
            context.load_verify_locations(settings.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except OSError as error:
        raise SimulatorCannotStart(f"The certificate {settings.certificate} can't be used: {error}.") from error
    return context
