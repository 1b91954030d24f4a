"""Another TradSys: its gateway reads what adapters send as what was meant, and adapters read what it reports.

Our own dictionaries and QuickFIX judge the messages of all plain dialects besides.
"""

from __future__ import annotations

import pytest
from msgspec import structs

from tests.unit.fix.dialect_messages import TIME_NS, assert_valid, print_report, received
from tests.unit.fix.test_dialects import execution
from tests.unit.venues.adapters.venue_messages import E8, NOW_NS, PLACE, cancel, line, order, plain, query, replace
from tradsys_oms.core.commands import (
    CancelOrder,
    Instructions,
    NewOrder,
    QueryOrder,
    QueryOrders,
    ReplaceOrder,
    VenueRefusal,
    VenueReport,
)
from tradsys_oms.core.events import CancelRejected, Detail, MassStatusEmpty, StatusUnknown, VenueRequest
from tradsys_oms.core.fields import PegPriceType
from tradsys_oms.fix.dialects.report_table import ROWS

VERSIONS = {"tradsys42": "FIX.4.2", "tradsys44": "FIX.4.4", "tradsys50sp2": "FIX.5.0SP2"}
ASKED = Instructions(
    stop_px_e8=9 * E8,
    display_qty_e8=10 * E8,
    min_qty_e8=5 * E8,
    exec_inst="6G",
    expire_date=20260131,
    self_match_id="S1",
    self_match_instruction="2",
)
PEG = Instructions(peg_price_type=PegPriceType.MARKET, peg_offset_e8=-E8)


def arrived(dialect: str, request: VenueRequest) -> object:
    """Give the command that the gateway makes of a request."""
    out = plain(dialect).encode(PLACE, request, NOW_NS)
    version = VERSIONS[dialect]
    assert_valid(out.msg_type, {str(tag): value for tag, value in out.fields}, version)
    return received(version, f"{out.msg_type}|{line(out.fields)}")


@pytest.mark.parametrize("dialect", VERSIONS)
def test_orders_arrive_as_they_were_meant(dialect: str) -> None:
    terms = (100 * E8, 10 * E8)
    assert arrived(dialect, order()) == NewOrder("B", 5, "41-2", "A1", "ACME", "1", "2", "0", *terms)
    stop = order(side="5", ord_type="4", time_in_force="6", instructions=ASKED)
    command = arrived(dialect, stop)
    assert isinstance(command, NewOrder)
    assert (command.side, command.ord_type, command.time_in_force, command.unsupported) == ("5", "4", "6", "")
    seen = command.instructions
    assert seen is not None
    assert seen == structs.replace(ASKED, max_floor=dialect != "tradsys50sp2")
    peg = arrived(dialect, order(ord_type="P", price=None, instructions=PEG))
    assert isinstance(peg, NewOrder)
    assert (peg.ord_type, peg.price_e8, peg.instructions, peg.unsupported) == ("P", None, PEG, "")
    closing = arrived(dialect, order(time_in_force="7"))
    assert isinstance(closing, NewOrder)
    assert (closing.ord_type, closing.time_in_force, closing.unsupported) == ("2", "7", "")


@pytest.mark.parametrize("dialect", VERSIONS)
def test_requests_arrive_as_they_were_meant(dialect: str) -> None:
    assert arrived(dialect, cancel()) == CancelOrder("B", 5, "41-2", "40-1", "V9", "ACME", "1")
    expected = ReplaceOrder("B", 5, "41-2", "40-1", "V9", "ACME", "1", "2", "0", 150 * E8, 1_050_000_000)
    assert arrived(dialect, replace()) == expected
    itself = "" if dialect == "tradsys42" else "41-2"
    assert arrived(dialect, query()) == QueryOrder("B", 5, "40-1", "V9", "ACME", "1", itself)
    assert arrived(dialect, query(clord_id="")) == QueryOrders("B", 5, "41-2", "7", "", "", "")


def told(dialect: str, event: object) -> object:
    """Give the command that an adapter makes of what the gateway reports; None where it reports nothing."""
    printed = print_report(event, VERSIONS[dialect])
    if printed is None:
        return None
    msg_type, fields = printed
    (command,) = plain(dialect).decode(msg_type, [(int(tag), value) for tag, value in fields.items()])
    return command


