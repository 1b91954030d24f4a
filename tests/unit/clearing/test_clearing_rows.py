"""Rows of hand-made entries: what each event adds to each table."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tradsys_oms.clearing import schema
from tradsys_oms.clearing.copy_text import scale_of
from tradsys_oms.clearing.rows import RowMaker, TradeDate
from tradsys_oms.core.commands import CancelOrder, Command, EngineStarted, NewOrder, SetInstrument, SetMember
from tradsys_oms.core.events import CancelRejected, Event, Execution, OrderRejected, Refused
from tradsys_oms.errors import InvariantError
from tradsys_oms.journal.entries import Entry

NOON_NS = 1_700_049_600_000_000_000  # 2023-11-15 12:00:00 UTC
DAY_NS = 86_400_000_000_000
ACME = SetInstrument("ACME", 1_000_000, 100_000_000, 10_000_000_000, 2000, 10**14, 0, "USD", True)
NEW = NewOrder("B1", 2, "C1", "", "ACME", "1", "2", "0", 10 * 10**8, 100 * 10**8)


def execution(order_id: int, exec_type: str, ord_status: str, side: str = "1", cum_qty: int = 0) -> Execution:
    leaves_qty = 0 if ord_status in "24" else 10 - cum_qty
    return Execution(
        *("B1", "FIRM", order_id, f"C{order_id}", "", exec_type, ord_status, "", "ACME", side, "2", "0"),
        *(10, 10025, cum_qty, leaves_qty, cum_qty * 10025),
    )


def fill(order_id: int, side: str, trade_index: int, aggressor: bool) -> Execution:
    report = execution(order_id, "F", "2", side, 10)
    return replace(report, last_qty=10, last_px=10025, trade_index=trade_index, aggressor=aggressor)


def entry(seq: int, *events: Event, command: Command = NEW, time_ns: int = NOON_NS) -> Entry:
    return Entry(seq, time_ns, command, events)


def maker() -> RowMaker:
    return RowMaker({"ACME": scale_of(1_000_000, 100_000_000, "USD")}, [TradeDate("2023-11-14", 1)])


def fields(table: str, line: str) -> dict[str, str]:
    names = schema.metadata.tables[table].columns.keys()
    return {name: value for name, value in zip(names, line.split("\t"), strict=True) if value}


def test_a_trade_adds_executions_orders_and_one_trade() -> None:
    rows = maker().rows(
        [
            entry(7, execution(7, "0", "0")),
            entry(8, execution(8, "0", "0", "2"), fill(8, "2", 1, True), fill(7, "1", 1, False)),
        ]
    )
    assert [line.split("\t")[0] for line in rows.executions] == ["7-0", "8-0", "8-1", "8-2"]
    assert fields("trades", rows.trades[0]) == {
        "trade_id": "8-1",
        "trade_date": "2023-11-15",
        "journal_seq": "8",
        "symbol": "ACME",
        "executed_at": "2023-11-15 12:00:00.000000+00",
        "aggressor_side": "2",
        "currency": "USD",
        "price": "10025e-2",
        "quantity": "10",
        "notional": "100250e-2",
        "buy_order_id": "7",
        "buy_exec_id": "8-2",
        "buy_member": "FIRM",
        "buy_clord_id": "C7",
        "sell_order_id": "8",
        "sell_exec_id": "8-1",
        "sell_member": "FIRM",
        "sell_clord_id": "C8",
        "status": "traded",
    }
    assert [fields("orders", line)["ord_status"] for line in rows.orders_entered] == ["2", "2"]
    assert rows.orders_changed == []
    assert (rows.last_seq, rows.last_time_ns, rows.count()) == (8, NOON_NS, 7)


def test_an_execution_carries_the_whole_report() -> None:
    last = maker().rows([entry(8, execution(7, "0", "0"), fill(8, "2", 1, True), fill(7, "1", 1, False))]).executions[1]
    assert fields("executions", last) == {
        "exec_id": "8-1",
        "trade_date": "2023-11-15",
        "journal_seq": "8",
        "event_index": "1",
        "order_id": "8",
        "transact_time": "2023-11-15 12:00:00.000000+00",
        "session": "B1",
        "member": "FIRM",
        "clord_id": "C8",
        "exec_type": "F",
        "ord_status": "2",
        "symbol": "ACME",
        "side": "2",
        "ord_type": "2",
        "time_in_force": "0",
        "order_qty": "10",
        "price": "10025e-2",
        "last_qty": "10",
        "last_px": "10025e-2",
        "cum_qty": "10",
        "leaves_qty": "0",
        "avg_px": "10025e-2",
        "trade_id": "8-1",
        "aggressor": "t",
    }


def test_a_trade_without_its_other_side_is_a_broken_promise() -> None:
    with pytest.raises(InvariantError, match=r"Record 8 .* without its other side"):
        maker().rows([entry(8, execution(8, "0", "0", "2"), fill(8, "2", 1, True))])


def test_a_report_about_an_instrument_that_was_never_set_is_a_broken_promise() -> None:
    with pytest.raises(InvariantError, match="before it has set that instrument"):
        RowMaker({}, []).rows([entry(7, execution(7, "0", "0"))])


def test_rejects_are_executions_and_no_orders() -> None:
    rejected = OrderRejected("B1", "FIRM", "C\t1", "", "NOPE", "1", "2", "0", 150_000_000, None, 1, "Unknown symbol")
    duplicate = replace(execution(3, "8", "1", cum_qty=4), reason=6, text="Duplicate ClOrdID")
    rows = maker().rows([entry(7, rejected), entry(8, duplicate)])
    first = fields("executions", rows.executions[0])
    assert (first["exec_id"], first["order_id"], first["clord_id"]) == ("7-0", "7", "C\\t1")
    assert (first["order_qty"], first["ord_rej_reason"], first["leaves_qty"]) == ("15e-1", "1", "0")
    assert fields("executions", rows.executions[1])["ord_rej_reason"] == "6"
    assert rows.orders_entered == rows.orders_changed == []


def test_answers_that_change_nothing_add_nothing() -> None:
    cancel_reject = CancelRejected("B1", "FIRM", 0, "C2", "C1", "8", "1", 1, "Unknown order")
    rows = maker().rows([entry(7, execution(3, "I", "0")), entry(8, cancel_reject)])
    assert rows.count() == 0
    assert rows.last_seq == 8


def test_an_order_of_an_earlier_day_keeps_its_partition() -> None:
    rows_of = maker().rows
    rows_of([entry(7, execution(7, "0", "0"))])
    cancel = CancelOrder("B1", 9, "C9", "C7", "", "ACME", "1")
    rows = rows_of([entry(8, execution(7, "4", "4"), command=cancel, time_ns=NOON_NS + DAY_NS)])
    assert rows.trade_dates == [TradeDate("2023-11-16", 8)]
    assert fields("executions", rows.executions[0])["trade_date"] == "2023-11-16"
    assert fields("orders", rows.orders_changed[0])["trade_date"] == "2023-11-15"
    assert list(rows.days) == ["2023-11-16", "2023-11-15"]


def test_the_trade_date_never_goes_back() -> None:
    rows = maker().rows([entry(7), entry(8, execution(8, "0", "0"), time_ns=NOON_NS - DAY_NS)])
    found = fields("executions", rows.executions[0])
    assert (found["trade_date"], found["transact_time"]) == ("2023-11-15", "2023-11-14 12:00:00.000000+00")


def test_reference_data_take_effect_at_their_place() -> None:
    finer = replace(ACME, tick_e8=10_000, currency="EUR")
    rows = maker().rows(
        [
            entry(6, command=EngineStarted("1", "host", 1)),
            entry(7, command=SetMember("FIRM", False, "GROUP")),
            entry(8, Refused("orders are open"), command=replace(ACME, tick_e8=1)),
            entry(9, execution(9, "0", "0")),
            entry(10, command=finer),
            entry(11, execution(11, "0", "0")),
        ]
    )
    assert [fields("executions", line)["price"] for line in rows.executions] == ["10025e-2", "10025e-4"]
    member = fields("members", rows.members["FIRM"])
    assert (member["enabled"], member["firm"]) == ("f", "GROUP")
    instrument = fields("instruments", rows.instruments["ACME"])
    assert (instrument["tick_size"], instrument["lot_size"], instrument["currency"]) == ("1e-4", "1", "EUR")
    assert instrument["journal_seq"] == "10"
    assert instrument["has_phases"] == "f"
    assert "order_notional_max" not in instrument
