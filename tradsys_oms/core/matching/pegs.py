"""The price of a pegged order: what it follows, plus its offset, within its limits."""

from __future__ import annotations

from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.book.special import Special
from tradsys_oms.core.fields import PegPriceType, Side
from tradsys_oms.core.matching import guards
from tradsys_oms.core.reference.instruments import Instrument


def peg_price(order: Order, special: Special, reference: tuple[int, int]) -> int:
    """Give the price of an order that follows the best bid and offer `reference` (0 for none); 0 for no price."""
    bid, offer = reference
    is_buy = order.side == Side.BUY
    price = followed_price(special.peg, is_buy, bid, offer)
    if not price:
        return 0
    price += special.peg_offset
    bound = guards.bound(order.instrument, order.side)
    if is_buy:
        price = min(price, special.peg_limit or price, offer - 1 if offer else price, bound or price)
    else:
        price = max(price, special.peg_limit, bid + 1 if bid else price, bound)
    return price if is_possible(order.instrument, price) else 0


def followed_price(peg: str, is_buy: bool, bid: int, offer: int) -> int:
    """Give the price that a peg of this kind follows, 0 for none."""
    if peg == PegPriceType.MID:
        return (bid + offer + (not is_buy)) // 2 if bid and offer else 0
    return bid if (peg == PegPriceType.PRIMARY) == is_buy else offer


def fixed_price(order: Order, special: Special) -> int:
    """Give the price of an order that takes it once, as it comes; 0 for no price."""
    book, is_buy = order.instrument.book, order.side == Side.BUY
    asked = special.instructions
    price = followed_price(asked.peg_price_type, is_buy, book.bids.best_shown(), book.asks.best_shown())
    if not price:
        return 0
    price += special.peg_offset
    if order.price:
        price = min(price, order.price) if is_buy else max(price, order.price)
    return price if is_possible(order.instrument, price) else 0


def is_possible(instrument: Instrument, price: int) -> bool:
    """Tell that a peg may have this price."""
    return 1 <= price <= instrument.price_max
