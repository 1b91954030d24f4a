"""What the chain looks at, and what it says when it objects."""

from __future__ import annotations

from msgspec import Struct

from tradsys_oms.core.commands import Instructions, NewOrder, ReplaceOrder
from tradsys_oms.core.reference.instruments import Instrument


class Terms(Struct, gc=False):
    """What is asked for by a new order or by a replace: the asker's own numbers, and what they come to in lots and
    ticks.

    `order_qty` and `price` are rounded down, a missing price is 0; the checks see to it that nothing rounded goes on.
    """

    side: str
    ord_type: str
    time_in_force: str
    order_qty_e8: int
    price_e8: int | None
    unsupported: str
    order_qty: int
    price: int
    instructions: Instructions | None = None
    is_replace: bool = False


class Reject(Struct, frozen=True, gc=False):
    """An objection: OrdRejReason (103) and a sentence for Text (58)."""

    reason: int
    text: str


def terms_of(command: NewOrder | ReplaceOrder, instrument: Instrument) -> Terms:
    """Count what a command asks for in lots and ticks of its instrument."""
    return Terms(
        command.side,
        command.ord_type,
        command.time_in_force,
        command.order_qty_e8,
        command.price_e8,
        command.unsupported or _wrong_currency(command.currency, instrument),
        command.order_qty_e8 // instrument.lot_e8,
        (command.price_e8 or 0) // instrument.tick_e8,
        command.instructions,
        isinstance(command, ReplaceOrder),
    )


def _wrong_currency(currency: str, instrument: Instrument) -> str:
    """Say that Currency (15) is not what the instrument trades in, "" if it is or was left out."""
    if currency in ("", instrument.currency):
        return ""
    return f"Currency (15) {currency} is not supported: {instrument.symbol} trades in {instrument.currency}"
