"""What the projector's tests share: an exchange without a network, and patience."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from tradsys_oms.clearing.projector import Projector, ProjectorSettings
from tradsys_oms.clearing.status import StatusBoard
from tradsys_oms.core.commands import CancelOrder, Command, NewOrder, SetInstrument, SetMember, SetSession
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import Event, Execution, OrderRejected
from tradsys_oms.journal.entries import encode_entry
from tradsys_oms.journal.reader import durable_seq, read_entries
from tradsys_oms.journal.writer import JournalWriter

NOON_NS = 1_700_049_600_000_000_000  # 2023-11-15 12:00:00 UTC
DAY_NS = 86_400_000_000_000
E8 = 10**8
FIRMS = ("FIRM1", "FIRM2")


class Exchange:
    """The real core and the real journal, without a network around them."""

    def __init__(self, folder: Path) -> None:
        self.writer = JournalWriter.open(folder, "os")
        self.engine = Engine()
        self.now_ns = NOON_NS
        self._numbers = Counter[str]()
        self.apply(SetInstrument("ACME", 10**6, E8, 100 * E8, 0, 10**6 * E8, 0, "USD", True))
        for firm in FIRMS:
            self.apply(SetMember(firm, True))
            self.apply(SetSession(firm, firm, True))

    def apply(self, command: Command) -> int:
        """Apply one command and journal it; it becomes durable with `commit`."""
        seq = self.engine.last_seq + 1
        events = self.engine.apply(seq, self.now_ns, command)
        assert self.writer.append(self.now_ns, encode_entry(command, events)) == seq
        return seq

    def record(self, command: Command, *events: Event) -> int:
        """Journal a command with events as given, past the core: what the core does to books is not of interest."""
        self.engine.last_seq += 1
        assert self.writer.append(self.now_ns, encode_entry(command, events)) == self.engine.last_seq
        return self.engine.last_seq

    def order(self, firm: str, side: str, quantity: int, price: str, symbol: str = "ACME") -> int:
        """Enter a limit order with a ClOrdID that counts up."""
        self._numbers[firm] += 1
        number = self._numbers[firm]
        price_e8 = int(Decimal(price) * E8)
        return self.apply(NewOrder(firm, number, f"C{number}", "", symbol, side, "2", "1", quantity * E8, price_e8))

    def cancel(self, firm: str, clord_id: str, side: str) -> int:
        """Cancel an order."""
        self._numbers[firm] += 1
        number = self._numbers[firm]
        return self.apply(CancelOrder(firm, number, f"C{number}", clord_id, "", "ACME", side))

    def commit(self) -> int:
        """Make all durable; give the last sequence."""
        self.writer.commit()
        return self.engine.last_seq

    def trade(self, count: int, seed: int) -> None:
        """Make a random flow of `count` orders, each a few milliseconds after the other, in small batches."""
        choose = random.Random(seed)  # noqa: S311
        for _ in range(count):
            self.now_ns += choose.randrange(10**7)
            self.order(choose.choice(FIRMS), choose.choice("12"), choose.randint(1, 9), f"100.0{choose.randint(0, 9)}")
            if choose.random() < 0.1:
                self.commit()
        self.commit()


def project(journal: Path, url: str, batch_entries_max: int = 7) -> None:
    """Project all that is durable."""
    board = StatusBoard(journal.parent / "clearing.json", lambda: durable_seq(journal))
    projector = Projector(journal, lambda: url, board, ProjectorSettings(batch_entries_max, drain_limit_ms=600_000))
    projector.stop()
    try:
        projector.run()
    finally:
        board.close()
    assert board.status.state == "up", board.status.error
    assert board.status.cursor_seq == durable_seq(journal)


def wait_for(condition: Callable[[], Any], what: str, limit_s: int = 30) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, f"no {what} within {limit_s} s"
        time.sleep(0.01)


def journaled_exec_ids(journal: Path) -> list[str]:
    return [
        f"{entry.seq}-{index}"
        for entry in read_entries(journal)
        for index, event in enumerate(entry.events)
        if isinstance(event, OrderRejected) or (isinstance(event, Execution) and event.exec_type != "I")
    ]
