"""Whatever the core reports, each version prints a message that is valid by our dictionary, for us and for QuickFIX."""

from __future__ import annotations

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.fix.dialect_messages import assert_valid_body, print_body
from tradsys_oms.core.commands import Instructions, Scope
from tradsys_oms.core.events import (
    CancelRejected,
    ClientActionDone,
    ClientLimit,
    ClientLimits,
    Detail,
    Execution,
    MarketStatus,
    MassCancelReport,
    MassStatusEmpty,
    OrderRejected,
    Reported,
    StatusUnknown,
)
from tradsys_oms.core.phases.phases import PHASES
from tradsys_oms.fix.dialects import VERSIONS
from tradsys_oms.fix.dialects.party_reports import LIMIT_TYPES
from tradsys_oms.fix.dialects.report_table import ROWS
from tradsys_oms.gateway import PRINTERS

ids = st.text("ABCxyz019-_", min_size=1, max_size=12)
texts = st.sampled_from(["", "Price 1 is outside of the band", "x=y"])
sides = st.sampled_from("12")
ord_types, times_in_force = st.sampled_from("1234KP"), st.sampled_from("01234567")
lots, prices = st.integers(0, 1_000_000), st.integers(1, 10_000_000)
decimals_e8 = st.integers(1, 10**14)
reasons = st.sampled_from([0, 1, 2, 3, 5, 6, 11, 13, 16, 18, 99])
days = st.sampled_from([0, 20260101, 20280229])

instructions = st.builds(
    Instructions,
    stop_px_e8=st.none() | decimals_e8,
    trigger_price_type=st.sampled_from(["", "1", "2", "3"]),
    display_qty_e8=st.none() | st.just(0) | decimals_e8,
    min_qty_e8=st.just(0) | decimals_e8,
    exec_inst=st.sampled_from(["", "6", "G", "J", "K", "6K", "GJ"]),
    peg_price_type=st.sampled_from(["", "2", "4", "5"]),
    peg_offset_e8=st.integers(-(10**10), 10**10),
    peg_is_fixed=st.booleans(),
    expire_time_ns=st.just(0) | st.integers(1, 4 * 10**18),
    expire_date=days,
    self_match_id=st.just("") | ids,
    self_match_instruction=st.sampled_from(["", "1", "2", "3"]),
    max_floor=st.booleans(),
)
details = st.builds(
    Detail,
    exec_ref_seq=lots,
    exec_ref_index=st.integers(0, 9),
    restatement_reason=st.sampled_from([-1, 1, 2, 3, 5, 6]),
    day_order_qty=st.integers(-1, 1000),
    day_cum_qty=lots,
    day_notional=lots,
    mass_status_req_id=st.just("") | ids,
    reports_total=lots,
    is_last_report=st.booleans(),
    pegged_price=st.just(0) | prices,
    trade_seq=lots,
    trade_index=st.integers(0, 9),
    venue=st.sampled_from(["", "XNAS"]),
    venue_exec_id=st.just("") | ids,
    venue_clord_id=st.just("") | ids,
)


@st.composite
def executions(draw: st.DrawFn) -> Execution:
    row = draw(st.sampled_from(ROWS))
    return Execution(
        "B", "B", draw(lots), draw(ids), draw(st.just("") | ids), row.exec_type, row.ord_status,
        draw(st.just("") | ids), "ACME", draw(sides), draw(ord_types), draw(times_in_force), draw(lots),
        draw(st.none() | prices), draw(lots), draw(lots), draw(lots), draw(lots), draw(prices), draw(st.integers(0, 9)),
        draw(st.booleans()), draw(reasons), draw(texts), draw(st.just("") | ids), draw(st.none() | instructions),
        draw(st.none() | details),
    )  # fmt: skip


bs, symbols = st.just("B"), st.just("ACME")
scopes = st.one_of(
    st.sampled_from([Scope("all"), Scope("instrument", symbol="ACME")]),
    st.builds(Scope, st.sampled_from(["member", "session"]), ids),
    st.builds(Scope, st.sampled_from(["account", "holding"]), ids, ids | st.just(""), st.just("") | symbols),
)
amounts = st.sampled_from(["", "0", "-1", "1000000.00000001", "9" * 18])
client_limits = st.builds(ClientLimit, scopes, st.sampled_from([*LIMIT_TYPES, "collar_ticks"]), amounts, amounts)
outcomes = st.sampled_from([-1, 0, 1, 2, 98, 99])
events: st.SearchStrategy[Reported] = st.one_of(
    executions(),
    st.builds(
        OrderRejected, bs, bs, ids, st.just("") | ids, symbols, sides, ord_types | st.sampled_from("569DJ"),
        times_in_force | st.sampled_from("89A"), st.integers(0, 10**14), st.none() | decimals_e8, reasons,
        st.just("no"), st.none() | instructions,
    ),
    st.builds(
        CancelRejected, bs, bs, lots, ids, st.just("") | ids, st.sampled_from("01234678ABCE9"), st.sampled_from("12"),
        reasons, st.just("no"),
    ),
    st.builds(StatusUnknown, bs, bs, st.just("") | ids, st.just("") | ids, symbols, sides, st.just("") | ids,
              st.just("no")),
    st.builds(MassCancelReport, bs, bs, ids, st.sampled_from("127"), st.just("") | symbols,
              st.just("") | sides, lots, st.sampled_from([-1, 0, 1, 2, 99]), texts),
    st.builds(MassStatusEmpty, bs, bs, ids, st.just("") | symbols, st.just("") | sides, texts),
    st.builds(MarketStatus, bs, ids, st.sampled_from(["ACME", "NOPE"]), st.sampled_from(["", *PHASES]), texts,
              st.just(0) | prices, lots, st.integers(-1000, 1000), st.just(0) | prices, st.booleans()),
    st.builds(ClientActionDone, bs, ids, st.sampled_from("012"), st.just("") | ids, st.just("") | ids, outcomes, texts),
    st.builds(ClientLimits, bs, ids, ids, st.just("") | ids, st.booleans(),
              st.lists(client_limits, max_size=6).map(tuple), outcomes, texts),
)  # fmt: skip


@given(events, st.sampled_from(sorted(VERSIONS)))
def test_what_is_printed_is_valid(event: Reported, version: str) -> None:
    printed = print_body(event, version)
    if printed is None:
        assert isinstance(event, Execution)
        assert (event.exec_type, version) == ("L", "FIX.4.2")
    else:
        assert_valid_body(*printed, version)


def test_every_kind_of_event_is_among_them() -> None:
    assert set(PRINTERS) == set(get_args(Reported))
