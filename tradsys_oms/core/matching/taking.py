"""What an incoming order takes from the other side, in books and for orders that are more than plain.

The walk goes level by level as far as a limit, in a level through what is shown and then through what is dark, at the
price of what rests there. How the quantity is shared among the orders of a level is a table; which orders are met and
what they can give is the same for all. `core.matching.plain` has the short way for plain books.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from tradsys_oms.core.book.book import BookSide, Dark, Level, Queue, shown_qty
from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.matching import guards
from tradsys_oms.core.matching.self_trade import CANCEL_OLDEST, key_of, policy_of, prevent
from tradsys_oms.core.matching.short_sales import is_barred
from tradsys_oms.core.reference.instruments import BASIS_POINTS
from tradsys_oms.core.reports import fill
from tradsys_oms.core.work import Work
from tradsys_oms.errors import InvariantError

PRO_RATA: Final = "pro_rata"
LEAD_MARKET_MAKER: Final = "lead_market_maker"
NEVER: Final = 2**62
"""A least fill that nobody can give."""
Sharing: TypeAlias = Callable[[Work, Order, Level], bool]
"""Trades an order with a level; tells whether self-trade prevention has canceled it."""


def least_fill(order: Order) -> int:
    """Give the least that the order may trade at once, by MinQty (110) or AllOrNone; 0 for any quantity.

    A conditional order may stand at a price that others bid, so the price test of short sales asks here: such an order
    trades nothing as long as it would fail it.
    """
    special = order.special
    if special is None:
        return 0
    if special.is_conditional and is_barred(order, order.price):
        return NEVER
    if special.is_all_or_none:
        return order.leaves_qty
    return min(order.leaves_qty, max(0, special.min_qty - order.cum_qty))


def fillable(order: Order, side: BookSide, limit_rank: int) -> int:
    """Give what `take` would trade; nothing changes."""
    key, is_passing = key_of(order), policy_of(order) == CANCEL_OLDEST
    left = order.leaves_qty
    for level in side:
        if level.rank > limit_rank or not left:
            break
        at_level = left
        for queue in (level, level.dark) if level.dark is not None else (level,):
            for resting in queue:
                if key and key == key_of(resting):
                    if is_passing:
                        continue
                    left = left if queue is level.dark else _left_before_own(order, level, at_level)
                    return order.leaves_qty - left
                if least_fill(resting) <= left:
                    left -= min(left, resting.leaves_qty)
                    if not (left or key):
                        return order.leaves_qty
    return order.leaves_qty - left


def can_have(work: Work, order: Order, side: BookSide, limit_rank: int, least: int) -> bool:
    """Tell whether `take` would trade `least` of an order, in no more trades than the command may still make."""
    matching = order.instrument.rules.matching
    parts = side.parts(limit_rank, least, whole_levels=matching == PRO_RATA)
    if matching == LEAD_MARKET_MAKER:
        parts *= 2  # the lead's orders may trade twice
    if parts > work.fills_left:
        return False
    return fillable(order, side, limit_rank) >= least


def _left_before_own(order: Order, level: Level, left: int) -> int:
    """Give what an order that has `left` at a level still has when it meets one of its own in the shown queue.

    It is met before what icebergs show next, and perhaps not at all: the shares of the others come first.
    """
    rules, key = order.instrument.rules, key_of(order)
    if rules.matching == PRO_RATA and left < sum(shown_qty(other) for other in level if key_of(other) != key):
        return 0
    reserved = left * rules.lead_share_bps // BASIS_POINTS if rules.matching == LEAD_MARKET_MAKER else 0
    given, is_before = 0, True
    for other in level:
        is_own = key_of(other) == key
        is_before = is_before and not is_own
        leads_qty = min(reserved, shown_qty(other)) if other.member == rules.lead_member and not is_own else 0
        reserved -= leads_qty
        given += shown_qty(other) if is_before else leads_qty
    return max(0, left - given)


def take(work: Work, order: Order, side: BookSide, limit_rank: int) -> bool:
    """Trade an order that stands nowhere with `side`, as far as `limit_rank`; tell whether it was canceled meanwhile.

    What it has left then is the caller's to rest, cancel or finish.
    """
    instrument = order.instrument
    share = SHARINGS[instrument.rules.matching]
    level = side.best
    while level is not None and order.leaves_qty and level.rank <= limit_rank and not work.is_full:
        fills = work.fills
        is_canceled = share(work, order, level)
        if work.fills > fills:
            instrument.last_px = instrument.mark = level.price
            guards.traded(work, instrument, level.price)
        if is_canceled:
            return True
        level = side.after(level)
    return False


def price_time(work: Work, order: Order, level: Level) -> bool:
    """The order that came first trades first."""
    if _through(work, order, level):
        return True
    return level.dark is not None and _through(work, order, level.dark)


def pro_rata(work: Work, order: Order, level: Level) -> bool:
    """What is shown trades in proportion to its size, what the rounding leaves in the order of the queue."""
    key = key_of(order)
    offers = [(resting, shown_qty(resting)) for resting in level if not key or key_of(resting) != key]
    total, incoming = sum(offered for _, offered in offers), order.leaves_qty
    if incoming >= total:
        return price_time(work, order, level)
    shares = [incoming * offered // total for _, offered in offers]
    rest = incoming - sum(shares)
    for (resting, offered), share in zip(offers, shares, strict=True):
        extra = min(rest, offered - share)
        rest -= extra
        if share + extra and not work.is_full:
            _trade(work, order, resting, share + extra)
    return False


def lead_market_maker(work: Work, order: Order, level: Level) -> bool:
    """The lead market maker has a part of it first, then the order that came first."""
    rules, key = order.instrument.rules, key_of(order)
    reserved = order.leaves_qty * rules.lead_share_bps // BASIS_POINTS
    for resting in [resting for resting in level if resting.member == rules.lead_member]:
        qty = min(reserved, shown_qty(resting))
        if qty and not work.is_full and not (key and key == key_of(resting)):
            reserved -= qty
            _trade(work, order, resting, qty)
    return price_time(work, order, level)


SHARINGS: Final[dict[str, Sharing]] = {
    "price_time": price_time,
    PRO_RATA: pro_rata,
    LEAD_MARKET_MAKER: lead_market_maker,
}
"""By `MarketRules.matching`."""


def _through(work: Work, order: Order, queue: Level | Dark) -> bool:
    """Trade an order with a queue from the front; tell whether self-trade prevention has canceled it."""
    key = key_of(order)
    resting = queue.first
    while resting is not None and order.leaves_qty and not work.is_full:
        following = resting.later
        if key and key == key_of(resting):
            if prevent(work, order, resting):
                return True
        elif least_fill(resting) <= order.leaves_qty:
            is_again_last = _trade(work, order, resting, min(order.leaves_qty, shown_qty(resting)))
            if is_again_last and following is None:
                following = resting
        resting = following
    return False


def _trade(work: Work, order: Order, resting: Order, qty: int) -> bool:
    """Trade, and bring the resting order where it belongs then; tell whether it went to the end of its queue."""
    queue, events = resting.level, work.events
    if not isinstance(queue, Queue):
        raise InvariantError(f"Order {resting.order_id} trades and is in no queue.")
    index, price, special = len(events), queue.price, resting.special
    if qty == resting.leaves_qty:
        queue.remove(resting)
        work.state.orders.finish(resting)
        special = None
    elif special is not None and special.display_qty and qty == special.shown_qty:
        queue.remove(resting)
    else:
        queue.qty -= qty
        if special is not None and special.display_qty:
            special.shown_qty -= qty
    work.fills += 1
    work.state.trade_count += 1
    events.append(fill(order, qty, price, index, True))
    events.append(fill(resting, qty, price, index, False))
    if resting.level is None and special is not None:
        queue.side.rest(resting)
        return True
    return False
