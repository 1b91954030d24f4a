"""The other side of a simulated venue: a FIX client by hand, which notices everything and repairs nothing."""

from __future__ import annotations

import socket
from collections import deque
from pathlib import Path

from certification.patience import PATIENCE_S
from tradsys_oms.fix.appl_versions import DEFAULT_APPL_VER_ID
from tradsys_oms.fix.dictionary import APPL_VER_IDS
from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.framing import Framer
from tradsys_oms.fix.message import Message, parse
from tradsys_oms.venues.simulator.script import Script, read_script
from tradsys_oms.venues.simulator.simulator import Simulator, SimulatorSettings

SOH = "\x01"
TIME = "20260131-09:30:00.000"


class Peer:
    """One connection; a new one of the same `next_out` goes on with the numbers."""

    def __init__(
        self,
        port: int,
        *,
        version: str = "FIX.4.4",
        comp_id: str = "TRADSYS",
        target: str = "VENUE1",
        next_out: int = 1,
    ) -> None:
        self.version, self.next_out = version, next_out
        self.begin_string = "FIXT.1.1" if version in APPL_VER_IDS else version
        self.names = f"49={comp_id}{SOH}56={target}{SOH}52={TIME}{SOH}"
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self.framer = Framer(1 << 20)
        self.inbox: deque[Message] = deque()

    def send(self, msg_type: str, body: str, number: int = 0, more_head: str = "") -> None:
        """Send a message with the next number, or another one; `|` stands for SOH."""
        head = f"35={msg_type}{SOH}{self.names}34={number or self.next_out}{SOH}{more_head}"
        self.next_out += not number
        self.socket.sendall(encode(self.begin_string, head, body.replace("|", SOH)))

    def log_on(self, *, reset: bool = False, heart_bt_int_s: int = 30) -> Message:
        """Log on and give the answer."""
        more = f"{DEFAULT_APPL_VER_ID}={APPL_VER_IDS[self.version]}|" if self.version in APPL_VER_IDS else ""
        self.send("A", f"98=0|108={heart_bt_int_s}|{'141=Y|' if reset else ''}{more}")
        return self.expect("A")

    def order(
        self, clord_id: str, more: str = "", *, qty: str = "100", price: str = "10", symbol: str = "ACME"
    ) -> None:
        """Send a Limit order to buy."""
        self.send("D", f"11={clord_id}|55={symbol}|54=1|38={qty}|40=2|44={price}|59=0|60={TIME}|{more}")

    def cancel(self, clord_id: str, orig_clord_id: str, more: str = "") -> None:
        """Send an OrderCancelRequest."""
        self.send("F", f"11={clord_id}|41={orig_clord_id}|55=ACME|54=1|38=100|60={TIME}|{more}")

    def replace(self, clord_id: str, orig_clord_id: str, qty: str = "150", price: str = "10.5") -> None:
        """Send an OrderCancelReplaceRequest."""
        self.send("G", f"11={clord_id}|41={orig_clord_id}|55=ACME|54=1|38={qty}|40=2|44={price}|60={TIME}|")

    def next(self) -> Message:
        """Give the next message of the venue; raises EOFError when it has closed the connection."""
        while not self.inbox:
            data = self.socket.recv(1 << 16)
            if not data:
                raise EOFError("the venue closed the connection")
            self.inbox.extend(map(parse, self.framer.feed(data)))
        return self.inbox.popleft()

    def expect(self, msg_type: str, **want: str) -> Message:
        """Give the next message, which must have these fields."""
        message = self.next()
        got = {tag: message.fields.get(tag[1:]) for tag in want}
        assert (message.msg_type, got) == (msg_type, want), repr(message)
        return message

    def expect_end(self) -> None:
        """Wait until the venue closes the connection, with nothing said before."""
        assert not self.inbox
        assert self.socket.recv(1) == b""

    def is_quiet(self) -> bool:
        """Tell if nothing was said before the answer to a question that is asked now."""
        self.send("1", "112=quiet|")
        return self.next().fields.get("112") == "quiet"

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()


class Stage:
    """A venue, and the peers that connect to it."""

    def __init__(self, script: str | Script = "", settings: SimulatorSettings | None = None) -> None:
        read = read_script(Path("script.yaml"), script.encode()) if isinstance(script, str) else script
        self.sim = Simulator(settings, read).start()
        self.peers: list[Peer] = []

    def connect(self, *, next_out: int = 1, comp_id: str = "TRADSYS") -> Peer:
        """Connect a peer that says nothing yet."""
        peer = Peer(self.sim.port, version=self.sim.settings.version, next_out=next_out, comp_id=comp_id)
        self.peers.append(peer)
        return peer

    def log_on(self, *, next_out: int = 1, comp_id: str = "TRADSYS") -> Peer:
        """Connect a peer and log it on."""
        peer = self.connect(next_out=next_out, comp_id=comp_id)
        peer.log_on()
        return peer

    def close(self) -> None:
        """End all of them."""
        for peer in self.peers:
            peer.close()
        self.sim.stop()
