"""CashOrderQty (152): an order for an amount of money becomes one for a quantity when it comes in.

FIX leaves it to the receiver to calculate OrderQty, for the order itself and for all messages that follow (FIX 5.0 SP2
Volume 2, component OrderQtyData; Volume 4, L.1.b). It is done once, at the price that the order names, else at the
reference price, and rounded down to lots; from then on the quantity alone counts, here and at other markets. A replace
gives the new amount of the whole order: what is filled has cost what it has cost, and the rest buys at the new price.
"""

from __future__ import annotations

from typing import Final, TypeVar

from msgspec import structs

from tradsys_oms.core.commands import Instructions, NewOrder, ReplaceOrder
from tradsys_oms.core.decimal_text import format_e8
from tradsys_oms.core.fields import SCALE_E8, OrdRejReason, OrdType
from tradsys_oms.core.limits.prices import reference_px
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.core.risk.terms import Reject, Terms

LIMITED: Final = (OrdType.LIMIT, OrdType.STOP_LIMIT, OrdType.PEGGED)
"""Orders whose Price (44), if they have one, is the worst that they may trade at."""

Asking = TypeVar("Asking", NewOrder, ReplaceOrder)


def with_order_qty(command: Asking, instrument: Instrument, cum_qty: int = 0, cum_notional: int = 0) -> Asking:
    """Give a command with the OrderQty that its CashOrderQty comes to, and the price at which that was calculated.

    `cum_qty` and `cum_notional` are what a replaced order has filled. A command that names both quantities, and one
    whose amount comes to no quantity that an order may have, is given as it came: the chain objects to it.
    """
    asked = command.instructions
    if asked is None or asked.cash_order_qty_e8 is None or command.order_qty_e8 or command.unsupported:
        return command
    px = _px(command.ord_type, command.price_e8, asked, instrument)
    if px <= 0 or asked.cash_order_qty_e8 <= 0:
        return command
    rest = max(asked.cash_order_qty_e8 * SCALE_E8 - cum_notional * instrument.tick_e8 * instrument.lot_e8, 0)
    order_qty = cum_qty + rest // _lot_worth(px, instrument)
    if not 0 < order_qty <= instrument.order_qty_max:
        return command
    asked = structs.replace(asked, cash_px_e8=px * instrument.tick_e8)
    return structs.replace(command, order_qty_e8=order_qty * instrument.lot_e8, instructions=asked)


def impossible_amount(terms: Terms, instrument: Instrument) -> Reject | None:
    """Say why a CashOrderQty came to no quantity, None where there is none or it did."""
    asked = terms.instructions
    if asked is None or asked.cash_order_qty_e8 is None or terms.order_qty_e8:
        return None
    shown, symbol = format_e8(asked.cash_order_qty_e8), instrument.symbol
    if asked.cash_order_qty_e8 <= 0:
        return Reject(OrdRejReason.INCORRECT_QUANTITY, f"CashOrderQty {shown} must be above 0")
    px = _px(terms.ord_type, terms.price_e8, asked, instrument)
    if px <= 0:
        return Reject(OrdRejReason.OTHER, f"CashOrderQty needs a price, and {symbol} has none now: give OrderQty (38)")
    at = format_e8(px * instrument.tick_e8)
    if asked.cash_order_qty_e8 * SCALE_E8 < _lot_worth(px, instrument):
        lot = format_e8(instrument.lot_e8)
        fault = f"CashOrderQty {shown} is less than the lot {lot} of {symbol} costs at {at}"
        return Reject(OrdRejReason.INCORRECT_QUANTITY, fault)
    most = format_e8(instrument.order_qty_max_e8)
    fault = f"CashOrderQty {shown} comes to more than the maximum OrderQty {most} at {at}"
    return Reject(OrdRejReason.ORDER_EXCEEDS_LIMIT, fault)


def _px(ord_type: str, price_e8: int | None, asked: Instructions, instrument: Instrument) -> int:
    """Give the price at which an amount is converted, in ticks; 0 for none."""
    named_e8 = price_e8 if ord_type in LIMITED else asked.stop_px_e8 if ord_type == OrdType.STOP else None
    named = (named_e8 or 0) // instrument.tick_e8
    return named if named > 0 else reference_px(instrument)  # the chain objects to a price that is none


def _lot_worth(px: int, instrument: Instrument) -> int:
    """Give what a lot costs, in units of 1e-16."""
    return px * instrument.tick_e8 * instrument.lot_e8
