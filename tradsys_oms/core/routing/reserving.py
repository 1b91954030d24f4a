"""What limits count as open of a routed order: all that it may come to, whichever request its venue accepts."""

from __future__ import annotations

from tradsys_oms.core.limits.prices import reserve_px
from tradsys_oms.core.routing.away import Away


def reserve(away: Away) -> None:
    """Count as open what an order may come to: the most that is left of it by what it is or by a replace that waits,
    which may give something to do to one that is filled.
    """
    order = away.order
    is_filled = order.level is None
    if is_filled:
        if not (away.pending or order.reserved_qty):
            return
    elif order.level is not away:
        return
    asked = [pending for pending in away.pending if pending.is_replace]
    qty = max([order.leaves_qty, *(pending.order_qty - order.cum_qty for pending in asked)])
    px = max([reserve_px(order), *(pending.price for pending in asked)]) if qty else 0
    if (qty, px) != (order.reserved_qty, order.reserved_px):
        order.lane.reserve(order, qty, px)
    growing = order.instrument.growing
    if is_filled and qty:
        growing[order.order_id] = order
    elif growing:
        growing.pop(order.order_id, None)
