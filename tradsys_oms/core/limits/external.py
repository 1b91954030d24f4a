"""Executions done elsewhere, without an order here: they count for the account and its member as fills of orders do.

No session has done them, so none is charged. They move no mark, because what was done elsewhere is not what our market
says, unless the instrument's `mark_venues` say so (`routing.venue_marks`).
"""

from __future__ import annotations

from tradsys_oms.core.limits.holding import Holding


def filled(holding: Holding, qty: int, price: int) -> None:
    """Count that an account has bought `qty` lots (sold, below 0) at `price`."""
    account = holding.account
    for usage in (account.member.usage, account, holding):
        usage.trades += 1
    _trade(holding, holding.instrument.money(abs(qty) * price), is_buy=qty > 0)
    holding.change_position(qty, price)
    holding.value_at(holding.instrument.mark_px or price)


def amended(holding: Holding, qty_before: int, price_before: int, qty: int, price: int, *, is_of_today: bool) -> None:
    """Count an execution as what it was made by a bust (`qty` 0) or a correction; both quantities have its sign.

    One of a day before is no part of what was traded today, whatever it is made now.
    """
    instrument = holding.instrument
    if is_of_today:
        more = instrument.money(abs(qty) * price) - instrument.money(abs(qty_before) * price_before)
        _trade(holding, more, is_buy=qty_before > 0)
    holding.change_position(-qty_before, price_before)
    if qty:
        holding.change_position(qty, price)
    holding.value_at(instrument.mark_px or price or price_before)


def _trade(holding: Holding, notional: int, *, is_buy: bool) -> None:
    account = holding.account
    for usage in (account.member.usage, account, holding):
        if is_buy:
            usage.bought += notional
        else:
            usage.sold += notional
