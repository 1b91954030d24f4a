"""The checks of the chain, one function each: None to pass, a Reject to object.

A request for something that is not supported is always refused in words, never turned into something else. Price (44)
of a market order is the one field that is ignored, as FIX has it: it does not apply.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.commands import Instructions
from tradsys_oms.core.decimal_text import format_e8
from tradsys_oms.core.fields import ExecInst, OrdRejReason, OrdType, Side, TimeInForce
from tradsys_oms.core.phases.phases import PHASES, Phase
from tradsys_oms.core.reference.instruments import INT63_MAX, Instrument
from tradsys_oms.core.reference.sessions import SessionState
from tradsys_oms.core.risk.cash import impossible_amount
from tradsys_oms.core.risk.combinations import TIMES_IN_FORCE, impossible
from tradsys_oms.core.risk.terms import Reject, Terms

SIDES: Final = (Side.BUY, Side.SELL, Side.SELL_SHORT, Side.SELL_SHORT_EXEMPT)

AUCTION_ONLY: Final = (TimeInForce.GTC, TimeInForce.GTD, TimeInForce.GTX)
"""TimeInForce of market orders that rest, which they do in auctions only."""
PRICED: Final = (OrdType.LIMIT, OrdType.STOP_LIMIT)
"""Orders that need a Price (44); a pegged one may have one, for the others it does not apply."""


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
    elif not (fault := impossible(terms) or _unmatched(terms, instrument)):
        return None
    return Reject(OrdRejReason.UNSUPPORTED_ORDER_CHARACTERISTIC, fault)


def _unmatched(terms: Terms, instrument: Instrument) -> str:
    """Say what the instrument's matching has no answer to, "" for nothing."""
    asked = terms.instructions
    if asked is None or instrument.rules.matching != "pro_rata":
        return ""
    is_conditional = asked.min_qty_e8 or ExecInst.ALL_OR_NONE in asked.exec_inst
    return f"MinQty (110) and ExecInst (18) G are not supported: {instrument.symbol} matches pro rata" * bool(
        is_conditional
    )


def admitted(terms: Terms, instrument: Instrument, session: SessionState) -> Reject | None:
    """The phase takes such an order now."""
    phase, rules = instrument.phase, PHASES[instrument.phase]
    if not rules.takes_orders or instrument.uncross_px:
        state = "being uncrossed" if instrument.uncross_px else phase
        return Reject(OrdRejReason.EXCHANGE_CLOSED, f"{instrument.symbol} is {state}: no orders are taken")
    if terms.ord_type not in rules.ord_types:
        fault = f"OrdType {terms.ord_type}"
    elif terms.time_in_force not in rules.times_in_force:
        fault = f"TimeInForce {terms.time_in_force}"
    elif phase == Phase.CONTINUOUS and terms.ord_type == OrdType.MARKET and terms.time_in_force in AUCTION_ONLY:
        fault = f"TimeInForce {terms.time_in_force} with OrdType {terms.ord_type}"
    elif phase != Phase.CONTINUOUS and terms.instructions is not None and _is_continuous_only(terms.instructions):
        fault = "MinQty, hidden quantity, ExecInst G or 6, or a fixed peg"
    else:
        return None
    return Reject(
        OrdRejReason.UNSUPPORTED_ORDER_CHARACTERISTIC, f"{fault} is not taken while {instrument.symbol} is {phase}"
    )


def _is_continuous_only(asked: Instructions) -> bool:
    return (
        asked.min_qty_e8 != 0
        or asked.display_qty_e8 == 0
        or asked.peg_is_fixed
        or ExecInst.ALL_OR_NONE in asked.exec_inst
        or ExecInst.POST_ONLY in asked.exec_inst
    )


def quantity(terms: Terms, instrument: Instrument, session: SessionState) -> Reject | None:
    """The quantity is a number of whole lots, at least one, at most the maximum."""
    order_qty = terms.order_qty
    if 0 < order_qty <= instrument.order_qty_max and order_qty * instrument.lot_e8 == terms.order_qty_e8:
        return None
    amount = impossible_amount(terms, instrument)
    if amount is not None:
        return amount
    shown = format_e8(terms.order_qty_e8)
    if terms.order_qty_e8 <= 0:
        return Reject(OrdRejReason.INCORRECT_QUANTITY, f"OrderQty {shown} must be above 0")
    if terms.order_qty_e8 % instrument.lot_e8:
        lot = format_e8(instrument.lot_e8)
        return Reject(OrdRejReason.INCORRECT_QUANTITY, f"OrderQty {shown} is not a multiple of the lot {lot}")
    most = format_e8(instrument.order_qty_max_e8)
    return Reject(OrdRejReason.ORDER_EXCEEDS_LIMIT, f"OrderQty {shown} is above the maximum {most}")


