"""Rows of hand-made entries: fills at venues, requests to them, orders that wait there, executions done elsewhere."""

from __future__ import annotations

from msgspec.structs import replace

from tests.unit.clearing.test_clearing_rows import DAY_NS, NOON_NS, entry, execution, maker
from tradsys_oms.clearing import schema, venue_schema
from tradsys_oms.clearing.order_rows import StatusChange
from tradsys_oms.core.commands import (
    DropCopy,
    EnterOrder,
    Instructions,
    NewOrder,
    ReplaceOrder,
    VenueRefusal,
    VenueReport,
)
from tradsys_oms.core.events import (
    CancelRejected,
    Detail,
    Execution,
    ExternalExecution,
    VenueCancel,
    VenueOrder,
    VenueQuery,
    VenueReplace,
)

E8 = 10**8
ORDER = NewOrder("B1", 2, "C7", "A1", "ACME", "1", "2", "0", 10 * E8, 10_025_000_000)
SENT = VenueOrder("V1", 7, "FIRM", "A1", "ACME", "1", "2", "0", 10 * E8, 10_025_000_000)
FILLED = Detail(venue="V1", venue_exec_id="E\t1", venue_clord_id="7-0")


def reported(exec_type: str = "F", exec_id: str = "E\t1", transact_ns: int = NOON_NS - 1_000) -> VenueReport:
    names = ("V1", 1, "7-0", "", "O1", exec_id, "", exec_type, "1", "ACME", "1")
    return VenueReport(*names, 10 * E8, None, 0, 0, 0, transact_ns=transact_ns)


def fill(index: int = 0, qty: int = 4, px: int = 10_025) -> Execution:
    report = execution(7, "F", "1", cum_qty=qty)
    return replace(report, last_qty=qty, last_px=px, trade_index=index, detail=FILLED, account="A1")


def row(table: str, line: str) -> dict[str, str]:
    assert venue_schema.venue_trades.metadata is schema.metadata
    names = schema.metadata.tables[table].columns.keys()
    return {name: value for name, value in zip(names, line.split("\t"), strict=True) if value}


def test_a_fill_at_a_venue_is_a_trade_with_one_side() -> None:
    rows = maker().rows([entry(7, SENT, command=ORDER), entry(8, fill(), command=reported())])
    assert row("venue_trades", rows.venue_trades[0]) == {
        "trade_id": "8-0",
        "trade_date": "2023-11-15",
        "journal_seq": "8",
        "executed_at": "2023-11-15 12:00:00.000000+00",
        "venue": "V1",
        "venue_exec_id": "E\\t1",
        "venue_clord_id": "7-0",
        "venue_time": "2023-11-15 11:59:59.999999+00",
        "symbol": "ACME",
        "side": "1",
        "price": "10025e-2",
        "quantity": "4",
        "notional": "40100e-2",
        "currency": "USD",
        "order_id": "7",
        "member": "FIRM",
        "account": "A1",
        "clord_id": "C7",
        "status": "traded",
    }
    found = row("executions", rows.executions[0])
    assert (found["trade_id"], found["venue"], found["venue_exec_id"], found["venue_clord_id"]) == (
        *("8-0", "V1", "E\\t1", "7-0"),
    )
    assert "aggressor" not in found
    assert rows.trades == []


def test_two_fills_in_a_record_are_two_trades() -> None:
    rows = maker().rows([entry(7, SENT, command=ORDER), entry(8, fill(0, 3), fill(1, 1), command=reported("I", "0"))])
    trades = [row("venue_trades", line) for line in rows.venue_trades]
    assert [(trade["trade_id"], trade["quantity"]) for trade in trades] == [("8-0", "3"), ("8-1", "1")]
    assert all("venue_time" not in trade for trade in trades), "the report was about something else"


def test_a_venue_busts_and_corrects_the_trade_of_its_day() -> None:
    made = maker()
    made.rows([entry(7, SENT, command=ORDER), entry(8, fill(), command=reported())])
    detail = replace(FILLED, exec_ref_seq=8, trade_seq=8, venue_exec_id="E2")
    correct = replace(execution(7, "G", "1", cum_qty=3), last_qty=3, last_px=10_000, detail=detail)
    bust = replace(execution(7, "H", "0"), detail=replace(detail, exec_ref_seq=9, venue_exec_id="E3"))
    later = NOON_NS + DAY_NS
    rows = made.rows([
        entry(9, correct, command=reported("G", "E2"), time_ns=later),
        entry(10, bust, command=reported("H", "E3"), time_ns=later),
    ])  # fmt: skip
    assert [change._asdict() for change in rows.venue_trades_changed] == [
        {
            "status": status,
            "price": price,
            "quantity": quantity,
            "journal_seq": seq,
            "amended_at": "2023-11-16 12:00:00.000000+00",
            "trade_id": "8-0",
            "trade_date": "2023-11-15",
        }
        for status, price, quantity, seq in (("corrected", "10000e-2", "3", 9), ("busted", None, "0", 10))
    ]
    found = [row("executions", line) for line in rows.executions]
    assert [(one["exec_ref_id"], one["trade_id"], one["last_qty"]) for one in found] == [
        ("8-0", "8-0", "3"),
        ("9-0", "8-0", "0"),
    ]
    assert (rows.trade_amendments, rows.trades_changed) == ([], [])


