"""The price of an auction, and the trades at it.

The price is the one at which most is traded; of several, that with the smallest imbalance, then the nearest to the
reference price, then the higher one. Orders with a least fill take no part: what they would give depends on whom they
meet, and an auction has one answer for all. The trades are those of two queues that face each other, each in its
priority; who came later is nobody's fault, so no side is the aggressor.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tradsys_oms.core.book.book import MARKET_RANK, Book, BookSide, Dark, Level
from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.events import Uncrossed
from tradsys_oms.core.matching import short_sales
from tradsys_oms.core.reference.instruments import INT63_MAX, Instrument
from tradsys_oms.core.reports import fill
from tradsys_oms.core.work import Work
from tradsys_oms.errors import InvariantError

NONE: Final = (0, 0, 0)


def indication(book: Book, reference_px: int) -> tuple[int, int, int]:
    """Give the price at which an auction would uncross now, the quantity, and what would be left at that price.

    In ticks and lots; the imbalance is above 0 where buyers are left, below 0 where sellers are. Without a reference
    price (0) nearness to it does not count. All are 0 where nothing would be traded. Sums over many orders are cut off
    at what the journal's integers can carry.
    """
    best_bid, best_ask = book.bids.best, book.asks.best
    if best_bid is None or best_ask is None or best_bid.rank + best_ask.rank > 0:
        return NONE
    buys, sells = _quantities(book.bids, -best_ask.rank), _quantities(book.asks, -best_bid.rank)
    demand, supply = buys.pop(0, 0), sum(sells.values())
    sells.pop(0, None)
    prices = {*buys, *sells} | ({reference_px} if reference_px else set())
    best = (0, 0, 0, 0, 0)
    for price in sorted(prices, reverse=True):
        demand += buys.get(price, 0)
        distance = abs(price - reference_px) if reference_px else 0
        best = max(best, (min(demand, supply), -abs(demand - supply), -distance, price, demand - supply))
        supply -= sells.get(price, 0)
    qty, _, _, price, imbalance = best
    return (price, min(qty, INT63_MAX), max(-INT63_MAX, min(imbalance, INT63_MAX))) if qty else NONE


def _quantities(side: BookSide, worst_rank: int) -> dict[int, int]:
    """Add up what takes part in an auction by price, no further than `worst_rank`; price 0 is that of market orders."""
    held: dict[int, int] = {}
    for order in side.conditional.values():
        held[order.price] = held.get(order.price, 0) + order.leaves_qty
    found = {}
    for level in side:
        if level.rank > worst_rank:
            break
        qty = level.qty - held.get(level.price, 0)
        if level.dark is not None:
            qty += level.dark.qty
        if qty:
            found[0 if level.rank == MARKET_RANK else level.price] = qty
    return found


def begin(work: Work, instrument: Instrument) -> int:
    """Find the price of an auction that ends and announce it; give the price, 0 for no trade."""
    price, qty, imbalance = indication(instrument.book, instrument.reference_px)
    if price:
        work.events.append(Uncrossed(instrument.symbol, price, qty, imbalance))
        instrument.last_px = instrument.mark = instrument.auction_px = price
        short_sales.traded(work, instrument, price)
        if work.fallen_px:
            short_sales.begin(work, instrument)
    return price


def uncross(work: Work, instrument: Instrument) -> bool:
    """Trade at the price of the auction, as far as this command has room; tell whether all is done."""
    book, price = instrument.book, instrument.uncross_px
    buyers, sellers = _priority(book.bids, -price), _priority(book.asks, price)
    buyer, seller = next(buyers, None), next(sellers, None)
    while buyer is not None and seller is not None:
        if work.is_full:
            work.unfinished(instrument)
            return False
        qty = min(buyer.leaves_qty, seller.leaves_qty)
        trade_index = len(work.events)
        _fill(work, buyer, qty, price, trade_index)
        _fill(work, seller, qty, price, trade_index)
        work.fills += 1
        work.state.trade_count += 1
        instrument.mark = price  # another one may have been set since the auction ended
        if not buyer.leaves_qty:
            buyer = next(buyers, None)
        if not seller.leaves_qty:
            seller = next(sellers, None)
    return True


def _priority(side: BookSide, worst_rank: int) -> Iterator[Order]:
    """Go through the orders that may trade, the first to trade first; each may leave before the next is asked for."""
    level = side.best
    while level is not None and level.rank <= worst_rank:
        for queue in (level, level.dark) if level.dark is not None else (level,):
            order = queue.first
            while order is not None:
                later = order.later
                if order.special is None or not order.special.is_conditional:
                    yield order
                order = later
        level = side.after(level)


def _fill(work: Work, order: Order, qty: int, price: int, trade_index: int) -> None:
    """Fill an order where it stands; it keeps its place, or leaves if nothing is left."""
    queue = order.level
    if not isinstance(queue, Level | Dark):
        raise InvariantError(f"Order {order.order_id} trades in an auction, and stands in no queue.")
    if qty == order.leaves_qty:
        queue.remove(order)
        work.state.orders.finish(order)
    else:
        queue.qty -= qty
    work.events.append(fill(order, qty, price, trade_index, False))
    special = order.special
    if special is not None and special.display_qty:
        special.shown_qty = min(special.display_qty, order.leaves_qty)
