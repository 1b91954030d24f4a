"""What an order does when it comes to the market: it waits for its time, trades, rests, or is canceled.

The same for one that comes by message, by a trigger, with a new price, or back from an operator.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.book.book import MARKET_RANK, BookSide
from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.fields import ExecRestatementReason, ExecType, OrdType, TimeInForce
from tradsys_oms.core.matching import guards
from tradsys_oms.core.matching.short_sales import BARRED, is_barred
from tradsys_oms.core.matching.taking import can_have, fillable, least_fill, take
from tradsys_oms.core.phases.phases import Phase
from tradsys_oms.core.reference.instruments import BASIS_POINTS
from tradsys_oms.core.work import FILLS_MAX, Work

NO_LIQUIDITY: Final = "No liquidity: rest of the market order canceled"
IOC_REST: Final = "Immediate or cancel: rest canceled"
FOK_KILLED: Final = "Fill or kill: the whole quantity is not available"
FILLS_END: Final = f"Rest canceled after {FILLS_MAX} fills, the most that there may be at once"
BEYOND_BAND: Final = "an order would have traded outside of the price band"
NO_LIMIT: Final = -MARKET_RANK
"""The rank of a limit that any price is within."""
WITHOUT_LIMIT: Final = (OrdType.MARKET, OrdType.STOP)
"""Orders that don't rest in continuous trading."""


def arrive(work: Work, order: Order) -> None:
    """Bring an accepted order, which stands nowhere, to where its type and the phase put it."""
    instrument, special = order.instrument, order.special
    book = instrument.book
    if special is not None and special.stop_px:
        book.stops.add(order)
    elif order.time_in_force == TimeInForce.ATC and instrument.phase != Phase.CLOSING_AUCTION:
        book.waiting.add(order)
    elif special is not None and special.peg:
        book.pegs[order.order_id] = order
        book.peg_reference = None
        order.price = 0
        book.waiting.add(order)
    elif instrument.phase == Phase.CONTINUOUS:
        match(work, order)
    else:
        book.side(order.side).rest(order)


def match(work: Work, order: Order) -> None:
    """Trade an order in continuous trading; rest, cancel or finish what is left."""
    instrument, special = order.instrument, order.special
    if work.state.mass_requests:
        killed = work.state.risk.killed(order.lane)
        if killed is not None:  # the kill switch has just not come to it yet
            work.cancel(order, killed)
            return
    is_conditional = special is not None and special.is_conditional  # it waits, as `least_fill` says
    if instrument.short_sale_restricted and not is_conditional and is_barred(order, order.price):
        work.cancel(order, BARRED)
        return
    own = instrument.book.side(order.side)
    opposite, fills = own.opposite, work.fills
    limit = limit_rank(order, opposite)
    if opposite.best is not None and opposite.best.rank <= limit:
        bound = guards.bound(instrument, order.side)
        bounded = min(limit, opposite.sign * bound) if bound else limit
        least = order.leaves_qty if order.time_in_force == TimeInForce.FOK else least_fill(order)
        is_enough = not least or can_have(work, order, opposite, bounded, least)
        if is_enough and take(work, order, opposite, bounded):
            return
        if bounded < limit and not work.is_full and _calls_auction(order) and is_stopped(order, opposite, limit):
            work.auction_reason = BEYOND_BAND
    _leave(work, order, own, is_traded=work.fills > fills)


def limit_rank(order: Order, opposite: BookSide) -> int:
    """Give the rank of the worst level that an order may trade with: its limit, or its protection."""
    if order.price:
        return opposite.sign * order.price
    protection_bps = order.instrument.rules.market_protection_bps
    if not protection_bps or opposite.best is None:
        return NO_LIMIT
    price = opposite.best.price
    return opposite.best.rank + price * protection_bps // BASIS_POINTS


def _calls_auction(order: Order) -> bool:
    """Tell that an order that a band stops calls an auction; pegs and conditional ones just stop."""
    special = order.special
    if not order.leaves_qty or order.time_in_force == TimeInForce.FOK:
        return False
    return special is None or not (special.peg or special.is_conditional)


def _leave(work: Work, order: Order, own: BookSide, *, is_traded: bool) -> None:
    """Do with an order what it may do after it took what it could."""
    if not order.leaves_qty:
        work.state.orders.finish(order)
    elif work.is_full:
        work.cancel(order, FILLS_END)
    elif order.time_in_force == TimeInForce.FOK:
        work.cancel(order, FOK_KILLED)
    elif order.ord_type in WITHOUT_LIMIT:
        work.cancel(order, NO_LIQUIDITY)
    elif order.time_in_force == TimeInForce.IOC:
        work.cancel(order, IOC_REST)
    elif not order.price and not is_traded:
        work.cancel(order, NO_LIQUIDITY)
    elif not order.price:
        order.price = order.instrument.last_px
        own.rest(order)
        work.report(order, ExecType.RESTATED, "", ExecRestatementReason.REPRICING)
    else:
        own.rest(order)


def is_stopped(order: Order, opposite: BookSide, limit_rank: int) -> bool:
    """Tell that there is somebody within the limit of an order, be it one of its own, who would trade with it."""
    level = opposite.best
    while level is not None and level.rank <= limit_rank:
        for queue in (level, level.dark) if level.dark is not None else (level,):
            if any(least_fill(resting) <= order.leaves_qty for resting in queue):
                return True
        level = opposite.after(level)
    return False


def is_marketable(order: Order, price: int) -> bool:
    """Tell whether an order could trade at once at `price`; in an auction nobody can."""
    opposite = order.instrument.book.side(order.side).opposite
    return order.instrument.phase == Phase.CONTINUOUS and fillable(order, opposite, opposite.sign * price) > 0
