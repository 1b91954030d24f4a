"""Values as operators read them: decimals in place of ticks and lots, times to the second, FIX's codes for the rest."""

from __future__ import annotations

from typing import Any

from tradsys_oms.core.book.orders import Order
from tradsys_oms.fix.decimals import format_average, format_e8, format_ticks
from tradsys_oms.fix.session import SECOND_CHARACTERS
from tradsys_oms.fix.timestamps import utc_timestamp


def utc_second(time_ns: int) -> str:
    """Print a time in UTC to the second, "" for never."""
    return utc_timestamp(time_ns)[:SECOND_CHARACTERS] if time_ns else ""


def order_row(order: Order) -> dict[str, Any]:
    """Give an order as plain values."""
    tick_e8, lot_e8 = order.instrument.tick_e8, order.instrument.lot_e8
    return {
        "order_id": order.order_id,
        "clord_id": order.clord_id,
        "session": order.session,
        "member": order.firm.name,
        "account": order.account,
        "symbol": order.symbol,
        "side": order.side,
        "ord_type": order.ord_type,
        "time_in_force": order.time_in_force,
        "order_qty": format_ticks(order.order_qty, lot_e8),
        "price": format_ticks(order.price, tick_e8) if order.price else None,
        "cum_qty": format_ticks(order.cum_qty, lot_e8),
        "leaves_qty": format_ticks(order.leaves_qty, lot_e8),
        "avg_px": format_average(order.cum_notional, order.cum_qty, tick_e8),
        "ord_status": order.ord_status,
        "instructions": _instructions(order),
    }


def _instructions(order: Order) -> str:
    """Say what the order asks for beyond quantity, price and time in force, "" for nothing."""
    if order.special is None:
        return ""
    asked = order.special.instructions
    words = {
        "StopPx": "" if asked.stop_px_e8 is None else format_e8(asked.stop_px_e8),
        "TriggerPriceType": asked.trigger_price_type,
        "DisplayQty": "" if asked.display_qty_e8 is None else format_e8(asked.display_qty_e8),
        "MinQty": format_e8(asked.min_qty_e8) if asked.min_qty_e8 else "",
        "ExecInst": asked.exec_inst,
        "PegPriceType": asked.peg_price_type,
        "PegOffsetValue": format_e8(asked.peg_offset_e8) if asked.peg_offset_e8 else "",
        "ExpireTime": utc_timestamp(asked.expire_time_ns) if asked.expire_time_ns else "",
        "ExpireDate": str(asked.expire_date or ""),
        "SelfMatchPreventionID": asked.self_match_id,
        "CashOrderQty": "" if asked.cash_order_qty_e8 is None else format_e8(asked.cash_order_qty_e8),
        "ManualOrderIndicator": "Y" if asked.is_manual else "",
        "lost ClOrdID": asked.lost_clord_id,
    }
    return ", ".join(f"{name} {word}" for name, word in words.items() if word)
