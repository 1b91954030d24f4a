"""Trades out of the journal as rows, the last ones first found: it is read backwards, a piece at a time.

The files are read by the command itself, so that a list of trades costs the daemon nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from tradsys_oms.core.events import Execution
from tradsys_oms.desk.trade_records import Amended, Trade, amended_by, trades_of
from tradsys_oms.fix.decimals import format_ticks
from tradsys_oms.fix.timestamps import utc_timestamp
from tradsys_oms.journal.entries import Entry
from tradsys_oms.journal.reader import durable_seq, read_entries

FIRST_PIECE: Final = 20_000
"""Records; each piece before it is four times as long."""
COLUMNS: Final = (
    *("trade_id", "time", "symbol", "quantity", "price", "status", "aggressor"),
    *("buy_order_id", "buy_member", "sell_order_id", "sell_member"),
)


class Wanted(NamedTuple):
    """Which trades; "" and 0 stand for any."""

    symbol: str
    order_id: int
    after_seq: int
    limit: int

    def has(self, trade: Trade) -> bool:
        """Tell if a trade is wanted."""
        orders = (trade.first.order_id, trade.second.order_id)
        return self.symbol in ("", trade.first.symbol) and (not self.order_id or self.order_id in orders)


def last_trades(directory: Path, units: Mapping[str, Sequence[int]], wanted: Wanted) -> list[dict[str, Any]]:
    """Give the last trades that are wanted, oldest first; `units` has tick and lot of each symbol, in 1e-8."""
    trades: list[Trade] = []
    amended: dict[tuple[int, int], Amended] = {}
    end, size = durable_seq(directory), FIRST_PIECE
    while end > wanted.after_seq and len(trades) < wanted.limit:
        start = max(wanted.after_seq, end - size)
        found: list[Trade] = []
        later, amended = amended, {}
        for entry in _piece(directory, start, end):
            found += (trade for trade in trades_of(entry) if wanted.has(trade))
            amendment = amended_by(entry)
            if amendment is not None:
                amended[amendment.command.trade_seq, amendment.command.trade_index] = amendment
        amended |= later
        trades = found + trades
        end, size = start, size * 4
    return [_row(trade, amended.get((trade.seq, trade.index)), units) for trade in trades[-wanted.limit :]]


def _piece(directory: Path, start: int, end: int) -> Iterator[Entry]:
    """Read the records behind `start`, up to `end`."""
    for entry in read_entries(directory, start):
        if entry.seq > end:
            return
        yield entry


def _row(trade: Trade, amended: Amended | None, units: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    fill = trade.first
    tick_e8, lot_e8 = units[fill.symbol]
    qty, px = (fill.last_qty, fill.last_px) if amended is None else (amended.command.qty, amended.command.px)
    return {
        "trade_id": trade.trade_id,
        "time": utc_timestamp(trade.time_ns),
        "symbol": fill.symbol,
        "quantity": format_ticks(qty, lot_e8),
        "price": format_ticks(px, tick_e8),
        "status": "traded" if amended is None else "corrected" if qty else "busted",
        "aggressor": fill.side if fill.aggressor else "",
        **_side("buy", trade.buy),
        **_side("sell", trade.sell),
    }


def _side(name: str, fill: Execution) -> dict[str, Any]:
    return {f"{name}_order_id": fill.order_id, f"{name}_member": fill.member}
