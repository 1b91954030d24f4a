"""Trades out of the journal as rows, the last ones first found: it is read backwards, a piece at a time.

The files are read by the command itself, so that a list of trades costs the daemon nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from tradsys_oms.core.events import Execution
from tradsys_oms.core.fields import Side
from tradsys_oms.desk.trade_records import (
    Place,
    Trade,
    VenueTrade,
    amended_at_venue,
    amended_by,
    trades_of,
    venue_trades_of,
)
from tradsys_oms.fix.decimals import format_ticks
from tradsys_oms.fix.timestamps import utc_timestamp
from tradsys_oms.journal.entries import Entry
from tradsys_oms.journal.reader import durable_seq, read_entries

FIRST_PIECE: Final = 20_000
"""Records; each piece before it is four times as long."""
COLUMNS: Final = (
    *("trade_id", "time", "symbol", "quantity", "price", "status", "aggressor"),
    *("buy_order_id", "buy_member", "sell_order_id", "sell_member", "venue"),
)


class Terms(NamedTuple):
    """What a trade is by now, in lots and ticks."""

    qty: int
    px: int


class Wanted(NamedTuple):
    """Which trades; "" and 0 stand for any."""

    symbol: str
    order_id: int
    after_seq: int
    limit: int

    def has(self, *fills: Execution) -> bool:
        """Tell if a trade with these sides is wanted."""
        orders = [fill.order_id for fill in fills]
        return self.symbol in ("", fills[0].symbol) and (not self.order_id or self.order_id in orders)


def last_trades(directory: Path, units: Mapping[str, Sequence[int]], wanted: Wanted) -> list[dict[str, Any]]:
    """Give the last trades that are wanted, oldest first; `units` has tick and lot of each symbol, in 1e-8."""
    trades: list[Trade | VenueTrade] = []
    amended: dict[Place, Terms] = {}
    end, size = durable_seq(directory), FIRST_PIECE
    while end > wanted.after_seq and len(trades) < wanted.limit:
        start = max(wanted.after_seq, end - size)
        found: list[Trade | VenueTrade] = []
        later, amended = amended, {}
        for entry in _piece(directory, start, end):
            found += (trade for trade in trades_of(entry) if wanted.has(trade.first, trade.second))
            found += (trade for trade in venue_trades_of(entry) if wanted.has(trade.fill))
            amended |= _amendments(entry)
        amended |= later
        trades = found + trades
        end, size = start, size * 4
    return [_row(trade, amended.get((trade.seq, trade.index)), units) for trade in trades[-wanted.limit :]]


def _amendments(entry: Entry) -> dict[Place, Terms]:
    """Give what a record makes of trades, by their places."""
    made = {place: Terms(event.last_qty, event.last_px) for place, event in amended_at_venue(entry)}
    ours = amended_by(entry)
    if ours is not None:
        command = ours.command
        made[command.trade_seq, command.trade_index] = Terms(command.qty, command.px)
    return made


def _piece(directory: Path, start: int, end: int) -> Iterator[Entry]:
    """Read the records behind `start`, up to `end`."""
    for entry in read_entries(directory, start):
        if entry.seq > end:
            return
        yield entry


def _row(trade: Trade | VenueTrade, amended: Terms | None, units: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    fill = trade.fill if isinstance(trade, VenueTrade) else trade.first
    tick_e8, lot_e8 = units[fill.symbol]
    qty, px = amended or (fill.last_qty, fill.last_px)
    return {
        "trade_id": trade.trade_id,
        "time": utc_timestamp(trade.time_ns),
        "symbol": fill.symbol,
        "quantity": format_ticks(qty, lot_e8),
        "price": format_ticks(px, tick_e8),
        "status": "traded" if amended is None else "corrected" if qty else "busted",
        "aggressor": fill.side if fill.aggressor else "",
        **_sides(trade),
    }


def _sides(trade: Trade | VenueTrade) -> dict[str, Any]:
    """Give both sides, of a trade at a venue ours alone."""
    if isinstance(trade, VenueTrade):
        is_buy = trade.fill.side == Side.BUY
        buy, sell = (trade.fill, None) if is_buy else (None, trade.fill)
        return {**_side("buy", buy), **_side("sell", sell), "venue": trade.venue}
    return {**_side("buy", trade.buy), **_side("sell", trade.sell), "venue": ""}


def _side(name: str, fill: Execution | None) -> dict[str, Any]:
    order_id, member = ("", "") if fill is None else (fill.order_id, fill.member)
    return {f"{name}_order_id": order_id, f"{name}_member": member}
