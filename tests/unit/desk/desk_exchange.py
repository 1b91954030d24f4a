"""The real core, sequencer and journal with the desks on them, and orders to act on; no network around them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from tradsys_oms.core.commands import (
    CancelOrder,
    Command,
    Instructions,
    MarketRules,
    NewOrder,
    SetInstrument,
    SetMember,
    SetSession,
)
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import Event, Execution
from tradsys_oms.desk.entry_desk import EntryDesk
from tradsys_oms.desk.mark_views import MarkViews
from tradsys_oms.desk.market_desk import MarketDesk
from tradsys_oms.desk.market_views import MarketViews
from tradsys_oms.desk.operators import Operators
from tradsys_oms.desk.order_desk import OrderDesk
from tradsys_oms.desk.position_desk import PositionDesk
from tradsys_oms.desk.position_views import PositionViews
from tradsys_oms.desk.risk_desk import RiskDesk
from tradsys_oms.desk.risk_views import RiskViews
from tradsys_oms.desk.trade_desk import TradeDesk
from tradsys_oms.journal.reader import read_entries
from tradsys_oms.journal.writer import JournalWriter
from tradsys_oms.sequencer import Sequencer

E8 = 10**8
TICK_E8 = 10**6
GROUPS = {"ACME": "SHARES", "HOOLI": "SHARES"}


class DeskExchange:
    """ACME and HOOLI of the group SHARES, INIT of none; the members A and B with a session each."""

    def __init__(self, directory: Path, writer: JournalWriter, loop: asyncio.AbstractEventLoop) -> None:
        self.directory = directory
        self.released: list[Event] = []
        self.batches = 0
        self.engine = Engine()
        failures: list[BaseException] = []
        self.failures = failures
        self.sequencer = Sequencer(self.engine, writer, loop, self._release, self._batch, failures.append)
        self.operators = operators = Operators()
        market = MarketDesk(self.engine, self.sequencer, operators, lambda: GROUPS)
        self.handlers: dict[str, Callable[[dict[str, Any]], Any]] = {
            **MarketViews(self.engine, lambda: GROUPS).handlers(),
            **market.handlers(),
            **OrderDesk(self.engine, self.sequencer, operators).handlers(),
            **EntryDesk(self.engine, self.sequencer, operators).handlers(),
            **TradeDesk(self.engine, self.sequencer, operators, directory).handlers(),
            **RiskViews(self.engine).handlers(),
            **RiskDesk(self.engine, self.sequencer, operators).handlers(),
            **PositionViews(self.engine).handlers(),
            **MarkViews(self.engine).handlers(),
            **PositionDesk(self.engine, self.sequencer, operators).handlers(),
        }
        for symbol in ("ACME", "HOOLI", "INIT"):
            rules = MarketRules(auction_ns=60 * 10**9 if symbol == "HOOLI" else 0)
            self.submit(SetInstrument(symbol, TICK_E8, E8, 100 * E8, 0, 10**6 * E8, 0, "USD", True, rules=rules))
        for member in ("A", "B"):
            self.submit(SetMember(member, True))
            self.submit(SetSession(f"{member}1", member, True))

    def submit(self, command: Command) -> int:
        """Apply and journal a command."""
        return self.sequencer.submit(command)

    def order(
        self,
        session: str,
        side: str,
        qty: int,
        price: int,
        *,
        symbol: str = "ACME",
        time_in_force: str = "0",
        instructions: Instructions | None = None,
    ) -> int:
        """Enter a limit order at a price in ticks of 0.01; gives its OrderID."""
        clord_id = f"C{self.engine.last_seq + 1}"
        code = {"buy": "1", "sell": "2"}[side]
        return self.submit(
            NewOrder(
                *(session, 0, clord_id, "", symbol, code, "2", time_in_force, qty * E8, price * TICK_E8),
                instructions=instructions,
            )
        )

    def cancel(self, session: str, order_id: int) -> None:
        """Let a broker cancel an order."""
        order = self.engine.orders.find(order_id)
        assert order is not None
        clord_id = f"C{self.engine.last_seq + 1}"
        self.submit(CancelOrder(session, 0, clord_id, order.clord_id, "", order.symbol, order.side))

    async def ask(self, verb: str, **arguments: Any) -> Any:
        """Ask as the control socket does."""
        result = self.handlers[verb](arguments)
        return await result if asyncio.iscoroutine(result) else result

    async def act(self, verb: str, action: str, **arguments: Any) -> Any:
        """Do it, with a reason and a name; gives what it says, and notes only what is released from now on."""
        await self.sequencer.committed()
        self.released.clear()
        return await self.ask(verb, action=action, reason="because", user="night", **arguments)

    def executions(self) -> list[Execution]:
        """Give the reports about orders that were released since the action."""
        return [event for event in self.released if isinstance(event, Execution)]

    def commands(self) -> list[Command]:
        """Give all commands that are in the journal."""
        return [entry.command for entry in read_entries(self.directory)]

    def _release(self, seq: int, time_ns: int, events: Sequence[Event]) -> None:
        self.released += events

    def _batch(self) -> None:
        self.batches += 1


def run(directory: Path, scenario: Callable[[DeskExchange], Awaitable[None]]) -> None:
    """Play a scenario on an exchange of its own."""

    async def main() -> None:
        writer = JournalWriter.open(directory, "os")
        exchange = DeskExchange(directory, writer, asyncio.get_running_loop())
        try:
            await exchange.sequencer.committed()
            await scenario(exchange)
        finally:
            await exchange.sequencer.journal.drain()
            exchange.sequencer.journal.close()
            writer.close()
        assert exchange.failures == []

    asyncio.run(main())
