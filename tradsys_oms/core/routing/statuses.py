"""OrdStatus of a routed order: of all that is true of it, what ranks highest (FIX 4.4 Volume 4, Order State Change
Matrices, page 45; the same in 5.0 SP2).

The life cycle of orders on our own book is a table of transitions (`core.lifecycle`), because there one thing happens
at a time. At a venue several things are true at once: an order is part filled, done for the day, and a cancel of it is
pending. So this table is a ranking.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tradsys_oms.core.fields import OrdStatus
from tradsys_oms.core.routing.away import Away


def _is_pending(away: Away, *, is_replace: bool) -> bool:
    return any(pending.is_reported and pending.is_replace is is_replace for pending in away.pending)


RANKING: Final[tuple[tuple[str, Callable[[Away], bool]], ...]] = (
    (OrdStatus.PENDING_CANCEL, lambda away: _is_pending(away, is_replace=False)),
    (OrdStatus.PENDING_REPLACE, lambda away: _is_pending(away, is_replace=True)),
    (OrdStatus.DONE_FOR_DAY, lambda away: OrdStatus.DONE_FOR_DAY in (away.special_status, away.ended_as)),
    (OrdStatus.FILLED, lambda away: away.order.cum_qty == away.order.order_qty and not away.ended_as),
    (OrdStatus.REJECTED, lambda away: away.ended_as == OrdStatus.REJECTED),
    (OrdStatus.CANCELED, lambda away: away.ended_as == OrdStatus.CANCELED),
    (OrdStatus.EXPIRED, lambda away: away.ended_as == OrdStatus.EXPIRED),
    (OrdStatus.STOPPED, lambda away: away.special_status == OrdStatus.STOPPED),
    (OrdStatus.SUSPENDED, lambda away: away.special_status == OrdStatus.SUSPENDED),
    (OrdStatus.PARTIALLY_FILLED, lambda away: away.order.cum_qty > 0),
    (OrdStatus.NEW, lambda away: away.is_accepted),
    (OrdStatus.PENDING_NEW, lambda away: True),
)
"""Highest first."""


ENDED: Final = (OrdStatus.CANCELED, OrdStatus.EXPIRED, OrdStatus.REJECTED, OrdStatus.DONE_FOR_DAY)


def status_of(away: Away) -> str:
    """Give the OrdStatus of a routed order; what it has come to on our own book is not for a venue to change."""
    order = away.order
    if order.level is not away and not away.ended_as and order.ord_status in ENDED:
        return order.ord_status
    if not (away.pending or away.special_status or away.ended_as):  # the way of most; what the ranking has left for it
        if order.cum_qty:
            return OrdStatus.FILLED if order.cum_qty == order.order_qty else OrdStatus.PARTIALLY_FILLED
        return OrdStatus.NEW if away.is_accepted else OrdStatus.PENDING_NEW
    return next(status for status, holds in RANKING if holds(away))
