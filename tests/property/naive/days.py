"""Trading days (section 11)."""

from __future__ import annotations

from tests.property.naive.book import stand, step_aside
from tests.property.naive.entering import waits_for_the_close
from tests.property.naive.matching import restate
from tests.property.naive.phasing import refuse
from tests.property.naive.reporting import done_for_day, expire
from tests.property.naive.things import BOOK, Exchange, Instrument, Order
from tradsys_oms.core.commands import EndDay, StartDay
from tradsys_oms.core.fields import ExecRestatementReason, OrdStatus, TimeInForce
from tradsys_oms.core.phases import Phase


def end_day(x: Exchange, command: EndDay) -> None:
    instrument = x.instruments.get(command.symbol)
    if instrument is None or instrument.phase != Phase.CLOSED or instrument.day_is_ended:
        refuse(x)
        return
    instrument.day_is_ended = True
    for order in list(instrument.orders):
        if order.time_in_force not in (TimeInForce.GTC, TimeInForce.GTD):
            expire(x, order)
        elif order.status != OrdStatus.DONE_FOR_DAY:
            done_for_day(x, order)


def start_day(x: Exchange, command: StartDay) -> None:
    instrument = x.instruments.get(command.symbol)
    if instrument is None or instrument.phase != Phase.CLOSED or command.trade_date <= instrument.trade_date:
        refuse(x)
        return
    if not instrument.day_is_ended and instrument.trade_date:
        refuse(x)
        return
    instrument.day_is_ended, instrument.trade_date = False, command.trade_date
    instrument.day += 1
    instrument.day_began_seq = x.seq
    for order in list(instrument.orders):
        if 0 < order.asks.expire_date < command.trade_date:
            expire(x, order)
        elif order.status == OrdStatus.DONE_FOR_DAY:
            renew(x, instrument, order)


def renew(x: Exchange, instrument: Instrument, order: Order) -> None:
    order.is_renewed, order.day_cum, order.day_notional = True, 0, 0
    if order.place != BOOK:
        wait_again(x, instrument, order)
    restate(x, order, ExecRestatementReason.GT_RENEWAL, text="")


def wait_again(x: Exchange, instrument: Instrument, order: Order) -> None:
    """Bring an order back whose day an operator had ended."""
    if order.waits_for_trigger or order.floats or waits_for_the_close(instrument, order):
        step_aside(order)
    else:
        stand(x, order, order.limit)