def quantities(terms: Terms, instrument: Instrument, session: SessionState) -> Reject | None:
    """DisplayQty and MinQty are whole lots, within OrderQty."""
    asked = terms.instructions
    if asked is None:
        return None
    for name, quantity_e8 in (("DisplayQty", asked.display_qty_e8 or 0), ("MinQty", asked.min_qty_e8)):
        if quantity_e8 % instrument.lot_e8 or not 0 <= quantity_e8 <= terms.order_qty_e8:
            lot = format_e8(instrument.lot_e8)
            fault = f"{name} {format_e8(quantity_e8)} must be a multiple of the lot {lot}, and at most OrderQty"
            return Reject(OrdRejReason.INCORRECT_QUANTITY, fault)
    return None


def price(terms: Terms, instrument: Instrument, session: SessionState) -> Reject | None:
    """A limit order has a price, on the tick and inside the band."""
    price_e8 = terms.price_e8
    if instrument.price_min <= terms.price <= instrument.price_max and terms.price * instrument.tick_e8 == price_e8:
        return None
    if terms.ord_type not in PRICED and (price_e8 is None or not _may_be_priced(terms)):
        return None
    if price_e8 is None:
        return Reject(OrdRejReason.OTHER, "A limit order needs a Price")
    if price_e8 % instrument.tick_e8:
        fault = f"Price {format_e8(price_e8)} is not a multiple of the tick {format_e8(instrument.tick_e8)}"
        return Reject(OrdRejReason.INVALID_PRICE_INCREMENT, fault)
    return _outside(price_e8, instrument)


def _may_be_priced(terms: Terms) -> bool:
    """Tell that a Price (44) counts if there is one: the limit of a peg, a new price for what is left over as limit."""
    return terms.ord_type == OrdType.PEGGED or (terms.ord_type == OrdType.MARKET_TO_LIMIT and terms.is_replace)


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


def prices(terms: Terms, instrument: Instrument, session: SessionState) -> Reject | None:
    """StopPx is a price on the tick, and the offset of a peg a number of ticks."""
    asked = terms.instructions
    if asked is None:
        return None
    tick_e8, stop_px_e8 = instrument.tick_e8, asked.stop_px_e8
    if stop_px_e8 is not None and (stop_px_e8 <= 0 or stop_px_e8 > INT63_MAX // 2):
        return Reject(OrdRejReason.OTHER, f"StopPx {format_e8(stop_px_e8)} must be above 0")
    for name, price_e8 in (("StopPx", stop_px_e8 or 0), ("PegOffsetValue", asked.peg_offset_e8)):
        if price_e8 % tick_e8:
            fault = f"{name} {format_e8(price_e8)} is not a multiple of the tick {format_e8(tick_e8)}"
            return Reject(OrdRejReason.INVALID_PRICE_INCREMENT, fault)
    return None


def notional(terms: Terms, instrument: Instrument, session: SessionState) -> Reject | None:
    """Price times quantity is within the limit; a market order counts at the worst price that it may get."""
    most = instrument.order_notional_max
    if not most:
        return None
    is_limited = terms.ord_type in PRICED or (terms.ord_type == OrdType.PEGGED and terms.price)
    worst = terms.price if is_limited else instrument.market_price
    if worst * terms.order_qty <= most:
        return None
    shown = f"{format_e8(worst * instrument.tick_e8)} x {format_e8(terms.order_qty_e8)}"
    limit = format_e8(instrument.order_notional_max_e8)
    return Reject(OrdRejReason.ORDER_EXCEEDS_LIMIT, f"Notional {shown} is above the maximum {limit}")


def short_sale(terms: Terms, instrument: Instrument, session: SessionState) -> Reject | None:
    """While short sales are restricted, one that is not exempt is a Limit order above the best bid (SEC Rule 201)."""
    if terms.side != Side.SELL_SHORT or not instrument.short_sale_restricted:
        return None
    symbol = instrument.symbol
    if terms.ord_type != OrdType.LIMIT:
        fault = f"only Limit orders are taken, not OrdType {terms.ord_type}"
        return Reject(OrdRejReason.EXCHANGE_OPTION, f"SEC Rule 201: short sales of {symbol} are restricted, {fault}")
    best_bid = instrument.book.bids.best_displayed()
    if terms.price > best_bid:
        return None
    shown, bid = format_e8(terms.price * instrument.tick_e8), format_e8(best_bid * instrument.tick_e8)
    fault = f"Price {shown} is not above the best bid {bid}"
    return Reject(OrdRejReason.EXCHANGE_OPTION, f"SEC Rule 201: short sales of {symbol} are restricted, {fault}")
