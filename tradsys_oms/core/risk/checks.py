"""The checks of the chain, one function each: None to pass, a Reject to object.

A request for something that is not supported is always refused in words, never turned into something else. Price (44)
of a market order is the one field that is ignored, as FIX has it: it does not apply.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.decimal_text import format_e8
from tradsys_oms.core.fields import OrdRejReason, OrdType, Side, TimeInForce
from tradsys_oms.core.instruments import Instrument
from tradsys_oms.core.risk.terms import Reject, Terms
from tradsys_oms.core.sessions import SessionState

LIMIT: Final = OrdType.LIMIT
MARKET: Final = OrdType.MARKET
SIDES: Final = (Side.BUY, Side.SELL)

TIMES_IN_FORCE: Final[dict[str, tuple[str, ...]]] = {
    LIMIT: (TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK),
    MARKET: (TimeInForce.DAY, TimeInForce.IOC, TimeInForce.FOK),
}
"""TimeInForce that each supported OrdType may have."""


def may_trade(terms: Terms, instrument: Instrument, session: SessionState) -> Reject | None:
    """The firm, its session and the instrument are enabled."""
    if session.firm.enabled and session.enabled and instrument.enabled:
        return None
    if not session.firm.enabled:
        return Reject(OrdRejReason.OTHER, f"Member {session.member} is disabled")
    if not session.enabled:
        return Reject(OrdRejReason.OTHER, f"Session {session.session} is disabled")
    return Reject(OrdRejReason.EXCHANGE_CLOSED, f"{instrument.symbol} is disabled")


def supported(terms: Terms, instrument: Instrument, session: SessionState) -> Reject | None:
    """Side, OrdType and TimeInForce are ones that our books know, and go together; nothing else is asked for."""
    if terms.unsupported:
        fault = terms.unsupported
    elif terms.side not in SIDES:
        fault = f"Side {terms.side} is not supported"
    elif terms.ord_type not in TIMES_IN_FORCE:
        fault = f"OrdType {terms.ord_type} is not supported"
    elif terms.time_in_force not in TIMES_IN_FORCE[terms.ord_type]:
        fault = f"TimeInForce {terms.time_in_force} is not supported with OrdType {terms.ord_type}"
    else:
        return None
    return Reject(OrdRejReason.UNSUPPORTED_ORDER_CHARACTERISTIC, fault)


def quantity(terms: Terms, instrument: Instrument, session: SessionState) -> Reject | None:
    """The quantity is a number of whole lots, at least one, at most the maximum."""
    order_qty = terms.order_qty
    if 0 < order_qty <= instrument.order_qty_max and order_qty * instrument.lot_e8 == terms.order_qty_e8:
        return None
    shown = format_e8(terms.order_qty_e8)
    if terms.order_qty_e8 <= 0:
        return Reject(OrdRejReason.INCORRECT_QUANTITY, f"OrderQty {shown} must be above 0")
    if terms.order_qty_e8 % instrument.lot_e8:
        lot = format_e8(instrument.lot_e8)
        return Reject(OrdRejReason.INCORRECT_QUANTITY, f"OrderQty {shown} is not a multiple of the lot {lot}")
    most = format_e8(instrument.order_qty_max_e8)
    return Reject(OrdRejReason.ORDER_EXCEEDS_LIMIT, f"OrderQty {shown} is above the maximum {most}")


def price(terms: Terms, instrument: Instrument, session: SessionState) -> Reject | None:
    """A limit order has a price, on the tick and inside the band."""
    price_e8 = terms.price_e8
    if instrument.price_min <= terms.price <= instrument.price_max and terms.price * instrument.tick_e8 == price_e8:
        return None
    if terms.ord_type == MARKET:
        return None
    if price_e8 is None:
        return Reject(OrdRejReason.OTHER, "A limit order needs a Price")
    if price_e8 % instrument.tick_e8:
        fault = f"Price {format_e8(price_e8)} is not a multiple of the tick {format_e8(instrument.tick_e8)}"
        return Reject(OrdRejReason.INVALID_PRICE_INCREMENT, fault)
    return _outside(price_e8, instrument)


def _outside(price_e8: int, instrument: Instrument) -> Reject:
    """Say which limit a price breaks: the band if there is one, else the range that prices have at all."""
    shown = format_e8(price_e8)
    lowest, highest = format_e8(instrument.price_min_e8), format_e8(instrument.price_max_e8)
    if price_e8 <= 0:
        return Reject(OrdRejReason.OTHER, f"Price {shown} must be above 0")
    if instrument.price_band_bps:
        fault = f"Price {shown} is outside the band {lowest} to {highest} of {instrument.symbol}"
        return Reject(OrdRejReason.PRICE_EXCEEDS_CURRENT_PRICE_BAND, fault)
    fault = f"Price {shown} is above {highest}, the highest price of {instrument.symbol}"
    return Reject(OrdRejReason.ORDER_EXCEEDS_LIMIT, fault)


def notional(terms: Terms, instrument: Instrument, session: SessionState) -> Reject | None:
    """Price times quantity is within the limit; a market order counts at the worst price that it may get."""
    most = instrument.order_notional_max
    if not most:
        return None
    worst = instrument.market_price if terms.ord_type == MARKET else terms.price
    if worst * terms.order_qty <= most:
        return None
    shown = f"{format_e8(worst * instrument.tick_e8)} x {format_e8(terms.order_qty_e8)}"
    limit = format_e8(instrument.order_notional_max_e8)
    return Reject(OrdRejReason.ORDER_EXCEEDS_LIMIT, f"Notional {shown} is above the maximum {limit}")
