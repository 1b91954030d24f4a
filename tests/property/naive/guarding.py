"""Guards (section 12): how far a trade may be, and when trading stops."""

from __future__ import annotations

from tests.property.naive.things import Exchange, Instrument
from tradsys_oms.core.fields import Side


def tighter(side: str, one: int | None, two: int | None) -> int | None:
    """Give the limit that is worse for `side`; None is no limit."""
    if one is None or two is None:
        return two if one is None else one
    return min(one, two) if side == Side.BUY else max(one, two)


def band(instrument: Instrument, side: str) -> int | None:
    """Give the last price inside both bands for an incoming order of `side`, None for any."""
    rules = instrument.rules
    static = instrument.auction_px or instrument.reference_px
    dynamic = instrument.last_px or static
    return tighter(side, edge(side, static, rules.static_band_bps), edge(side, dynamic, rules.dynamic_band_bps))


def edge(side: str, reference: int, bps: int) -> int | None:
    """Give the last price for which |price - reference| * 10,000 <= reference * bps."""
    if not bps or not reference:
        return None
    width = reference * bps // 10_000
    return reference + width if side == Side.BUY else reference - width


def is_broken(x: Exchange, instrument: Instrument) -> bool:
    """Tell whether the circuit breaker halts the instrument."""
    rules = instrument.rules
    prices = [price for time_ns, price in instrument.window if time_ns >= x.now_ns - rules.breaker_window_ns]
    if not rules.breaker_bps or not prices:
        return False
    return (max(prices) - min(prices)) * 10_000 > min(prices) * rules.breaker_bps
