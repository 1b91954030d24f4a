"""CashOrderQty (152), orders without ClOrdID (11), and ManualOrderIndicator (1028), in the fields of each version."""

from __future__ import annotations

import pytest
from msgspec import structs

from tests.unit.fix.dialect_messages import TIME, assert_valid, print_report, received
from tradsys_oms.core.commands import Instructions, NewOrder, ReplaceOrder
from tradsys_oms.core.events import Detail, Execution, OrderRejected
from tradsys_oms.fix.dialects import VERSIONS
from tradsys_oms.fix.errors import ConditionallyRequiredFieldMissing, ValueOutOfRange

E8 = 100_000_000
CASH = Instructions(cash_order_qty_e8=10_000 * E8)
TAKEN = Instructions(is_manual=True)
REPORT = Execution(
    *("B1", "B", 12, "C1", "", "0", "0", "ACC", "ACME", "1", "2", "0", 500, 2_000, 0, 500, 0),
    instructions=structs.replace(CASH, cash_px_e8=20 * E8),
)


def order(version: str, text: str, msg_type: str) -> NewOrder | ReplaceOrder:
    handl_inst = "21=1|" if version == "FIX.4.2" else ""
    orig = "41=C0|" if msg_type == "G" else ""
    command = received(version, f"{msg_type}|11=C1|{orig}{handl_inst}55=ACME|54=1|60={TIME}|{text}")
    assert isinstance(command, NewOrder | ReplaceOrder)
    return command


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("msg_type", ["D", "G"])
def test_an_amount_stands_in_place_of_the_quantity(version: str, msg_type: str) -> None:
    command = order(version, "152=10000|40=1|15=EUR", msg_type)
    assert (command.order_qty_e8, command.instructions, command.unsupported) == (0, CASH, "")
    assert command.currency == "EUR"
    assert order(version, "152=-0.5|40=2|44=9", msg_type).instructions == Instructions(cash_order_qty_e8=-E8 // 2)
    both = order(version, "152=10000|38=5|40=1", msg_type)
    assert (both.order_qty_e8, both.instructions) == (5 * E8, CASH)
    assert both.unsupported == "CashOrderQty (152) together with OrderQty (38) is not supported"
    with pytest.raises(ConditionallyRequiredFieldMissing, match=r"OrderQty \(38\) or CashOrderQty \(152\) is required"):
        order(version, "40=1", msg_type)
    with pytest.raises(ValueOutOfRange):
        order(version, "40=1|152=0.000000001", msg_type)


@pytest.mark.parametrize("version", [version for version in VERSIONS if version != "FIX.4.2"])
@pytest.mark.parametrize(
    ("text", "unsupported"),
    [
        ("152=10000|468=1", ""),
        ("152=10000|468=0", "RoundingDirection (468) 0 is not supported"),
        ("152=10000|469=5", "RoundingModulus (469) is not supported"),
        ("152=10000|516=5", "OrderPercent (516) is not supported"),
        ("38=10|516=5", "OrderPercent (516) is not supported"),
    ],
)
def test_amounts_are_rounded_down(version: str, text: str, unsupported: str) -> None:
    command = order(version, f"40=1|{text}", "D")
    assert command.unsupported == unsupported
    assert command.instructions == (CASH if "152" in text else None), "a refusal repeats the amount"


@pytest.mark.parametrize("version", VERSIONS)
def test_reports_have_both(version: str) -> None:
    printed = print_report(REPORT, version)
    assert printed is not None
    assert_valid(*printed, version)
    assert (printed[1]["38"], printed[1]["152"], printed[1]["11"]) == ("500", "10000", "C1")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_refusal_has_the_quantity_if_there_was_one(version: str) -> None:
    event = OrderRejected("B1", "B", "C1", "ACC", "ACME", "1", "1", "0", 0, None, 99, "no", CASH)
    for qty_e8, asked, wanted in ((0, CASH, ""), (5 * E8, CASH, "5"), (0, None, "0")):
        printed = print_report(structs.replace(event, order_qty_e8=qty_e8, instructions=asked), version)
        assert printed is not None
        assert_valid(*printed, version)
        assert printed[1].get("38", "") == wanted
        assert printed[1].get("152", "") == ("10000" if asked else "")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("exec_type", "ord_status", "more"),
    [
        ("0", "0", {}),
        ("A", "A", {}),
        ("F", "1", {"last_qty": 5, "last_px": 2_000, "trade_index": 1}),
        ("F", "1", {"last_qty": 5, "last_px": 2_000, "trade_index": 3, "detail": Detail(venue="V1")}),
        ("4", "4", {"text": "agreed"}),
        ("D", "0", {"detail": Detail(restatement_reason=2)}),
        ("I", "0", {}),
    ],
)
def test_an_order_by_telephone_has_no_name(
    version: str, exec_type: str, ord_status: str, more: dict[str, object]
) -> None:
    named = structs.replace(REPORT, exec_type=exec_type, ord_status=ord_status, instructions=TAKEN, **more)
    with_name = print_report(named, version)
    without = print_report(structs.replace(named, clord_id=""), version)
    assert with_name is not None
    assert without is not None
    assert_valid(*without, version)
    assert with_name[1].pop("11") == "C1"
    assert without == with_name
    assert without[1].get("1028", "") == ("Y" if version.startswith("FIX.5.0") else "")


def test_a_report_that_a_version_has_no_word_for_is_left_out() -> None:
    triggered = structs.replace(REPORT, exec_type="L", clord_id="", instructions=TAKEN)
    assert print_report(triggered, "FIX.4.2") is None
    assert print_report(triggered, "FIX.4.4") is not None
