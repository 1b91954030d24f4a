"""What an operator does to a trade: bust it, or correct its quantity and price, for both sides.

The core keeps no trades: what a trade was is read from the journal, on a thread, and goes into the command. What it is
by now, the core knows, and so it is the core that says why it can't be amended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog

from tradsys_oms.core.commands import AmendTrade
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.desk.operators import OperationRefused, Operators
from tradsys_oms.desk.order_desk import decimal_e8, find_order
from tradsys_oms.desk.trade_records import Amended, Trade, read_amendments, read_trade
from tradsys_oms.desk.trade_view import Terms, after, amendment, before, facts, sentences, side
from tradsys_oms.fix.decimals import format_ticks
from tradsys_oms.sequencer import Sequencer

log = structlog.get_logger(__name__)


class TradeDesk:
    """The verbs of the control socket that show a trade, and amend it."""

    def __init__(self, engine: Engine, sequencer: Sequencer, operators: Operators, journal: Path) -> None:
        self._engine, self._sequencer, self._operators, self._journal = engine, sequencer, operators, journal

    def handlers(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        """Give the verbs of the control socket."""
        return {"trade.show": self.show, "trade.act": self.act}

    async def show(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Show a trade and what became of it; arguments: trade_id."""
        trade = await self._read(arguments)
        instrument = self._engine.instruments[trade.first.symbol]
        last = self._engine.amended(trade.seq, trade.index)
        history: list[Amended] = []
        if last is not None:
            history = await asyncio.to_thread(read_amendments, self._journal, trade, last[0])
        return {
            **facts(trade, self._now(trade), instrument, is_amended=last is not None),
            "traded_quantity": format_ticks(trade.first.last_qty, instrument.lot_e8),
            "traded_price": format_ticks(trade.first.last_px, instrument.tick_e8),
            "buy": side(trade, instrument, is_buy=True),
            "sell": side(trade, instrument, is_buy=False),
            "amendments": [amendment(amended, instrument) for amended in history],
        }

    async def act(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Preview a bust or a correction, or do it.

        Arguments: action, trade_id, reason, user, preview, reinstate; quantity, price.
        """
        action = str(arguments.get("action", ""))
        if action not in ("bust", "correct"):
            raise OperationRefused(f"there is no action {action!r}; actions are bust, correct")
        trade = await self._read(arguments)
        reason = self._operators.begin(arguments)
        now = self._now(trade)
        instrument = self._engine.instruments[trade.first.symbol]
        terms = Terms(0, 0) if action == "bust" else _corrected(arguments, now, instrument)
        command = AmendTrade(
            *(trade.seq, trade.index, trade.first.order_id, trade.second.order_id),
            *(trade.first.last_qty, trade.first.last_px, terms.qty, terms.px),
            reinstate=bool(arguments.get("reinstate")),
            text=reason,
        )
        fault = self._engine.fault_of(command)
        if fault is not None:
            raise OperationRefused(fault)
        sides = self._sides(trade, now, command)
        if not arguments.get("preview"):
            self._sequencer.submit(command)
            log.warning("trade_operated", trade_id=trade.trade_id, action=action, reason=reason)
            await self._sequencer.committed()
        preview = sentences(trade, now, command, instrument)
        return {"trade_id": trade.trade_id, "action": action, "preview": preview, "sides": sides}

    async def _read(self, arguments: dict[str, Any]) -> Trade:
        return await asyncio.to_thread(read_trade, self._journal, str(arguments.get("trade_id", "")))

    def _now(self, trade: Trade) -> Terms:
        """Give the terms of a trade as they are by now."""
        last = self._engine.amended(trade.seq, trade.index)
        return Terms(trade.first.last_qty, trade.first.last_px) if last is None else Terms(*last[1:])

    def _sides(self, trade: Trade, now: Terms, command: AmendTrade) -> list[dict[str, Any]]:
        """Show both orders as they are, and as they would be."""
        rows = []
        for fill in (trade.buy, trade.sell):
            order = find_order(self._engine, fill.order_id)
            rows += [{"when": "before", **before(order, now)}, {"when": "after", **after(order, now, command)}]
        return rows


def _corrected(arguments: dict[str, Any], now: Terms, instrument: Instrument) -> Terms:
    """Read the terms of a correction; what is not given stays as it is."""
    if arguments.get("quantity") is None and arguments.get("price") is None:
        raise OperationRefused("say what is corrected: --qty for LastQty, --price for LastPx, or both")
    return Terms(
        _count(arguments, "quantity", instrument.lot_e8, now.qty),
        _count(arguments, "price", instrument.tick_e8, now.px),
    )


def _count(arguments: dict[str, Any], name: str, unit_e8: int, default: int) -> int:
    value_e8 = decimal_e8(arguments, name)
    if value_e8 is None:
        return default
    count, rest = divmod(value_e8, unit_e8)
    if rest:
        raise OperationRefused(f"{name} {arguments[name]} is no multiple of {format_ticks(1, unit_e8)}")
    return count
