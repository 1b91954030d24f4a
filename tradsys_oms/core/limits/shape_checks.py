"""Limits on what one order may be: its instrument, kind, side, size and price."""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.commands import Limits
from tradsys_oms.core.decimal_text import format_e8
from tradsys_oms.core.fields import SCALE_E8, Side
from tradsys_oms.core.limits.asked import Answer, Asked
from tradsys_oms.core.limits.gate import SIZES_MIN
from tradsys_oms.core.limits.holding import AVERAGE_SCALE
from tradsys_oms.core.limits.prices import reference_px
from tradsys_oms.core.limits.warnings import BASIS_POINTS

LOCATED: Final = "N"
"""LocateReqd (114): the broker need not locate, it was done."""
SELL_SHORT: Final = "5"
PERCENT: Final = SCALE_E8 // 100


def restriction(asked: Asked, limits: Limits) -> Answer | None:
    """The instrument, or the account, may be traded at all; or only what closes a position."""
    if limits.restriction == "close_only" and asked.closes:
        return None
    wants = "this order does not close a position" if limits.restriction == "close_only" else "no orders are taken"
    return Answer(True, limits.restriction, "", wants)


def instruments(asked: Asked, limits: Limits) -> Answer | None:
    """The instrument is one of those that are permitted."""
    symbol = asked.lane.instrument.symbol
    return None if symbol in (limits.instruments or ()) else Answer(True, "", "", f"{symbol} is not among them")


def ord_types(asked: Asked, limits: Limits) -> Answer | None:
    """OrdType (40) is one of those that are permitted."""
    allowed = limits.ord_types or ()
    if asked.ord_type in allowed:
        return None
    return Answer(True, ", ".join(allowed), "", f"OrdType {asked.ord_type} is not among them")


def short_sale(asked: Asked, limits: Limits) -> Answer | None:
    """Short sales (Side 5 and 6) are permitted, and the shares located."""
    if asked.side in (Side.BUY, Side.SELL):
        return None
    if limits.short_sale == "forbidden":
        return Answer(True, limits.short_sale, "", f"Side {asked.side} is not taken")
    if asked.side != SELL_SHORT or asked.locate_reqd == LOCATED:
        return None
    return Answer(True, limits.short_sale, "", "Side 5 needs LocateReqd (114) N")


def long_sale_covered(asked: Asked, limits: Limits) -> Answer | None:
    """What is sold as long is there."""
    if asked.side != Side.SELL or not limits.long_sale_covered or asked.added_qty <= 0 or asked.closes:
        return None
    holding, lot_e8 = asked.lane.holding, asked.lane.instrument.lot_e8
    held, wanted = format_e8(holding.position * lot_e8), format_e8((holding.sell_qty + asked.added_qty) * lot_e8)
    return Answer(True, "", "", f"the position is {held}, and {wanted} would be for sale")


def order_qty_max_e8(asked: Asked, limits: Limits) -> Answer | None:
    """OrderQty is not too large."""
    return _qty(asked, limits.order_qty_max_e8)


def order_notional_max_e8(asked: Asked, limits: Limits) -> Answer | None:
    """Price times quantity is not too large."""
    most = limits.order_notional_max_e8
    notional = asked.lane.instrument.money(asked.order_qty * asked.reserve_px)
    if most is None or notional <= most:
        return None
    return Answer(True, format_e8(most), format_e8(notional))


def market_order_qty_max_e8(asked: Asked, limits: Limits) -> Answer | None:
    """OrderQty of an order without a price is not too large."""
    return _qty(asked, limits.market_order_qty_max_e8) if not asked.price else None


def _qty(asked: Asked, most_e8: int | None) -> Answer | None:
    order_qty_e8 = asked.order_qty * asked.lane.instrument.lot_e8
    if most_e8 is None or order_qty_e8 <= most_e8:
        return None
    return Answer(True, format_e8(most_e8), format_e8(order_qty_e8))


def collar_bps(asked: Asked, limits: Limits) -> Answer | None:
    """The price is near the reference price, in percent of it."""
    reference, distance = _distance(asked)
    if limits.collar_bps is None or distance * BASIS_POINTS <= reference * limits.collar_bps:
        return None
    return _collar(asked, f"{format_e8(limits.collar_bps * PERCENT)}", reference)


def collar_ticks(asked: Asked, limits: Limits) -> Answer | None:
    """The price is near the reference price, in ticks."""
    reference, distance = _distance(asked)
    if limits.collar_ticks is None or (distance <= limits.collar_ticks and (reference or not asked.price)):
        return None
    return _collar(asked, str(limits.collar_ticks), reference)


def _distance(asked: Asked) -> tuple[int, int]:
    reference = reference_px(asked.lane.instrument)
    return reference, abs(asked.price - reference) if asked.price else 0


def _collar(asked: Asked, value: str, reference: int) -> Answer:
    tick_e8 = asked.lane.instrument.tick_e8
    shown, from_where = format_e8(asked.price * tick_e8), format_e8(reference * tick_e8)
    if not reference:
        return Answer(True, value, "", f"there is no price to hold Price {shown} against")
    return Answer(True, value, "", f"Price {shown} is further than that from {from_where}")


def fat_finger_multiple(asked: Asked, limits: Limits) -> Answer | None:
    """OrderQty is not far above what the account is used to in the instrument."""
    holding, multiple = asked.lane.holding, limits.fat_finger_multiple
    if multiple is None or holding.entered < SIZES_MIN:
        return None
    if asked.order_qty * AVERAGE_SCALE <= multiple * holding.average_size:
        return None
    lot_e8 = asked.lane.instrument.lot_e8
    average, wanted = format_e8(holding.average_size * lot_e8 // AVERAGE_SCALE), format_e8(asked.order_qty * lot_e8)
    return Answer(True, str(multiple), "", f"OrderQty {wanted} is more than so many times the average, {average}")


def duplicate_window_ns(asked: Asked, limits: Limits) -> Answer | None:
    """It is not the same order once more."""
    last_ns = asked.lane.holding.recent.get((asked.side, asked.price, asked.order_qty))
    window_ns = limits.duplicate_window_ns
    if window_ns is None or last_ns is None or not asked.added_orders or asked.time_ns - last_ns > window_ns:
        return None
    ago = format_e8((asked.time_ns - last_ns) // 10)
    return Answer(True, format_e8(window_ns // 10), "", f"an order with this side, price and quantity came {ago} s ago")
