"""The chain of pre-trade checks: small functions in a fixed order, the first one that objects decides.

A check sees what was asked for, the instrument and the session. It changes nothing. New orders and replaces go through
the same chain, so a replace can't do what a new order may not. The order is that of the trader's questions: may I at
all, do you do that, how much, at what price, for how much money.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.fields import TimeInForce
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.core.reference.sessions import SessionState
from tradsys_oms.core.risk.checks import (
    SIDES,
    admitted,
    may_trade,
    notional,
    price,
    prices,
    quantities,
    quantity,
    short_sale,
    supported,
)
from tradsys_oms.core.risk.terms import Reject, Terms

PLAIN_TIMES_IN_FORCE: Final = (TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK)


def is_unobjectionable(
    side: str,
    time_in_force: str,
    order_qty_e8: int,
    price_e8: int | None,
    order_qty: int,
    limit: int,
    instrument: Instrument,
    session: SessionState,
) -> bool:
    """Tell that the chain objects to nothing in a plain limit order, on an instrument that trades continuously and
    without a restriction of short sales.

    The questions of the chain in one expression, for the orders that are nearly all; whoever gets False asks the chain,
    which finds the words. A test holds that both always agree.
    """
    notional_max = instrument.order_notional_max
    return (
        0 < order_qty <= instrument.order_qty_max
        and order_qty * instrument.lot_e8 == order_qty_e8
        and instrument.price_min <= limit <= instrument.price_max
        and limit * instrument.tick_e8 == price_e8
        and (not notional_max or limit * order_qty <= notional_max)
        and side in SIDES
        and time_in_force in PLAIN_TIMES_IN_FORCE
        and session.enabled
        and session.firm.enabled
        and instrument.enabled
    )


def objection(terms: Terms, instrument: Instrument, session: SessionState) -> Reject | None:
    """Give the first objection to an order, None if it may go on."""
    # Written out, because a loop over a tuple of functions costs half as much again on the hottest path of all.
    return (
        may_trade(terms, instrument, session)
        or supported(terms, instrument, session)
        or admitted(terms, instrument, session)
        or quantity(terms, instrument, session)
        or quantities(terms, instrument, session)
        or price(terms, instrument, session)
        or prices(terms, instrument, session)
        or notional(terms, instrument, session)
        or short_sale(terms, instrument, session)
    )
