"""The end of a command (section 9): guards, conditional orders (5), pegs (8) and stops (7), until nothing changes."""

from __future__ import annotations

from tests.property.naive.book import best, other, stand, step_aside
from tests.property.naive.guarding import band, is_broken, tighter
from tests.property.naive.matching import come_in, could_trade, take
from tests.property.naive.reporting import cancel, report
from tests.property.naive.short_selling import is_barred, restrict_after_fall
from tests.property.naive.things import ASIDE, BOOK, NOWHERE, WORDS, Exchange, Instrument, Order
from tradsys_oms.core.fields import ExecType, PegPriceType, Side, TriggerPriceType
from tradsys_oms.core.phases.phases import Phase


def settle(x: Exchange, instrument: Instrument) -> None:
    """Bring an instrument that a command touched to rest."""
    while guard(x, instrument):
        if x.fills >= x.fills_max:
            if has_more(x, instrument):
                x.unfinished[instrument.data.symbol] = None
            return
        if not (try_conditional(x, instrument) or price_pegs(x, instrument) or trigger_stops(x, instrument)):
            return


def has_more(x: Exchange, instrument: Instrument) -> bool:
    """Tell whether a command that may make no more fills leaves something to the next."""
    waits = any(is_due(instrument, order) for order in instrument.orders)
    has_pegs = any(order.floats and order.place in (BOOK, ASIDE) for order in instrument.orders)
    return waits or first_conditional(x, instrument) is not None or (has_pegs and are_stale(instrument))


def guard(x: Exchange, instrument: Instrument) -> bool:
    """Let the guards stop continuous trading; tell whether it goes on."""
    from tests.property.naive.phasing import change_phase

    restrict_after_fall(x, instrument)
    halts = is_broken(x, instrument)
    if instrument.is_continuous and (halts or instrument.auction_is_called):
        length_ns = instrument.rules.halt_ns if halts else instrument.rules.auction_ns
        until_ns = x.now_ns + length_ns if length_ns else 0
        change_phase(x, instrument, Phase.HALTED if halts else Phase.VOLATILITY_AUCTION, WORDS, until_ns)
    return instrument.is_continuous


def try_conditional(x: Exchange, instrument: Instrument) -> bool:
    """Let the first conditional order trade that can (section 5); tell whether there was one."""
    order = first_conditional(x, instrument)
    if order is None:
        return False
    if x.gate.is_killed(order.owner):
        cancel(x, order)
        return True
    take(x, instrument, order, tighter(order.side, order.at, band(instrument, order.side)))
    if x.fills >= x.fills_max and not order.is_over:
        cancel(x, order)
    order.queued = x.stamp()
    return True


def first_conditional(x: Exchange, instrument: Instrument) -> Order | None:
    resting = [order for order in instrument.orders if order.place == BOOK and order.is_conditional]
    bids = sorted((one for one in resting if one.is_buy), key=lambda one: (-(one.at or 0), one.arrived))
    offers = sorted((one for one in resting if not one.is_buy), key=lambda one: (one.at or 0, one.arrived))
    for order in bids + offers:
        inside = tighter(order.side, order.at, band(instrument, order.side))
        is_tried = not is_barred(instrument, order, order.at)
        if is_tried and could_trade(x, instrument, order, inside) >= max(order.least_fill, 1):
            return order
    return None


def price_pegs(x: Exchange, instrument: Instrument) -> bool:
    """Price the pegs again if they have to be (section 8); tell whether one has moved."""
    if not are_stale(instrument):
        return False
    instrument.pegs_seen, instrument.pegs_are_old = best_prices(instrument), False
    pegs = [order for order in instrument.orders if order.floats and order.place in (BOOK, ASIDE)]
    moved = False
    for peg in sorted(pegs, key=lambda peg: peg.arrived):
        if peg.is_over:
            continue
        if x.fills >= x.fills_max:
            instrument.pegs_are_old = True  # the next command prices them all again
            break
        moved |= move_peg(x, instrument, peg)
    return moved


