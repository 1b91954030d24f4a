"""What an order does when it comes to the market, and what that sets off."""

from __future__ import annotations

from tradsys_oms.core.instruments import Instrument
from tradsys_oms.core.orders import Order
from tradsys_oms.core.work import Work


def arrive(work: Work, order: Order) -> None:
    """Bring an accepted order, which stands nowhere, to where its type and the phase put it: it may trade, rest, wait
    or be canceled.
    """
    raise NotImplementedError


def settle(work: Work, instrument: Instrument) -> None:
    """Do what an instrument's new state sets off: guards, conditional orders, pegs, stops. To be called once, at the end
    of each command, for each instrument that it touched and that has a reason to look twice (`care`).
    """
    raise NotImplementedError
