"""Entries of a small exchange: the real core, without a journal."""

from __future__ import annotations

from decimal import Decimal

from tradsys_oms.core.commands import Command, NewOrder, SetInstrument, SetMember, SetSession
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import Event
from tradsys_oms.journal.entries import Entry
from tradsys_oms.portfolio.closes import Close, DayCloses
from tradsys_oms.portfolio.positions import Positions

E8 = 10**8
NOON_NS = 1_700_049_600_000_000_000  # 2023-11-15 12:00:00 UTC
DAY_NS = 86_400_000_000_000
BUY, SELL = "1", "2"


class Follow:
    """Positions and closing prices that follow the core entry by entry."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.entries: list[Entry] = []
        self.read: list[int] = []
        self.positions = Positions(self._read)
        self.day_closes = DayCloses(self.positions)
        self.closes: list[Close] = []
        self.now_ns = NOON_NS
        self._number = 0
        self.instrument("ACME")
        for member in ("ALPHA", "BETA"):
            self.apply(SetMember(member, True))
            self.apply(SetSession(member, member, True))

    def instrument(self, symbol: str, has_phases: bool = False, reference: str = "100", currency: str = "USD") -> None:
        """Add an instrument with a tick of 0.01 and lots of 10."""
        reference_e8 = int(Decimal(reference) * E8)
        self.apply(
            SetInstrument(
                symbol, E8 // 100, 10 * E8, reference_e8, 0, 10**6 * E8, 0, currency, True, has_phases=has_phases
            )
        )

    def apply(self, command: Command) -> int:
        """Let the core carry out a command, and follow."""
        seq = self.engine.last_seq + 1
        return self._follow(command, self.engine.apply(seq, self.now_ns, command))

    def record(self, command: Command, *events: Event) -> int:
        """Follow a command past the core."""
        self.engine.last_seq += 1
        return self._follow(command, events)

    def order(self, member: str, account: str, side: str, quantity: int, price: str, symbol: str = "ACME") -> int:
        """Enter a limit order; gives its OrderID."""
        self._number += 1
        number, price_e8 = self._number, int(Decimal(price) * E8)
        return self.apply(
            NewOrder(member, number, f"C{number}", account, symbol, side, "2", "1", quantity * E8, price_e8)
        )

    def trade(self, quantity: int, price: str, symbol: str = "ACME") -> tuple[int, int]:
        """Let ALPHA/A1 buy from BETA, from its account without a name; gives both OrderIDs, the seller's first."""
        sell = self.order("BETA", "", SELL, quantity, price, symbol)
        return sell, self.order("ALPHA", "A1", BUY, quantity, price, symbol)

    def _follow(self, command: Command, events: tuple[Event, ...] | list[Event]) -> int:
        entry = Entry(self.engine.last_seq, self.now_ns, command, tuple(events))
        self.entries.append(entry)
        self.closes += self.day_closes.closes_of(entry)
        self.positions.apply(entry)
        return entry.seq

    def _read(self, seq: int) -> Entry:
        self.read.append(seq)
        return self.entries[seq - 1]