def best_prices(instrument: Instrument) -> tuple[int | None, int | None]:
    return best(instrument, Side.BUY), best(instrument, Side.SELL)


def are_stale(instrument: Instrument) -> bool:
    return instrument.pegs_are_old or best_prices(instrument) != instrument.pegs_seen


def move_peg(x: Exchange, instrument: Instrument, peg: Order) -> bool:
    price = peg_price(instrument, peg, is_inside=True)
    if price is not None and peg.is_post_only and could_trade(x, instrument, peg, price):
        price = None
    if price is not None and is_barred(instrument, peg, price):
        price = None
    if price == peg.at:
        return False
    if price is None:
        step_aside(peg)
        return True
    if x.gate.is_killed(peg.owner):
        cancel(x, peg)
        return True
    peg.place, peg.at = NOWHERE, price
    take(x, instrument, peg, tighter(peg.side, price, band(instrument, peg.side)))
    if x.fills >= x.fills_max and not peg.is_over:
        cancel(x, peg)
    if not peg.is_over:
        stand(x, peg, price)
    return True


def peg_price(instrument: Instrument, peg: Order, is_inside: bool) -> int | None:
    """Give the price of a peg, None without a reference or outside of what a price may be."""
    own, opposite = best(instrument, peg.side), best(instrument, other(peg.side))
    reference = reference_of(peg, own, opposite)
    if reference is None:
        return None
    price = tighter(peg.side, reference + peg.peg_offset, peg.limit)
    if is_inside and opposite is not None:
        price = tighter(peg.side, price, opposite - 1 if peg.is_buy else opposite + 1)
    if is_inside:
        price = tighter(peg.side, price, band(instrument, peg.side))
    return price if price is not None and 1 <= price <= price_max(instrument) else None


def reference_of(peg: Order, own: int | None, opposite: int | None) -> int | None:
    if peg.asks.peg_price_type == PegPriceType.PRIMARY:
        return own
    if peg.asks.peg_price_type == PegPriceType.MARKET:
        return opposite
    if own is None or opposite is None:
        return None
    return (own + opposite) // 2 if peg.is_buy else -(-(own + opposite) // 2)


def price_max(instrument: Instrument) -> int:
    """Give the highest price of an instrument: that of its band, else what the journal's integers can carry."""
    data = instrument.data
    ceiling = (2**63 - 1) // max(data.order_qty_max_e8 // data.lot_e8, 2)
    if not data.price_band_bps:
        return ceiling
    width_e8 = data.reference_price_e8 * data.price_band_bps // 10_000
    return min((data.reference_price_e8 + width_e8) // data.tick_e8, ceiling)


def trigger_stops(x: Exchange, instrument: Instrument) -> bool:
    """Do one round of triggers (section 7); tell whether there was any."""
    waiting = [order for order in instrument.orders if is_due(instrument, order)]
    for order in sorted(waiting, key=lambda order: order.arrived):
        if order.is_over:
            continue
        if not guard(x, instrument) or x.fills >= x.fills_max:
            break
        order.is_triggered, order.place = True, NOWHERE
        report(x, order, ExecType.TRIGGERED)
        come_in(x, instrument, order)
    return bool(waiting)


def is_due(instrument: Instrument, order: Order) -> bool:
    return order.waits_for_trigger and order.place == ASIDE and is_triggered(instrument, order)


def is_triggered(instrument: Instrument, order: Order) -> bool:
    price: int | None = instrument.last_px or None
    if order.asks.trigger_price_type == TriggerPriceType.BEST_BID:
        price = best(instrument, Side.BUY)
    elif order.asks.trigger_price_type == TriggerPriceType.BEST_OFFER:
        price = best(instrument, Side.SELL)
    if price is None:
        return False
    return price >= order.stop_px if order.is_buy else price <= order.stop_px


def go_aside_in_other_phases(instrument: Instrument) -> None:
    """Without matching, pegs wait beside the book."""
    for order in instrument.orders:
        if order.floats and order.place == BOOK:
            step_aside(order)
    instrument.pegs_are_old = True
