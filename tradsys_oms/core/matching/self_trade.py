"""Self-trade prevention: what happens when two orders meet that must not trade with each other.

Two orders are each other's own when their keys are the same. The key is made of what the order says (its
SelfMatchPreventionID, 2362) or of what its member wants, and so is the policy; that of the incoming order counts.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.book.book import Queue
from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.commands import Instructions
from tradsys_oms.core.fields import ExecRestatementReason, ExecType
from tradsys_oms.core.reference.members import Member
from tradsys_oms.core.work import Work

CANCEL_NEWEST: Final = "cancel_newest"
CANCEL_OLDEST: Final = "cancel_oldest"
CANCEL_BOTH: Final = "cancel_both"
DECREMENT: Final = "decrement"
POLICIES: Final = (CANCEL_NEWEST, CANCEL_OLDEST, CANCEL_BOTH, DECREMENT)
INSTRUCTIONS: Final = {"1": CANCEL_NEWEST, "2": CANCEL_OLDEST, "3": CANCEL_BOTH}
"""SelfMatchPreventionInstruction (2964): cancel the aggressive, the passive, or both."""
TEXT: Final = "Self-trade prevention"


def key_of(order: Order) -> str:
    """Give what an order has in common with its own ones, "" for one that may trade with all."""
    special = order.special
    return (special.self_trade_key if special is not None else "") or order.firm.self_trade_key


def policy_of(order: Order) -> str:
    """Give what happens when an incoming order meets one of its own."""
    special = order.special
    return (special.self_trade if special is not None else "") or order.firm.self_trade or CANCEL_NEWEST


def key_of_instructions(instructions: Instructions, firm: Member) -> str:
    """Give the key of an order with a SelfMatchPreventionID, "" for one without."""
    return f"id {firm.firm_name or firm.name} {instructions.self_match_id}" if instructions.self_match_id else ""


def prevent(work: Work, order: Order, resting: Order) -> bool:
    """Deal with an incoming order that has met one of its own; tell whether it is canceled."""
    work.prevented += 1
    policy = policy_of(order)
    if policy == DECREMENT:
        qty = min(order.leaves_qty, resting.leaves_qty)
        _decrement(work, resting, qty)
        return _decrement(work, order, qty)
    if policy in (CANCEL_OLDEST, CANCEL_BOTH):
        resting.take_off()
        work.cancel(resting, TEXT)
    if policy == CANCEL_OLDEST:
        return False
    work.cancel(order, TEXT)
    return True


def _decrement(work: Work, order: Order, qty: int) -> bool:
    """Take quantity off an order, wherever it stands; tell whether it is canceled by that."""
    place = order.level
    if qty == order.leaves_qty:
        if place is not None:
            place.remove(order)
        work.cancel(order, TEXT)
        return True
    reduce(order, qty)
    work.report(order, ExecType.RESTATED, TEXT, ExecRestatementReason.PARTIAL_DECLINE)
    return False


def reduce(order: Order, qty: int) -> None:
    """Take `qty` off what an order has left, and off its OrderQty; it keeps its place."""
    place = order.level
    if isinstance(place, Queue):
        place.qty -= qty
    order.order_qty -= qty
    order.leaves_qty -= qty
    order.lane.reserve(order, order.leaves_qty, order.reserved_px)
    special = order.special
    if special is not None and special.display_qty:
        special.shown_qty = min(special.shown_qty, order.leaves_qty)
