"""The end of a command: what an instrument's new state sets off, step by step until nothing more happens.

Guards come first after each step, because they may end continuous trading, and with it all the rest. What has no room
in this command is left to the next.
"""

from __future__ import annotations

from bisect import bisect_right

from tradsys_oms.core.book.book import Book, BookSide
from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.book.places import special_of
from tradsys_oms.core.fields import ExecType, TriggerPriceType
from tradsys_oms.core.matching import guards
from tradsys_oms.core.matching.market import NO_LIMIT, is_marketable, match
from tradsys_oms.core.matching.pegs import peg_price
from tradsys_oms.core.matching.short_sales import is_barred
from tradsys_oms.core.matching.taking import can_have, least_fill
from tradsys_oms.core.phases.phases import Phase
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.core.work import Work


def settle(work: Work, instrument: Instrument) -> None:
    """Do what an instrument's new state sets off: guards, conditional orders, pegs, stops.

    To be called once, at the end of each command, for each instrument that it touched and that has a reason to look
    twice (`care`).
    """
    is_busy = True
    while is_busy:
        guards.check(work, instrument)
        if instrument.phase != Phase.CONTINUOUS:
            return
        if work.is_full:
            work.unfinished(instrument)
            return
        is_busy = try_conditional(work, instrument) or price_pegs(work, instrument) or trigger_stops(work, instrument)


def try_conditional(work: Work, instrument: Instrument) -> bool:
    """Let the first conditional order trade that can have its least fill now; tell whether there was one."""
    for side in (instrument.book.bids, instrument.book.asks):
        order = _first_conditional(work, instrument, side) if side.conditional else None
        if order is not None:
            order.take_off()
            match(work, order)
            return True
    return False


def _first_conditional(work: Work, instrument: Instrument, side: BookSide) -> Order | None:
    """Give the first conditional order of a side that can have its least fill now, None for none.

    An order for which all that is within its limit is too little is not tried: that would be a walk for each of them.
    """
    opposite = side.opposite
    orders = sorted(side.conditional.values(), key=lambda order: (side.sign * order.price, *age_of(order)))
    bound = guards.bound(instrument, orders[0].side)
    worst_rank = opposite.sign * bound if bound else NO_LIMIT
    ranks, quantities = opposite.within(min(worst_rank, opposite.sign * orders[0].price))
    for order in orders:
        limit, least = min(worst_rank, opposite.sign * order.price), least_fill(order)
        reached = bisect_right(ranks, limit)
        if not reached:
            return None
        if least <= quantities[reached - 1] and can_have(work, order, opposite, limit, least or 1):
            return order
    return None


def price_pegs(work: Work, instrument: Instrument) -> bool:
    """Price the pegged orders again if what they follow has changed; tell whether one has moved."""
    book = instrument.book
    reference = (book.bids.best_shown(), book.asks.best_shown()) if book.pegs else None
    if reference is None or reference == book.peg_reference:
        return False
    book.peg_reference = reference
    has_moved = False
    for order in sorted(book.pegs.values(), key=age_of):
        if order.order_id not in book.pegs:
            continue  # it was filled by one before it
        if work.is_full:
            book.peg_reference = None
            return True
        has_moved = _price_peg(work, book, order, reference) or has_moved
    return has_moved


def _price_peg(work: Work, book: Book, order: Order, reference: tuple[int, int]) -> bool:
    """Give a pegged order its price now, and let it trade at it; tell whether it has changed."""
    special = special_of(order)
    price = peg_price(order, special, reference)
    if price and (is_barred(order, price) or (special.is_post_only and is_marketable(order, price))):
        price = 0
    if price == order.price:
        return False
    order.take_off()
    order.price = price
    if price:
        match(work, order)
    else:
        book.waiting.add(order)
    return True


def trigger_stops(work: Work, instrument: Instrument) -> bool:
    """Take up the stop orders that are triggered now, the oldest first; tell whether there were any.

    Where they are more than a command has room for, the rest is left to the next, and this one ends.
    """
    book = instrument.book
    if not book.stops.orders:
        return False
    prices = {
        TriggerPriceType.LAST_TRADE: instrument.last_px,
        TriggerPriceType.BEST_BID: book.bids.best_shown(),
        TriggerPriceType.BEST_OFFER: book.asks.best_shown(),
    }
    triggered = [order for kind, price in prices.items() if price for order in book.stops.triggered(kind, price)]
    for order in sorted(triggered, key=age_of):
        if instrument.phase != Phase.CONTINUOUS or work.is_full:
            break
        if not work.has_room:
            work.unfinished(instrument)
            return False
        work.orders += 1
        order.take_off()
        special_of(order).stop_px = 0
        work.report(order, ExecType.TRIGGERED)
        match(work, order)
        guards.check(work, instrument)
    return bool(triggered)


def age_of(order: Order) -> tuple[int, int]:
    """Give what sorts special orders by their age."""
    return special_of(order).arrival, order.order_id
