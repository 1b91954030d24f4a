"""Volatility guards: how far a trade may be from the last ones, and what happens when it would be, or was, too far.

The bands stop an order before it trades beyond them and call an auction; the circuit breaker looks at what has been
traded since continuous trading began, and halts. All is counted in ticks and basis points, rounded to the inside.
"""

from __future__ import annotations

from tradsys_oms.core.decimal_text import format_e8
from tradsys_oms.core.fields import Side
from tradsys_oms.core.matching import short_sales
from tradsys_oms.core.phases.phase_change import change_phase
from tradsys_oms.core.phases.phases import Phase
from tradsys_oms.core.reference.instruments import BASIS_POINTS, Instrument
from tradsys_oms.core.work import Work


def bound(instrument: Instrument, side: str) -> int:
    """Give the worst price, in ticks, at which an incoming order of this Side (54) may trade now; 0 for no bound."""
    rules = instrument.rules
    bands = ((rules.static_band_bps, instrument.static_px), (rules.dynamic_band_bps, instrument.reference_px))
    if side == Side.BUY:
        highest = [px * (BASIS_POINTS + bps) // BASIS_POINTS for bps, px in bands if bps and px]
        return min(highest, default=0)
    lowest = [-(-px * (BASIS_POINTS - bps) // BASIS_POINTS) for bps, px in bands if bps and px]
    return max(1, *lowest) if lowest else 0


def traded(work: Work, instrument: Instrument, price: int) -> None:
    """Take note of the price of a trade, for the circuit breaker and for the price test of short sales."""
    rules, time_ns = instrument.rules, work.time_ns
    if rules.short_sale_trigger_bps:
        short_sales.traded(work, instrument, price)
    if rules.breaker_bps:
        prices = instrument.breaker_prices
        prices.forget(time_ns - rules.breaker_window_ns)
        prices.add(time_ns, price)


def check(work: Work, instrument: Instrument) -> None:
    """Begin what the command calls for: the price test of short sales; a halt, or else an auction."""
    if work.fallen_px:
        short_sales.begin(work, instrument)
    reason, work.auction_reason = work.auction_reason, ""
    if instrument.phase != Phase.CONTINUOUS:
        return
    rules = instrument.rules
    if rules.breaker_bps:
        tripped = _tripped(instrument, work.time_ns)
        if tripped:
            change_phase(work, instrument, Phase.HALTED, tripped, _end(work, rules.halt_ns))
            return
    if reason:
        change_phase(work, instrument, Phase.VOLATILITY_AUCTION, reason, _end(work, rules.auction_ns))


def _tripped(instrument: Instrument, time_ns: int) -> str:
    """Say what trips the circuit breaker, "" for nothing."""
    rules, prices = instrument.rules, instrument.breaker_prices
    prices.forget(time_ns - rules.breaker_window_ns)
    if prices.extremes is None:
        return ""
    low, high = prices.extremes
    if (high - low) * BASIS_POINTS <= low * rules.breaker_bps:
        return ""
    tick_e8 = instrument.tick_e8
    return f"circuit breaker: trades between {format_e8(low * tick_e8)} and {format_e8(high * tick_e8)}"


def _end(work: Work, duration_ns: int) -> int:
    return work.time_ns + duration_ns if duration_ns else 0