@pytest.mark.parametrize("dialect", VERSIONS)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.exec_type + row.ord_status)
def test_each_report_comes_back_as_what_it_was(dialect: str, row: tuple[str, str, str, str]) -> None:
    exec_type, ord_status = row[:2]
    cum_qty = 0 if ord_status == "0" else 30
    detail = Detail(exec_ref_seq=7, exec_ref_index=1) if exec_type in "GH" else None
    event = execution(
        exec_type,
        ord_status,
        clord_id="41-2",
        orig_clord_id="40-1",
        order_qty=100,
        price=1_050,
        cum_qty=cum_qty,
        leaves_qty=100 - cum_qty,
        cum_notional=cum_qty * 1_025,
        last_qty=10,
        last_px=1_025,
        trade_index=0,
        detail=detail,
        text="so it is",
    )
    command = told(dialect, event)
    if command is None:
        assert (dialect, exec_type) == ("tradsys42", "L")
        return
    assert isinstance(command, VenueReport)
    assert (command.clord_id, command.orig_clord_id) == ("41-2", "40-1")
    if (dialect, exec_type, ord_status) == ("tradsys42", "5", "A"):
        ord_status = "1"  # there it is printed as Replaced, and the quantities say the rest
    assert (command.exec_type, command.ord_status) == (exec_type, ord_status)
    assert command.exec_id == ("0" if exec_type == "I" else "12-3")
    assert command.exec_ref_id == ("7-1" if exec_type in "GH" else "")
    assert (command.order_qty_e8, command.price_e8) == (100 * E8, 1_050_000_000)
    assert (command.cum_qty_e8, command.leaves_qty_e8) == (cum_qty * E8, (100 - cum_qty) * E8)
    assert command.avg_px_e8 == (1_025_000_000 if cum_qty else 0)
    assert (command.last_qty_e8, command.last_px_e8) == ((10 * E8, 1_025_000_000) if exec_type in "FG7" else (0, 0))
    assert (command.text, command.transact_ns) == ("so it is", TIME_NS // 1_000_000 * 1_000_000)


@pytest.mark.parametrize("dialect", VERSIONS)
def test_answers_about_nothing_come_back(dialect: str) -> None:
    unknown = StatusUnknown("B", "M", "41-2", "", "ACME", "1", "", "No such order")
    assert told(dialect, unknown) == VenueRefusal("XV", 0, "41-2", "", "unknown", "8", 5, "No such order")
    empty = told(dialect, MassStatusEmpty("B", "M", "40-0", "", "", "No open order fits the request"))
    assert isinstance(empty, VenueReport)
    assert (empty.clord_id, empty.is_last_report) == ("", True)
    refused = CancelRejected("B", "M", 7, "41-2", "40-1", "2", "1", 0, "Too late")
    assert told(dialect, refused) == VenueRefusal("XV", 0, "41-2", "40-1", "cancel", "2", 0, "Too late")


@pytest.mark.parametrize("dialect", VERSIONS)
@pytest.mark.parametrize("is_last", [True, False])
def test_the_last_of_a_mass_status_is_known(dialect: str, is_last: bool) -> None:
    detail = Detail(mass_status_req_id="40-0", reports_total=2, is_last_report=is_last)
    command = told(dialect, execution("I", "0", clord_id="41-2", detail=detail))
    assert isinstance(command, VenueReport)
    assert command.is_last_report == is_last


@pytest.mark.parametrize(
    ("dialect", "version"), [("fix42", "FIX.4.2"), ("fix44", "FIX.4.4"), ("fix50sp2", "FIX.5.0SP2")]
)
def test_plain_dialects_keep_to_the_dictionary(dialect: str, version: str) -> None:
    adapter = plain(dialect)
    requests: list[VenueRequest] = [order(), order(account=""), cancel(), replace(), query()]
    if dialect != "fix42":
        requests.append(query(clord_id=""))
    for request in requests:
        out = adapter.encode(PLACE, request, NOW_NS)
        assert_valid(out.msg_type, {str(tag): value for tag, value in out.fields}, version)
