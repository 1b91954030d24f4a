"""The short answer of the risk chain and the long one always agree."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tradsys_oms.core.commands import SetInstrument, SetMember
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.core.reference.members import Member
from tradsys_oms.core.reference.sessions import SessionState
from tradsys_oms.core.risk.chain import is_unobjectionable, objection
from tradsys_oms.core.risk.terms import Terms

TICK_E8, LOT_E8 = 5_000_000, 1_000_000_000
QTY_MAX_E8 = 1_000 * LOT_E8

instruments = st.builds(
    lambda bps, notional_max_e8, enabled: Instrument(
        SetInstrument("X", TICK_E8, LOT_E8, 10_000_000_000, bps, QTY_MAX_E8, notional_max_e8, "USD", enabled)
    ),
    st.sampled_from([0, 100, 2_000]),
    st.sampled_from([0, 50_000_000_000_000]),
    st.sampled_from([True, True, True, False]),
)
sessions = st.builds(
    lambda is_firm_enabled, is_enabled: SessionState("S", Member(SetMember("M", is_firm_enabled)), is_enabled),
    st.sampled_from([True, True, True, False]),
    st.sampled_from([True, True, True, False]),
)
quantities = st.one_of(
    st.integers(-2, 1_002).map(lambda lots: lots * LOT_E8), st.integers(-LOT_E8, QTY_MAX_E8 + LOT_E8)
)
prices = st.one_of(
    st.none(), st.integers(-2, 2_600).map(lambda ticks: ticks * TICK_E8), st.integers(-TICK_E8, 13_000_000_000)
)


@given(
    st.sampled_from(["1", "2", "5", "6", "7"]),
    st.sampled_from(["0", "1", "3", "4", "6", "9"]),
    quantities,
    prices,
    instruments,
    sessions,
)
def test_what_is_passed_at_once_is_what_the_chain_passes(
    side: str, time_in_force: str, qty_e8: int, price_e8: int | None, instrument: Instrument, session: SessionState
) -> None:
    order_qty, price = qty_e8 // LOT_E8, (price_e8 or 0) // TICK_E8
    terms = Terms(side, "2", time_in_force, qty_e8, price_e8, "", order_qty, price)
    at_once = is_unobjectionable(side, time_in_force, qty_e8, price_e8, order_qty, price, instrument, session)
    assert at_once is (objection(terms, instrument, session) is None)
