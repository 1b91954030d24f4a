"""Auctions: the price, who trades, what is left over, and what one command can't finish."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.core.phasing import go_on, to
from tradsys_oms.core.commands import ChangePhase
from tradsys_oms.core.events import Execution, Uncrossed
from tradsys_oms.core.fields import SCALE_E8
from tradsys_oms.core.work import FILLS_MAX, ORDERS_MAX

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

Rows = list[tuple[str, int, int | None]]


def collect(exchange: Exchange, rows: Rows) -> None:
    """Collect orders (side, quantity, price or None for market) in an opening auction."""
    exchange.set_instrument(has_phases=True)
    to(exchange, "closed", "pre_open", "opening_auction")
    for number, (side, qty, price) in enumerate(rows):
        lines = exchange.new("A1", f"o{number}", side, qty, price, ord_type="1" if price is None else "2")
        assert len(lines) == 1


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], (0, 0, 0)),
        ([("buy", 5, 10_000)], (0, 0, 0)),
        ([("buy", 5, 9_999), ("sell", 5, 10_000)], (0, 0, 0)),
        # Most is traded at 10,010 alone.
        ([("buy", 10, 10_020), ("buy", 10, 10_010), ("sell", 10, 10_000), ("sell", 10, 10_010)], (10_010, 20, 0)),
        # As much at 10,010 as at 10,020, but less is left there.
        ([("buy", 10, 10_020), ("sell", 10, 10_010), ("sell", 5, 10_020)], (10_010, 10, 0)),
        # From 10,010 to 10,050 all is the same: the nearest to the reference, 10,000.
        ([("buy", 10, 10_050), ("sell", 10, 10_010)], (10_010, 10, 0)),
        # The reference itself, though nobody named it.
        ([("buy", 10, 10_050), ("sell", 10, 9_950)], (10_000, 10, 0)),
        ([("buy", 10, None), ("sell", 7, None)], (10_000, 7, 3)),
        # A market order on one side: the limit of the other that leaves least, then the nearest.
        ([("sell", 10, None), ("buy", 4, 9_990), ("buy", 4, 9_980)], (9_980, 8, -2)),
        ([("buy", 20, None), ("sell", 5, 10_010), ("sell", 5, 10_020)], (10_020, 10, 10)),
    ],
)
def test_the_price_of_an_auction(exchange: Exchange, rows: Rows, expected: tuple[int, int, int]) -> None:
    collect(exchange, rows)
    assert exchange.engine.indication("ACME") == expected


def test_without_any_reference_the_highest_price_is_taken(exchange: Exchange) -> None:
    exchange.set_instrument("NEW", reference=0, band_bps=0, has_phases=True)
    to(exchange, "opening_auction", symbol="NEW")
    exchange.new("A1", "b", "buy", 5, 10_050, symbol="NEW")
    exchange.new("A1", "s", "sell", 5, 10_010, symbol="NEW")
    assert exchange.engine.indication("NEW") == (10_050, 5, 0)


def test_market_orders_alone_trade_at_the_reference_or_not_at_all(exchange: Exchange) -> None:
    exchange.set_instrument("NEW", reference=0, band_bps=0, has_phases=True)
    to(exchange, "opening_auction", symbol="NEW")
    exchange.new("A1", "b", "buy", 5, None, ord_type="1", symbol="NEW")
    exchange.new("B1", "s", "sell", 5, None, ord_type="1", symbol="NEW")
    assert exchange.engine.indication("NEW") == (0, 0, 0)
    assert to(exchange, "continuous", symbol="NEW") == [
        "A1 b Expired expired 5@market cum 0 leaves 0: Expired after the auction",
        "B1 s Expired expired 5@market cum 0 leaves 0: Expired after the auction",
        "NEW is continuous: desk",
    ]


def test_an_auction_trades_in_priority_at_one_price(exchange: Exchange) -> None:
    collect(
        exchange,
        [("sell", 10, 10_010), ("buy", 6, 10_010), ("sell", 10, 10_000), ("buy", 6, 10_020), ("buy", 4, None)],
    )
    assert to(exchange, "continuous") == [
        "ACME uncrossed 16@10010 imbalance -4",
        "A1 o4 Trade filled 4@market cum 4 leaves 0 last 4@10010 #1",
        "A1 o2 Trade partial 10@10000 cum 4 leaves 6 last 4@10010 #1",
        "A1 o3 Trade filled 6@10020 cum 6 leaves 0 last 6@10010 #3",
        "A1 o2 Trade filled 10@10000 cum 10 leaves 0 last 6@10010 #3",
        "A1 o1 Trade filled 6@10010 cum 6 leaves 0 last 6@10010 #5",
        "A1 o0 Trade partial 10@10010 cum 6 leaves 4 last 6@10010 #5",
        "ACME is continuous: desk",
    ]
    assert exchange.events[0] == Uncrossed("ACME", 10_010, 16, -4)
    assert exchange.depth() == ([], [(10_010, 4, 1)])
    instrument = exchange.engine.instruments["ACME"]
    assert (instrument.last_px, instrument.auction_px, instrument.uncross_px) == (10_010, 10_010, 0)
    assert exchange.engine.trade_count == 3


def test_what_an_auction_leaves_over_expires_oldest_first(exchange: Exchange) -> None:
    collect(exchange, [("buy", 5, None)])
    exchange.new("A1", "gtx", "buy", 5, 9_900, "5")
    exchange.new("A1", "opg", "buy", 5, 9_950, "2")
    exchange.new("A1", "day", "buy", 5, 9_900)
    exchange.new("A1", "atc", "buy", 5, 9_900, "7")
    exchange.market("A1", "gtc", "sell", 2, "1")
    assert to(exchange, "continuous") == [
        "ACME uncrossed 2@10000 imbalance 3",
        "A1 o0 Trade partial 5@market cum 2 leaves 3 last 2@10000 #1",
        "A1 gtc Trade filled 2@market cum 2 leaves 0 last 2@10000 #1",
        "A1 o0 Expired expired 5@market cum 2 leaves 0: Expired after the auction",
        "A1 gtx Expired expired 5@9900 cum 0 leaves 0: Expired after the auction",
        "A1 opg Expired expired 5@9950 cum 0 leaves 0: Expired after the auction",
        "ACME is continuous: desk",
    ]
    assert exchange.depth() == ([(9_900, 5, 1)], [])


def test_an_iceberg_takes_part_whole_and_keeps_its_place(exchange: Exchange) -> None:
    collect(exchange, [])
    exchange.new("A1", "ice", "sell", 30, 10_000, display=10)
    exchange.new("A1", "behind", "sell", 10, 10_000)
    exchange.new("B1", "buy", "buy", 25, 10_000)
    assert to(exchange, "continuous")[1:-1] == [
        "B1 buy Trade filled 25@10000 cum 25 leaves 0 last 25@10000 #1",
        "A1 ice Trade partial 30@10000 cum 25 leaves 5 last 25@10000 #1",
    ]
    assert exchange.depth() == ([], [(10_000, 15, 2)])
    assert [event.clord_id for event in fills(exchange, "sell", 7)] == ["ice", "behind"]


def test_hidden_orders_take_part_and_conditional_ones_do_not(exchange: Exchange) -> None:
    exchange.new("A1", "hidden", "buy", 5, 10_000, display=0)
    exchange.new("A1", "all", "buy", 5, 10_000, exec_inst="G")
    exchange.new("A1", "least", "buy", 5, 10_000, min_qty=1)
    to(exchange, "volatility_auction")
    exchange.new("B1", "sell", "sell", 12, 10_000)
    assert exchange.engine.indication("ACME") == (10_000, 5, -7)
    assert to(exchange, "continuous") == [
        "ACME uncrossed 5@10000 imbalance -7",
        "A1 hidden Trade filled 5@10000 cum 5 leaves 0 last 5@10000 #1",
        "B1 sell Trade partial 12@10000 cum 5 leaves 7 last 5@10000 #1",
        "ACME is continuous: desk",
        "A1 all Trade filled 5@10000 cum 5 leaves 0 last 5@10000 #4 aggressor",
        "B1 sell Trade partial 12@10000 cum 10 leaves 2 last 5@10000 #4",
        "A1 least Trade partial 5@10000 cum 2 leaves 3 last 2@10000 #6 aggressor",
        "B1 sell Trade filled 12@10000 cum 12 leaves 0 last 2@10000 #6",
    ]


def test_own_orders_trade_in_an_auction(exchange: Exchange) -> None:
    collect(exchange, [])
    exchange.new("A1", "b", "buy", 5, 10_000, self_match_id="desk", self_match_instruction="3")
    exchange.new("A2", "s", "sell", 5, 10_000, self_match_id="desk", self_match_instruction="3")
    assert len(to(exchange, "continuous")) == 4


def test_what_is_triggered_by_the_auction_comes_after_it(exchange: Exchange) -> None:
    collect(exchange, [("buy", 5, 10_050), ("sell", 5, 10_050), ("sell", 5, 10_060)])
    exchange.new("B1", "stop", "buy", 3, None, ord_type="3", stop=10_040)
    assert to(exchange, "continuous")[3:] == [
        "ACME is continuous: desk",
        "B1 stop Triggered new 3@market cum 0 leaves 3",
        "B1 stop Trade filled 3@market cum 3 leaves 0 last 3@10060 #5 aggressor",
        "A1 o2 Trade partial 5@10060 cum 3 leaves 2 last 3@10060 #5",
    ]


def test_more_trades_than_a_record_holds_go_on_in_the_next_command(exchange: Exchange) -> None:
    collect(exchange, [("sell", 1, 10_000)] * (FILLS_MAX + 3))
    exchange.new("B1", "all", "buy", FILLS_MAX + 3, 10_000)
    lines = to(exchange, "continuous")
    assert lines[0] == f"ACME uncrossed {FILLS_MAX + 3}@10000 imbalance 0"
    assert len(lines) == 1 + 2 * FILLS_MAX
    assert list(exchange.engine.unfinished) == ["ACME"]
    assert exchange.engine.instruments["ACME"].phase == "opening_auction"
    assert "OrderRejected reason 2" in exchange.new("C1", "late", "sell", 1, 10_000)[0]
    assert to(exchange, "halted") == ["Refused: ACME has not done with the last change yet: try again."]
    before = exchange.engine.state_hash()
    lines = go_on(exchange)
    assert [event.trade_index for event in exchange.events if isinstance(event, Execution)] == [0, 0, 2, 2, 4, 4]
    assert lines[-1] == "ACME is continuous: desk"
    assert exchange.engine.unfinished == {}
    assert exchange.engine.trade_count == FILLS_MAX + 3
    assert exchange.engine.state_hash() != before
    assert exchange.replayed(exchange.log).state_hash() == exchange.engine.state_hash()


@pytest.mark.parametrize("seller", [False, True])
def test_more_orders_left_over_than_a_command_ends_go_on_too(exchange: Exchange, seller: bool) -> None:
    collect(exchange, [("buy", 1, None)] * (ORDERS_MAX + 2))
    if seller:
        exchange.new("B1", "s", "sell", 1, 9_000)
    lines = to(exchange, "continuous")
    assert len(lines) == ORDERS_MAX + (3 if seller else 0)
    assert exchange.engine.instruments["ACME"].uncross_px > 0
    assert "OrderRejected reason 2" in exchange.new("C1", "late", "sell", 1, 10_000)[0]
    lines = go_on(exchange)
    assert len(lines) == (2 if seller else 3)
    assert lines[-1] == "ACME is continuous: desk"
    assert exchange.engine.instruments["ACME"].uncross_px == 0
    assert exchange.depth() == ([], [])


def test_an_auction_that_is_halted_does_not_trade(exchange: Exchange) -> None:
    collect(exchange, [("buy", 5, 10_000), ("sell", 5, 10_000)])
    assert to(exchange, "halted") == ["ACME is halted: desk"]
    assert to(exchange, "volatility_auction") == ["ACME is volatility_auction: desk"]
    assert to(exchange, "continuous")[0] == "ACME uncrossed 5@10000 imbalance 0"


def test_trading_never_begins_with_a_crossed_book(exchange: Exchange) -> None:
    exchange.set_instrument(has_phases=True)
    to(exchange, "closed", "pre_open")
    exchange.new("A1", "b", "buy", 5, 10_000)
    exchange.new("A1", "s", "sell", 5, 10_000)
    exchange.new("A1", "opg", "sell", 5, 10_100, "2")
    to(exchange, "closed")
    assert exchange.apply(ChangePhase("ACME", "continuous", "late")) == [
        "ACME uncrossed 5@10000 imbalance 0",
        "A1 b Trade filled 5@10000 cum 5 leaves 0 last 5@10000 #1",
        "A1 s Trade filled 5@10000 cum 5 leaves 0 last 5@10000 #1",
        "A1 opg Expired expired 5@10100 cum 0 leaves 0: Expired after the auction",
        "ACME is continuous: late",
    ]


def fills(exchange: Exchange, resting: str, qty: int) -> list[Execution]:
    """Take `qty` with an order against the `resting` side; give the fills of what rested."""
    exchange.new("C1", "taker", "buy" if resting == "sell" else "sell", qty, 10_000)
    return [
        event
        for event in exchange.events
        if isinstance(event, Execution) and event.exec_type == "F" and not event.aggressor
    ]


def test_sums_of_an_auction_are_cut_off_at_what_the_journal_can_carry(exchange: Exchange) -> None:
    qty = 46 * 10**9
    exchange.set_instrument("BIG", lot_e8=1, reference=1, band_bps=0, qty_max_e8=qty * SCALE_E8, has_phases=True)
    to(exchange, "pre_open", "opening_auction", symbol="BIG")
    for number in range(6):
        exchange.new("A1", f"b{number}", "buy", qty, 1, symbol="BIG")
    for number in range(3):
        exchange.new("B1", f"s{number}", "sell", qty, 1, symbol="BIG")
    assert exchange.engine.indication("BIG") == (1, 2**63 - 1, 2**63 - 1)
    assert to(exchange, "continuous", symbol="BIG")[0] == f"BIG uncrossed {2**63 - 1}@1 imbalance {2**63 - 1}"
    assert exchange.engine.trade_count == 3