def test_requests_to_venues_stay_on_record() -> None:
    replaced = VenueReplace("V1", 7, "7-0", "7-0", "O1", "A1", "ACME", "1", "2", "0", 12 * E8, None)
    cancel = VenueCancel("V1", 7, "8-0", "7-0", "O1", "A1", "ACME", "1", 12 * E8)
    query = VenueQuery("V1", "8-0", "7-0", "O1", "A1", "ACME", "1")
    rows = maker().rows([entry(7, SENT, command=ORDER), entry(8, replaced, cancel, query)])
    found = [row("venue_requests", line) for line in rows.venue_requests]
    keys = ("clord_id", "msg_type", "orig_clord_id", "first_clord_id", "order_qty", "price", "member", "ord_type")
    assert [tuple(one.get(key) for key in keys) for one in found] == [
        ("7-0", "D", None, "7-0", "10", "10025e-2", "FIRM", "2"),
        ("8-0", "G", "7-0", "7-0", "12", None, None, "2"),
        ("8-1", "F", "8-0", "7-0", "12", None, None, None),
    ]


def test_an_order_that_waits_at_a_venue_is_pending_new() -> None:
    rows = maker().rows([entry(7, SENT, command=ORDER)])
    found = row("orders", rows.orders_entered[0])
    assert (found["ord_status"], found["session"], found["member"], found["clord_id"]) == ("A", "B1", "FIRM", "C7")
    assert (found["order_qty"], found["price"], found["leaves_qty"]) == ("10", "10025e-2", "10")
    assert rows.executions == []


def test_new_and_pending_reports_change_the_status_alone() -> None:
    made = maker()
    made.rows([entry(7, SENT, command=ORDER)])
    new = execution(7, "0", "0")
    pending = replace(execution(7, "E", "E"), clord_id="C9", orig_clord_id="C7", order_qty=99)
    rows = made.rows([entry(8, new, command=reported("0")), entry(9, pending, command=reported("E"))])
    moment = "2023-11-15 12:00:00.000000+00"
    assert rows.statuses_changed == [
        StatusChange(7, "2023-11-15", "A", "0", 8, moment),
        StatusChange(7, "2023-11-15", "", "E", 9, moment),
    ]
    assert rows.orders_changed == rows.orders_entered == []
    assert len(rows.executions) == 2


def test_a_refused_request_leaves_the_order_not_pending() -> None:
    pending = replace(execution(7, "E", "E"), clord_id="C9", orig_clord_id="C7")
    refused = CancelRejected("B1", "FIRM", 7, "C9", "C7", "0", "2", 0, "too late")
    replace_it = ReplaceOrder("B1", 3, "C9", "C7", "", "ACME", "1", "2", "0", 12 * E8, None)
    refusal = VenueRefusal("V1", 2, "8-1", "7-0", "cancel", "0", 0, "too late")
    rows = maker().rows([
        entry(7, execution(7, "A", "A"), SENT, command=ORDER),
        entry(8, pending, command=replace_it),
        entry(9, refused, command=refusal),
    ])  # fmt: skip
    found = row("orders", rows.orders_entered[0])
    assert (found["ord_status"], found["clord_id"], found["journal_seq"]) == ("0", "C7", "9")
    assert rows.statuses_changed == []


def test_an_order_that_its_venue_refuses_is_rejected() -> None:
    rejected = replace(execution(7, "8", "8"), leaves_qty=0, reason=1, text="unknown")
    rows = maker().rows([entry(7, execution(7, "A", "A"), SENT, command=ORDER), entry(8, rejected)])
    assert row("orders", rows.orders_entered[0])["ord_status"] == "8"
    assert row("executions", rows.executions[1])["ord_rej_reason"] == "1"


def test_a_guarantee_is_no_trade() -> None:
    stopped = replace(execution(7, "7", "7"), last_qty=2, last_px=10_010)
    rows = maker().rows([entry(7, execution(7, "A", "A"), SENT, command=ORDER), entry(8, stopped)])
    found = row("executions", rows.executions[1])
    assert (found["exec_type"], found["last_qty"], found["last_px"]) == ("7", "2", "10010e-2")
    assert "trade_id" not in found
    assert rows.venue_trades == []


def test_executions_done_elsewhere_have_a_table() -> None:
    told = DropCopy("D1", 1, "X2", "X1", "H", "FIRM", "A1", "ACME", "2", 0, 0)
    event = ExternalExecution("D1", "X2", "X1", "H", "FIRM", "A1", "ACME", "2", 0, 0, 5)
    rows = maker().rows([entry(7, event, command=told)])
    assert row("external_executions", rows.external_executions[0]) == {
        "journal_seq": "7",
        "event_index": "0",
        "trade_date": "2023-11-15",
        "recorded_at": "2023-11-15 12:00:00.000000+00",
        "venue": "D1",
        "exec_id": "X2",
        "exec_ref_id": "X1",
        "exec_type": "H",
        "member": "FIRM",
        "account": "A1",
        "symbol": "ACME",
        "side": "2",
        "last_qty": "0",
        "last_px": "0e-2",
    }


def test_an_order_for_money_waits_at_venues_with_the_quantity_that_they_were_sent() -> None:
    asked = Instructions(cash_order_qty_e8=1_000 * E8)
    cash = replace(ORDER, order_qty_e8=0, instructions=asked)
    parts = (replace(SENT, order_qty_e8=4 * E8), replace(SENT, venue="V2", order_qty_e8=5 * E8))
    (line,) = maker().rows([entry(7, *parts, command=cash)]).orders_entered
    found = row("orders", line)
    assert (found["order_qty"], found["leaves_qty"], found["ord_status"]) == ("9", "9", "A")


def test_an_order_by_telephone_waits_at_a_venue_without_a_name() -> None:
    taken = EnterOrder(replace(ORDER, clord_id="", msg_seq_num=0), "called (by desk)")
    (line,) = maker().rows([entry(7, SENT, command=taken)]).orders_entered
    found = row("orders", line)
    assert (found["order_id"], found["order_qty"], found["ord_status"]) == ("7", "10", "A")
    assert "clord_id" not in found
