"""The prices that limits are measured with: docs/risk.md, sections 2 and 3."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tradsys_oms.core.book.orders import Order
    from tradsys_oms.core.reference.instruments import Instrument


def reference_px(instrument: Instrument) -> int:
    """Give the price that others are measured from: last trade, mid of the book, mark, or the configured one.

    Where venues say what the instrument is worth, it is the mark.
    """
    if instrument.mark_venues:
        return instrument.mark_px
    if instrument.last_px:
        return instrument.last_px
    book = instrument.book
    bid, offer = book.bids.best_shown(), book.asks.best_shown()
    if bid and offer:
        return (bid + offer) // 2
    return instrument.mark_px


def unpriced_px(instrument: Instrument) -> int:
    """Give the price at which an order without a limit counts."""
    return instrument.price_max if instrument.price_band_bps else reference_px(instrument)


def reserve_px(order: Order) -> int:
    """Give the price at which an order counts: its limit, if it has one."""
    special = order.special
    limit = special.peg_limit if special is not None and special.peg else order.price
    return limit or unpriced_px(order.instrument)
