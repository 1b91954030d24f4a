"""The price of an auction and its trades (section 11)."""

from __future__ import annotations

from tests.property.naive.book import resting, within
from tests.property.naive.reporting import expire, fill
from tests.property.naive.short_selling import note_trade, restrict_after_fall
from tests.property.naive.things import Exchange, Instrument, Order
from tradsys_oms.core.events import Uncrossed
from tradsys_oms.core.fields import OrdType, Side, TimeInForce
from tradsys_oms.core.phases.phases import Phase


def taking_part(instrument: Instrument, side: str) -> list[Order]:
    return [order for order in resting(instrument, side) if not order.is_conditional]


def amounts(instrument: Instrument, price: int) -> tuple[int, int]:
    """Give what would be bought and sold at a price."""
    buys = [order.leaves for order in taking_part(instrument, Side.BUY) if within(Side.BUY, price, order.at)]
    sells = [order.leaves for order in taking_part(instrument, Side.SELL) if within(Side.SELL, price, order.at)]
    return sum(buys), sum(sells)


def indication(instrument: Instrument) -> tuple[int, int, int]:
    """Give the price of the auction, what is traded at it, and what would be left; zeros for no price."""
    orders = taking_part(instrument, Side.BUY) + taking_part(instrument, Side.SELL)
    reference = instrument.last_px or instrument.reference_px
    found = []
    for price in {order.at for order in orders if order.at is not None} | {reference}:
        buys, sells = amounts(instrument, price)
        if price and min(buys, sells):
            distance = abs(price - reference) if reference else 0
            found.append(((-min(buys, sells), abs(buys - sells), distance, -price), price, buys, sells))
    if not found:
        return 0, 0, 0
    _, price, buys, sells = min(found)
    return price, min(buys, sells), buys - sells


def uncross(x: Exchange, instrument: Instrument) -> None:
    """Trade all that can be traded at the price of the auction."""
    price, qty, imbalance = indication(instrument)
    if not price:
        return
    x.events.append(Uncrossed(instrument.data.symbol, price, qty, imbalance))
    instrument.auction_px = instrument.last_px = price
    note_trade(instrument, price)
    restrict_after_fall(x, instrument)
    go_on(x, instrument, price)


def go_on(x: Exchange, instrument: Instrument, price: int) -> bool:
    """Trade at the price, as many fills as a command may make; tell whether that was all."""
    buys = [order for order in taking_part(instrument, Side.BUY) if within(Side.BUY, price, order.at)]
    sells = [order for order in taking_part(instrument, Side.SELL) if within(Side.SELL, price, order.at)]
    while buys and sells:
        if x.fills >= x.fills_max:
            return False
        buy, sell = buys[0], sells[0]
        qty, place = min(buy.leaves, sell.leaves), len(x.events)
        fill(x, buy, qty, price, place, aggressor=False)
        fill(x, sell, qty, price, place, aggressor=False)
        for order in (buy, sell):
            order.shown = min(order.display or 0, order.leaves)
        x.trades[x.seq, place] = (buy.order_id, sell.order_id, qty, price)
        x.fills += 1
        buys = [order for order in buys if order.leaves]
        sells = [order for order in sells if order.leaves]
    return True


def expire_rest(x: Exchange, instrument: Instrument, phase: str) -> None:
    """Expire what doesn't outlive the auction of `phase`."""
    times = {TimeInForce.GTX, TimeInForce.OPG}
    times |= {TimeInForce.ATC} if phase == Phase.CLOSING_AUCTION else set()
    for order in list(instrument.orders):
        if order.time_in_force in times or is_market(order):
            expire(x, order)


def is_market(order: Order) -> bool:
    """It stands in front of all limits, or would: not one that waits for its trigger or for the close."""
    waits = order.waits_for_trigger or order.time_in_force == TimeInForce.ATC
    return order.ord_type in (OrdType.MARKET, OrdType.STOP) and not waits
