"""A whole exchange in the loop of a test, whose machine can lose its power, and a broker that notes what was on the
wire.
"""

from __future__ import annotations

import asyncio
import shutil
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from certification.patience import PATIENCE_S
from tests.unit.fix.acceptor_client import WRITERS, Client, listener
from tradsys_oms.config import load_config
from tradsys_oms.core.events import Internal
from tradsys_oms.daemon import Daemon
from tradsys_oms.fix import store_mark
from tradsys_oms.fix.message import Message
from tradsys_oms.journal.reader import read_entries

CONFIG = """
comp_id: TRADSYS
insecure: true
state_dir: {state_dir}
members: [{{id: A}}, {{id: B}}]
sessions:
  - {{comp_id: A, version: FIX.4.4}}
  - {{comp_id: B, version: FIX.4.4}}
instruments:
  - {{symbol: ACME, tick: 0.01, lot: 1, reference_price: 100, price_band_percent: 20, order_qty_max: 1_000}}
journal: {{durability: os}}
"""
RUNNING: list[Machine] = []
ON_THE_WIRE_ONLY = ("8", "9", "34", "43", "52", "97", "122", "10")
"""Tags that may differ when the same report is sent again."""


class Machine:
    """A state directory, the daemon's own parts on it, and the identity of the boot."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.boot_id = folder / "boot_id"
        self._life: AsyncExitStack

    @property
    def state_dir(self) -> Path:
        return self.folder / "state"

    async def start(self) -> Machine:
        """Recover, and listen on a port of its own."""
        path = self.folder / "tradsys.yaml"
        path.write_text(CONFIG.format(state_dir=self.state_dir))
        store_mark.BOOT_ID = self.boot_id  # type: ignore[misc]  # the fixture of the test puts it back
        self.state_dir.mkdir(exist_ok=True)
        self.daemon = daemon = Daemon(load_config(path))
        self._life = AsyncExitStack()
        await daemon._recover(self._life)
        await daemon._assemble(self._life)
        await daemon.acceptor.start([listener()])
        RUNNING.append(self)
        return self

    @property
    def port(self) -> int:
        return self.daemon.acceptor.port

    async def close(self) -> None:
        """Stop in order, when all brokers are gone."""
        RUNNING.remove(self)
        while WRITERS:
            writer = WRITERS.pop()
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
        await self.daemon.acceptor.stop("closing")
        await self.daemon.sequencer.journal.drain()
        self.daemon.acceptor.close()
        await self._life.aclose()

    def copy(self, folder: Path, *, is_new_boot: bool) -> Machine:
        """Give another machine with the state of this moment, which is what a kill -9 leaves."""
        folder.mkdir()
        shutil.copytree(self.state_dir, folder / "state")
        other = Machine(folder)
        other.boot_id.write_text(("22" if is_new_boot else "11") * 16)
        return other

    def store_file(self, session: str) -> Path:
        (path,) = (self.state_dir / "store" / session).glob("*.msgs")
        return path

    def reports(self, session: str) -> list[str]:
        """Give the ExecIDs of all reports of a session that the journal has, in order."""
        return [
            f"{entry.seq}-{index}"
            for entry in read_entries(self.state_dir / "journal")
            for index, event in enumerate(entry.events)
            if not isinstance(event, Internal) and event.session == session
        ]


class Broker:
    """A broker over many connections: what it has, by number and by ExecID, and what it expects."""

    def __init__(self, comp_id: str) -> None:
        self.comp_id = comp_id
        self.next_in = 1
        self.next_out = 1
        self.orders = 0
        self.wire: dict[int, str] = {}
        """Content of each message by its number; administrative ones by their MsgType."""
        self.reports: dict[str, str] = {}
        """Content of each report by its ExecID."""
        self.got: list[tuple[str, bool, bool]] = []
        """ExecID, PossDup and PossResend of each report since the last logon."""

    def copy(self) -> Broker:
        """Give another broker who has seen the same."""
        other = Broker(self.comp_id)
        other.next_in, other.next_out, other.orders = self.next_in, self.next_out, self.orders
        other.wire, other.reports = dict(self.wire), dict(self.reports)
        return other

    async def logon(self, machine: Machine, *, is_reset: bool = False) -> Broker:
        """Log on, and ask for what is missing; gives itself when nothing is."""
        self.client = Client(machine.port, self.comp_id)
        self.got = []
        await self.client.connect()
        if is_reset:
            self.next_in = self.next_out = 1
            self.wire.clear()
        self.send("A", "98=0|108=30|" + ("141=Y|" if is_reset else ""))
        logon = await self.receive()
        assert logon.msg_type == "A", logon
        return self

    def send(self, msg_type: str, body: str = "") -> None:
        self.client.send(msg_type, body, seq_num=self.next_out)
        self.next_out += 1

    def order(self, side: str) -> None:
        self.orders += 1
        body = f"11={self.comp_id}{self.orders}|55=ACME|54={side}|38=1|40=2|44=100|60=20260101-00:00:00|"
        self.send("D", body)

    async def receive(self) -> Message:
        """Take a message: in its turn, or again; a gap is asked for."""
        message = await asyncio.wait_for(self.client.receive(), PATIENCE_S)
        number, is_dup = message.msg_seq_num, message.poss_dup
        self._compare(message)
        if message.msg_type == "2":  # at once, whatever its number; orders that were lost are not sent again
            self.client.send("4", f"123=Y|36={self.next_out}|", seq_num=int(message.fields["7"]))
        if number > self.next_in:
            assert not is_dup
            self.send("2", f"7={self.next_in}|16=0|")
        elif number == self.next_in:
            self.next_in = int(message.fields["36"]) if message.msg_type == "4" else number + 1
            self._take(message)
        else:
            assert is_dup, f"number {number} came again, {self.next_in} is expected: {message}"
        return message

    async def settle(self) -> None:
        """Receive until all that was sent is answered."""
        self.send("1", "112=settled|")
        while (await self.receive()).fields.get("112") != "settled":
            pass

    async def until(self, next_in: int) -> None:
        """Receive until a number is expected."""
        while self.next_in < next_in:
            await self.receive()

    def _compare(self, message: Message) -> None:
        """See that no number ever names two messages, and no ExecID two contents; a gap fill names none."""
        if message.msg_type == "4":
            return
        content = message.msg_type if message.msg_type in "0125A" else content_of(message)
        known = self.wire.setdefault(message.msg_seq_num, content)
        assert known == content, f"number {message.msg_seq_num} named {known}, and now {content}"
        if message.msg_type == "8":
            known = self.reports.setdefault(message.fields["17"], content)
            assert known == content, "an ExecID names two contents"

    def _take(self, message: Message) -> None:
        if message.msg_type == "8":
            self.got.append((message.fields["17"], message.poss_dup, message.fields.get("97") == "Y"))


def content_of(message: Message) -> str:
    """Give a message without what may differ when it is sent again."""
    return "|".join(f"{tag}={value}" for tag, value in message.fields.items() if tag not in ON_THE_WIRE_ONLY)
