"""Amounts of money against their definition: the most whole lots that they buy, and never a fraction."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tradsys_oms.core.commands import Instructions, NewOrder, SetInstrument
from tradsys_oms.core.fields import SCALE_E8
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.core.risk.cash import impossible_amount, with_order_qty
from tradsys_oms.core.risk.terms import terms_of

STEPS = st.sampled_from((1, 1_000, 10**6, 5 * 10**6, SCALE_E8, 100 * SCALE_E8))
AMOUNTS = st.integers(-(10**6), 10**19) | st.integers(0, 10**12)


@given(STEPS, STEPS, st.integers(1, 10**6), AMOUNTS, st.integers(0, 1_000), st.integers(0, 10**9))
def test_an_amount_buys_as_many_lots_as_it_can(
    tick_e8: int, lot_e8: int, px: int, cash_e8: int, cum_qty: int, cum_notional: int
) -> None:
    qty_max = 10**6
    instrument = Instrument(SetInstrument("ACME", tick_e8, lot_e8, 0, 0, qty_max * lot_e8, 0, "USD", True))
    asked = Instructions(cash_order_qty_e8=cash_e8)
    order = NewOrder("A1", 1, "X", "", "ACME", "1", "2", "0", 0, px * tick_e8, instructions=asked)
    converted = with_order_qty(order, instrument, cum_qty, cum_notional)
    lot_costs = Fraction(px * tick_e8 * lot_e8, SCALE_E8**2)
    spent = Fraction(cum_notional * tick_e8 * lot_e8, SCALE_E8**2)
    rest = max(Fraction(cash_e8, SCALE_E8) - spent, Fraction(0))
    wanted = cum_qty + rest // lot_costs
    if cash_e8 > 0 and 0 < wanted <= qty_max:
        assert converted.order_qty_e8 == wanted * lot_e8
        assert converted.instructions == Instructions(cash_order_qty_e8=cash_e8, cash_px_e8=px * tick_e8)
    else:
        assert converted is order
        assert impossible_amount(terms_of(converted, instrument), instrument) is not None
