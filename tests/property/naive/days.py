"""Trading days (section 11)."""

from __future__ import annotations

from tests.property.naive import short_selling
from tests.property.naive.matching import restate
from tests.property.naive.phasing import refuse
from tests.property.naive.reporting import done_for_day, expire
from tests.property.naive.things import Exchange, Instrument, Order
from tradsys_oms.core.commands import EndDay, StartDay
from tradsys_oms.core.fields import ExecRestatementReason, OrdStatus, TimeInForce
from tradsys_oms.core.phases.phases import Phase


def is_at_rest(x: Exchange, instrument: Instrument) -> bool:
    return instrument.phase == Phase.CLOSED and instrument.data.symbol not in x.uncrossing


def end_day(x: Exchange, command: EndDay) -> None:
    instrument = x.instruments.get(command.symbol)
    if instrument is None or not is_at_rest(x, instrument) or instrument.day_is_ended:
        refuse(x)
        return
    instrument.day_is_ended = True
    instrument.day += 1
    for order in list(instrument.orders):
        if order.time_in_force not in (TimeInForce.GTC, TimeInForce.GTD):
            expire(x, order)
        elif order.status != OrdStatus.DONE_FOR_DAY:
            done_for_day(x, order)
    short_selling.end_day(x, instrument)


def start_day(x: Exchange, command: StartDay) -> None:
    instrument = x.instruments.get(command.symbol)
    if instrument is None or not is_at_rest(x, instrument) or command.trade_date <= instrument.trade_date:
        refuse(x)
        return
    if not instrument.day_is_ended and instrument.trade_date:
        refuse(x)
        return
    instrument.day_is_ended, instrument.trade_date = False, command.trade_date
    for order in list(instrument.orders):
        if 0 < order.asks.expire_date < command.trade_date:
            expire(x, order)
        elif order.time_in_force in (TimeInForce.GTC, TimeInForce.GTD):
            renew(x, order)


def renew(x: Exchange, order: Order) -> None:
    order.renewed_seq, order.day_cum, order.day_notional = x.seq, 0, 0
    restate(x, order, ExecRestatementReason.GT_RENEWAL, text="")
