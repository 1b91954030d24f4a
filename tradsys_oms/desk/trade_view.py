"""How an operator sees a trade and what an amendment makes of it and of the orders of both sides."""

from __future__ import annotations

from typing import Any, NamedTuple

from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.commands import AmendTrade
from tradsys_oms.core.fields import OrdStatus
from tradsys_oms.core.lifecycle import WHEN_AMENDED_TO_FULL, WHEN_AMENDED_TO_NOTHING, WHEN_AMENDED_TO_PART
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.desk.trade_records import Amended, Trade
from tradsys_oms.fix.decimals import format_average, format_ticks
from tradsys_oms.fix.timestamps import utc_timestamp


class Terms(NamedTuple):
    """Quantity in lots and price in ticks."""

    qty: int
    px: int


def sentences(trade: Trade, now: Terms, command: AmendTrade, instrument: Instrument) -> list[str]:
    """Say what an amendment does, before it is done."""
    what = f"Trade {trade.trade_id} in {instrument.symbol}, {_terms(now, instrument)},"
    done = f"is corrected to {_terms(Terms(command.qty, command.px), instrument)}" if command.qty else "is busted"
    back = "is reinstated, if it is one that can rest and is not blocked" if command.reinstate else "is canceled"
    sentences = [f"{what} {done}; {trade.buy.member} and {trade.sell.member} get a report."]
    if command.qty < now.qty:
        sentences.append(f"An open order gets the quantity back to work; a filled one {back}.")
        sentences.append("What goes back to work trades at once where it can.")
    return sentences


def _terms(terms: Terms, instrument: Instrument) -> str:
    return f"{format_ticks(terms.qty, instrument.lot_e8)} at {format_ticks(terms.px, instrument.tick_e8)}"


def before(order: Order, now: Terms) -> dict[str, Any]:
    """Show the order of a side as it is."""
    return _row(order, now, order.cum_qty, order.cum_notional, order.leaves_qty, order.ord_status)


def after(order: Order, now: Terms, command: AmendTrade) -> dict[str, Any]:
    """Show an order after its trade is amended, by the table of its life cycle."""
    cum_qty = order.cum_qty - now.qty + command.qty
    notional = order.cum_notional - now.qty * now.px + command.qty * command.px
    ord_status, leaves_qty = order.ord_status, order.leaves_qty
    is_filled = ord_status == OrdStatus.FILLED
    if order.level is not None or (is_filled and (command.reinstate or cum_qty >= order.order_qty)):
        leaves_qty = max(order.order_qty - cum_qty, 0)
        column = WHEN_AMENDED_TO_PART if cum_qty else WHEN_AMENDED_TO_NOTHING
        ord_status = (column if leaves_qty else WHEN_AMENDED_TO_FULL)[ord_status]
    elif is_filled:
        ord_status = OrdStatus.CANCELED
    return _row(order, Terms(command.qty, command.px), cum_qty, notional, leaves_qty, ord_status)


def _row(order: Order, terms: Terms, cum_qty: int, notional: int, leaves_qty: int, ord_status: str) -> dict[str, Any]:
    tick_e8, lot_e8 = order.instrument.tick_e8, order.instrument.lot_e8
    return {
        "order_id": order.order_id,
        "member": order.member,
        "side": order.side,
        "last_qty": format_ticks(terms.qty, lot_e8),
        "last_px": format_ticks(terms.px, tick_e8),
        "order_qty": format_ticks(order.order_qty, lot_e8),
        "cum_qty": format_ticks(cum_qty, lot_e8),
        "leaves_qty": format_ticks(leaves_qty, lot_e8),
        "avg_px": format_average(notional, cum_qty, tick_e8),
        "ord_status": ord_status,
    }


def facts(trade: Trade, now: Terms, instrument: Instrument, *, is_amended: bool) -> dict[str, Any]:
    """Say what a trade is by now."""
    return {
        "trade_id": trade.trade_id,
        "time": utc_timestamp(trade.time_ns),
        "symbol": instrument.symbol,
        "status": "busted" if not now.qty else "corrected" if is_amended else "traded",
        "quantity": format_ticks(now.qty, instrument.lot_e8),
        "price": format_ticks(now.px, instrument.tick_e8),
    }


def side(trade: Trade, instrument: Instrument, *, is_buy: bool) -> dict[str, Any]:
    """Say whose a side of a trade was."""
    fill = trade.buy if is_buy else trade.sell
    return {
        "order_id": fill.order_id,
        "exec_id": f"{trade.seq}-{trade.index + (fill is trade.second)}",
        "member": fill.member,
        "session": fill.session,
        "clord_id": fill.clord_id,
        "account": fill.account,
        "aggressor": fill.aggressor,
    }


def amendment(amended: Amended, instrument: Instrument) -> dict[str, Any]:
    """Say what an amendment made of its trade, when and why."""
    command = amended.command
    return {
        "seq": amended.seq,
        "time": utc_timestamp(amended.time_ns),
        "status": "corrected" if command.qty else "busted",
        "quantity": format_ticks(command.qty, instrument.lot_e8),
        "price": format_ticks(command.px, instrument.tick_e8),
        "reinstated": command.reinstate,
        "reason": command.text,
    }
