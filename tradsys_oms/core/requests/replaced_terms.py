"""What a replace may change of an order that is more than plain, and whether the order keeps its place then.

What kind of order it is stays: an iceberg remains one, a peg follows what it followed. A field that the request leaves
out is no longer asked for, which for what makes the kind is a change, and refused. An order keeps its place when nobody
behind it has to wait longer because of the change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tradsys_oms.core.book.asking import make_special
from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.book.places import Stops
from tradsys_oms.core.book.special import Special
from tradsys_oms.core.commands import PLAIN, ReplaceOrder
from tradsys_oms.core.matching.market import is_marketable

NOTHING_SPECIAL: Final = Special()


def make_replacing(command: ReplaceOrder, order: Order, seq: int) -> Special:
    """Make what the order is to be beyond a plain one; its days and its trigger stay as they are."""
    price = (command.price_e8 or 0) // order.instrument.tick_e8
    special = make_special(command.instructions or PLAIN, order.instrument, order.firm, seq, price)
    old = order.special or NOTHING_SPECIAL
    if not isinstance(order.level, Stops):
        special.stop_px = 0
    special.take_origin(old)
    special.day_start_seq = old.day_start_seq
    special.day_start_cum_qty = old.day_start_cum_qty
    special.day_start_notional = old.day_start_notional
    return special


def unchangeable(order: Order, special: Special, order_qty: int, price: int) -> str:
    """Say what an order can't become by a replace, "" if nothing of that is asked for."""
    old = order.special or NOTHING_SPECIAL
    for field, kind in KINDS.items():
        if kind(old) != kind(special):
            return f"Order {order.order_id} can't become another kind of order: {field} must stay"
    is_waiting = isinstance(order.level, Stops)
    if not is_waiting and old.instructions.stop_px_e8 != special.instructions.stop_px_e8:
        return f"StopPx (99) of order {order.order_id} can't change any more: it was triggered"
    if special.is_post_only and not special.peg and _would_trade(order, special, order_qty, price):
        return "ParticipateDontInitiate: the order would trade at once"
    return ""


def _would_trade(order: Order, special: Special, order_qty: int, price: int) -> bool:
    """Tell whether an order with these values would come in again, and trade."""
    if order_qty <= order.cum_qty or keeps_place(order, special, order_qty, price):
        return False
    before = order.special, order.leaves_qty
    order.special, order.leaves_qty = special, order_qty - order.cum_qty
    would_trade = is_marketable(order, price)
    order.special, order.leaves_qty = before
    return would_trade


KINDS: Final[dict[str, Callable[[Special], object]]] = {
    "DisplayQty (1138) above 0": lambda special: special.display_qty > 0,
    "DisplayQty (1138) 0": lambda special: special.is_hidden,
    "ExecInst (18) G": lambda special: special.is_all_or_none,
    "MinQty (110)": lambda special: special.min_qty > 0,
    "ExecInst (18) 6": lambda special: special.is_post_only,
    "PegPriceType (1094)": lambda special: special.instructions.peg_price_type,
    "PegMoveType (835)": lambda special: special.instructions.peg_is_fixed,
}
"""What makes the kind of an order, by the field that says so."""


def keeps_place(order: Order, special: Special, order_qty: int, price: int) -> bool:
    """Tell whether an order stays where it stands with these values."""
    old = order.special or NOTHING_SPECIAL
    is_same_price = special.peg_limit == old.peg_limit if special.peg else price == order.price
    return (
        is_same_price
        and order_qty <= order.order_qty
        and special.display_qty <= old.display_qty
        and (special.min_qty, special.stop_px, special.trigger) == (old.min_qty, old.stop_px, old.trigger)
        and special.peg_offset == old.peg_offset
    )


def stay(order: Order, special: Special) -> None:
    """Give an order that keeps its place its new instructions."""
    old = order.special
    if old is None or special.is_nothing:
        order.special = None if special.is_nothing else special
        return
    for name in LASTING:
        setattr(old, name, getattr(special, name))
    old.shown_qty = min(old.shown_qty, special.display_qty, order.leaves_qty)


LASTING: Final = (
    "instructions",
    "display_qty",
    "cancels_on_halt",
    "expire_ns",
    "expire_date",
    "self_trade_key",
    "self_trade",
)
