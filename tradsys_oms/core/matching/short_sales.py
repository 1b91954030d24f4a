"""The price test of short sales: SEC Rule 201 (17 CFR 242.201), the alternative uptick rule, on our own book.

While it is in force, an order with Side (54) 5 may not trade or be shown at or below the best bid that our book shows.
The chain of checks refuses one that asks for that; what was accepted before, or stands beside the book, is asked here
when it comes to the market. What is shown already stays and trades, as the rule has it. Side 6 is exempt.

A trade that is far enough below the last close puts it in force for the rest of that trading day and for the next one;
an operator for as long as they say.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.decimal_text import format_e8
from tradsys_oms.core.events import ShortSaleRestricted
from tradsys_oms.core.fields import Side
from tradsys_oms.core.reference.instruments import BASIS_POINTS, Instrument
from tradsys_oms.core.work import Work

BARRED: Final = "SEC Rule 201: a short sale at or below the best bid"
DAY_ENDS: Final = 2
"""The day of the fall, and the next one."""
PERCENT_E8: Final = 1_000_000
"""A basis point in percent, in units of 1e-8."""
IS_OVER: Final = "SEC Rule 201: the trading day after the fall has ended"


def is_barred(order: Order, price: int) -> bool:
    """Tell that the price test keeps an order from trading or standing at `price` now; 0 stands for any price."""
    return (
        order.side == Side.SELL_SHORT
        and order.instrument.short_sale_restricted
        and price <= order.instrument.book.bids.best_displayed()
    )


def traded(work: Work, instrument: Instrument, price: int) -> None:
    """Take note of a trade that is so far below the last close that short sales must be restricted."""
    bps = instrument.rules.short_sale_trigger_bps
    if bps and price * BASIS_POINTS <= instrument.prior_close_px * (BASIS_POINTS - bps):
        work.fallen_px = price


def begin(work: Work, instrument: Instrument) -> None:
    """Restrict short sales after the fall that was noted; one that has no end, or as late a one, stays as it is."""
    price, work.fallen_px = work.fallen_px, 0
    if instrument.short_sale_restricted and instrument.short_sale_day_ends in (0, DAY_ENDS):
        return
    at_px, close_px = (format_e8(px * instrument.tick_e8) for px in (price, instrument.prior_close_px))
    percent = format_e8(instrument.rules.short_sale_trigger_bps * PERCENT_E8)
    reason = f"SEC Rule 201: a trade at {at_px} is {percent} % or more below the last close {close_px}"
    switch(work, instrument, reason, is_restricted=True, day_ends=DAY_ENDS)


def day_ended(work: Work, instrument: Instrument) -> None:
    """Take note that a trading day of the instrument has ended."""
    day_ends = instrument.short_sale_day_ends
    if day_ends == 1:
        switch(work, instrument, IS_OVER, is_restricted=False, day_ends=0)
    elif day_ends:
        instrument.short_sale_day_ends = day_ends - 1


def switch(work: Work, instrument: Instrument, reason: str, *, is_restricted: bool, day_ends: int) -> None:
    """Put the price test in force or out of it, and say so; pegs that it kept beside the book are priced again."""
    instrument.restrict_short_sales(is_restricted, day_ends)
    instrument.book.peg_reference = None
    work.events.append(ShortSaleRestricted(instrument.symbol, is_restricted, reason, day_ends))
