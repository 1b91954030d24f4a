"""Rows of hand-made entries: amended trades, the kinds of reports that only a desk or a phase makes, and auctions."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.unit.clearing.test_clearing_rows import DAY_NS, NOON_NS, entry, execution, fields, fill, maker
from tradsys_oms.clearing.rows import Rows
from tradsys_oms.core.commands import AmendTrade, ChangePhase, SetInstrument
from tradsys_oms.core.events import Detail, Event, Execution, PhaseChanged, Refused, Uncrossed
from tradsys_oms.errors import InvariantError

TRADE = entry(8, execution(8, "0", "0", "2"), fill(8, "2", 1, True), fill(7, "1", 1, False))
BUST = AmendTrade(8, 1, 8, 7, 10, 10025, 0, 0, False, "wrong price (by ops)")
CORRECTION = AmendTrade(8, 1, 8, 7, 10, 10025, 6, 10000, True, "wrong price (by ops)")


def amended(order_id: int, side: str, exec_type: str, qty: int, px: int, exec_ref: tuple[int, int]) -> Execution:
    report = execution(order_id, exec_type, "1", side, qty)
    return replace(report, last_qty=qty, last_px=px, text="wrong price", detail=Detail(*exec_ref))


def rows_of(command: AmendTrade, *events: Event) -> Rows:
    made = maker()
    made.rows([entry(7, execution(7, "0", "0")), TRADE])
    return made.rows([entry(9, *events, command=command, time_ns=NOON_NS + DAY_NS)])


def test_a_bust_changes_the_trade_of_its_day_and_stays_on_record() -> None:
    rows = rows_of(BUST, amended(8, "2", "H", 0, 0, (8, 1)), amended(7, "1", "H", 0, 0, (8, 2)))
    assert fields("trade_amendments", rows.trade_amendments[0]) == {
        "journal_seq": "9",
        "trade_date": "2023-11-16",
        "amended_at": "2023-11-16 12:00:00.000000+00",
        "trade_id": "8-1",
        "status": "busted",
        "symbol": "ACME",
        "traded_price": "10025e-2",
        "traded_quantity": "10",
        "price": "0e-2",
        "quantity": "0",
        "buy_exec_id": "9-1",
        "buy_exec_ref_id": "8-2",
        "sell_exec_id": "9-0",
        "sell_exec_ref_id": "8-1",
        "reinstated": "f",
        "reason": "wrong price (by ops)",
    }
    (change,) = rows.trades_changed
    assert change._asdict() == {
        "status": "busted",
        "price": None,
        "quantity": "0",
        "journal_seq": 9,
        "amended_at": "2023-11-16 12:00:00.000000+00",
        "trade_id": "8-1",
        "trade_date": "2023-11-15",
    }
    first = fields("executions", rows.executions[0])
    assert (first["exec_type"], first["exec_ref_id"], first["trade_id"]) == ("H", "8-1", "8-1")
    assert (first["last_qty"], first["last_px"], first["trade_date"]) == ("0", "0e-2", "2023-11-16")
    assert "aggressor" not in first


def test_a_correction_gives_the_trade_its_new_terms() -> None:
    rows = rows_of(CORRECTION, amended(8, "2", "G", 6, 10000, (8, 1)), amended(7, "1", "G", 6, 10000, (8, 2)))
    (change,) = rows.trades_changed
    assert (change.status, change.price, change.quantity) == ("corrected", "10000e-2", "6")
    found = fields("trade_amendments", rows.trade_amendments[0])
    assert (found["price"], found["quantity"], found["reinstated"]) == ("10000e-2", "6", "t")
    assert (found["traded_price"], found["traded_quantity"]) == ("10025e-2", "10")
    assert fields("executions", rows.executions[1])["exec_ref_id"] == "8-2"
    assert fields("orders", rows.orders_changed[0])["cum_qty"] == "6"


@pytest.mark.parametrize("side", ["5", "6"])
def test_a_short_sale_is_the_selling_side(side: str) -> None:
    made = maker()
    sold = entry(8, execution(8, "0", "0", side), fill(8, side, 1, True), fill(7, "1", 1, False))
    (trade,) = made.rows([entry(7, execution(7, "0", "0")), sold]).trades
    found = fields("trades", trade)
    assert (found["aggressor_side"], found["buy_order_id"], found["sell_order_id"]) == (side, "7", "8")
    events = (amended(8, side, "H", 0, 0, (8, 1)), amended(7, "1", "H", 0, 0, (8, 2)))
    (line,) = made.rows([entry(9, *events, command=BUST)]).trade_amendments
    found = fields("trade_amendments", line)
    assert (found["buy_exec_id"], found["sell_exec_id"]) == ("9-1", "9-0")


def test_a_refused_amendment_changes_nothing() -> None:
    rows = rows_of(BUST, Refused("trade 8-1 was busted before"))
    assert (rows.count(), rows.trades_changed) == (0, [])


def test_an_amendment_without_its_other_side_is_a_broken_promise() -> None:
    with pytest.raises(InvariantError, match=r"Record 9 .* without a report to each side"):
        rows_of(BUST, amended(8, "2", "H", 0, 0, (8, 1)))


@pytest.mark.parametrize(
    ("exec_type", "ord_status", "reason"),
    [("3", "3", -1), ("C", "C", -1), ("D", "0", 1), ("D", "1", 3), ("4", "4", 6), ("L", "0", -1)],
)
def test_reports_of_desk_and_phases_are_executions_that_change_the_order(
    exec_type: str, ord_status: str, reason: int
) -> None:
    report = replace(execution(7, exec_type, ord_status), detail=Detail(restatement_reason=reason))
    rows = maker().rows([entry(7, execution(7, "0", "0")), entry(8, report)])
    found = fields("executions", rows.executions[1])
    assert (found["exec_type"], found["ord_status"]) == (exec_type, ord_status)
    assert found.get("exec_restatement_reason") == (None if reason < 0 else str(reason))
    assert "exec_ref_id" not in found
    assert fields("orders", rows.orders_entered[0])["ord_status"] == ord_status


def test_phases_are_rows_and_no_executions() -> None:
    halted = PhaseChanged("ACME", "halted", "news\tpending (by ops)", 0, 0)
    auction = PhaseChanged("ACME", "volatility_auction", "resumed", NOON_NS + 1_500, 20231115)
    command = ChangePhase("ACME", "halted", "news pending (by ops)")
    rows = maker().rows([entry(7, halted, auction, command=command)])
    assert rows.count() == 2
    assert fields("phase_changes", rows.phase_changes[0]) == {
        "journal_seq": "7",
        "event_index": "0",
        "trade_date": "2023-11-15",
        "changed_at": "2023-11-15 12:00:00.000000+00",
        "symbol": "ACME",
        "phase": "halted",
        "reason": "news\\tpending (by ops)",
    }
    second = fields("phase_changes", rows.phase_changes[1])
    assert (second["event_index"], second["trading_day"]) == ("1", "20231115")
    assert second["until"] == "2023-11-15 12:00:00.000001+00"


def test_an_auction_is_a_row_and_its_trades_have_no_aggressor() -> None:
    buy, sell = fill(7, "1", 1, False), fill(8, "2", 1, False)
    rows = maker().rows([entry(9, Uncrossed("ACME", 10025, 10, -5), buy, sell)])
    found = fields("auctions", rows.auctions[0])
    assert (found["price"], found["quantity"], found["imbalance"]) == ("10025e-2", "10", "-5")
    trade = fields("trades", rows.trades[0])
    assert (trade["trade_id"], trade["buy_order_id"], trade["quantity"]) == ("9-1", "7", "10")
    assert "aggressor_side" not in trade
    assert fields("executions", rows.executions[0])["aggressor"] == "f"


def test_an_instrument_says_what_it_stands_for() -> None:
    command = SetInstrument("ACME", 10**6, 10**8, 10**10, 2000, 10**14, 0, "USD", True, "INDEX", has_phases=True)
    found = fields("instruments", maker().rows([entry(7, command=command)]).instruments["ACME"])
    assert (found["underlying"], found["has_phases"]) == ("INDEX", "t")
