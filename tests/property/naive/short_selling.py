"""The price test of short sales (section 12)."""

from __future__ import annotations

from tests.property.naive.book import resting
from tests.property.naive.things import WORDS, Exchange, Instrument, Order
from tradsys_oms.core.commands import NewOrder, ReplaceOrder, RestrictShortSale
from tradsys_oms.core.events import Refused, ShortSaleRestricted
from tradsys_oms.core.fields import OrdType, Side


def best_bid(instrument: Instrument) -> int:
    """Give the highest bid that is shown, of pegs too; 0 for none."""
    bids = [order.at for order in resting(instrument, Side.BUY) if order.at is not None and not order.is_dark]
    return max(bids, default=0)


def is_barred(instrument: Instrument, order: Order, price: int | None) -> bool:
    """Tell whether an order may not trade or stand at a price, None for any."""
    if order.side != Side.SELL_SHORT or not instrument.is_restricted:
        return False
    return price is None or price <= best_bid(instrument)


def is_refused(command: NewOrder | ReplaceOrder, instrument: Instrument) -> bool:
    """Tell whether an order may not come in."""
    if command.side != Side.SELL_SHORT or not instrument.is_restricted:
        return False
    if command.ord_type != OrdType.LIMIT or command.price_e8 is None:
        return True
    return command.price_e8 <= best_bid(instrument) * instrument.data.tick_e8


def note_trade(instrument: Instrument, price: int) -> None:
    bps, close = instrument.rules.short_sale_trigger_bps, instrument.close_px or instrument.reference_px
    if bps and (close - price) * 10_000 >= close * bps:
        instrument.has_fallen = True


def restrict_after_fall(x: Exchange, instrument: Instrument) -> None:
    """Restrict for this day and the next one, unless it is for as long already."""
    if not instrument.has_fallen:
        return
    instrument.has_fallen = False
    if not instrument.is_restricted or instrument.restricted_days == 1:
        switch(x, instrument, True, 2, WORDS)


def end_day(x: Exchange, instrument: Instrument) -> None:
    instrument.close_px = instrument.last_px
    if instrument.restricted_days == 1:
        switch(x, instrument, False, 0, WORDS)
    elif instrument.restricted_days == 2:
        instrument.restricted_days = 1


def switch(x: Exchange, instrument: Instrument, is_restricted: bool, days: int, reason: str) -> None:
    instrument.is_restricted, instrument.restricted_days, instrument.pegs_are_old = is_restricted, days, True
    x.events.append(ShortSaleRestricted(instrument.data.symbol, is_restricted, reason, days))


def restrict(x: Exchange, command: RestrictShortSale) -> None:
    """Do what an operator says."""
    instrument = x.instruments.get(command.symbol)
    has_no_end = instrument is not None and instrument.is_restricted and not instrument.restricted_days
    if instrument is None or (has_no_end if command.is_restricted else not instrument.is_restricted):
        x.events.append(Refused(WORDS))
        return
    x.touched[command.symbol] = None
    switch(x, instrument, command.is_restricted, 0, command.reason)
