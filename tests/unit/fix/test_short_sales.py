"""Short sales in the words of each version: sides that come in and go out again, and LocateReqd."""

from __future__ import annotations

import pytest

from tests.unit.fix.dialect_messages import order, print_report, received
from tests.unit.fix.test_dialects import NEW, TIME, execution
from tradsys_oms.core.commands import CancelOrder, MassCancelOrders, NewOrder, QueryOrder, QueryOrders, ReplaceOrder
from tradsys_oms.core.events import MassCancelReport, OrderRejected
from tradsys_oms.fix.dialects import VERSIONS

SHORT_SALES = ["5", "6"]


def short_sale(version: str, msg_type: str, side: str, text: str = "") -> NewOrder | ReplaceOrder:
    """Decode a Limit order to sell short, or its replace."""
    hand = "21=1|" if version == "FIX.4.2" else ""
    orig = "41=C0|" if msg_type == "G" else ""
    body = f"{msg_type}|11=C1|{orig}{hand}55=ACME|54={side}|60={TIME}|38=10|40=2|44=9{text}"
    command = received(version, body)
    assert isinstance(command, NewOrder | ReplaceOrder)
    return command


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("msg_type", ["D", "G"])
@pytest.mark.parametrize("side", SHORT_SALES)
def test_a_short_sale_comes_in_as_it_is(version: str, msg_type: str, side: str) -> None:
    command = short_sale(version, msg_type, side)
    assert (command.side, command.locate_reqd, command.unsupported, command.instructions) == (side, "", "", None)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("msg_type", ["D", "G"])
@pytest.mark.parametrize("locate_reqd", ["Y", "N"])
def test_who_locates_the_shares_is_said(version: str, msg_type: str, locate_reqd: str) -> None:
    command = short_sale(version, msg_type, "5", f"|114={locate_reqd}")
    assert (command.locate_reqd, command.unsupported, command.instructions) == (locate_reqd, "", None)
    special = short_sale(version, msg_type, "5", f"|114={locate_reqd}|110=5")
    assert (special.locate_reqd, special.unsupported) == (locate_reqd, "")
    assert special.instructions is not None


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("msg_type", ["D", "G"])
def test_locate_reqd_is_yes_or_no(version: str, msg_type: str) -> None:
    with pytest.raises(AssertionError, match=r"114"):
        order(version, "40=2|44=9|114=X", msg_type)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("side", SHORT_SALES)
def test_requests_name_the_side(version: str, side: str) -> None:
    common = f"11=C2|41=C1|55=ACME|54={side}|60={TIME}"
    sized = "|38=10" if version != "FIX.4.2" else ""
    cancel, query = received(version, f"F|{common}{sized}"), received(version, f"H|11=C1|55=ACME|54={side}")
    assert isinstance(cancel, CancelOrder)
    assert isinstance(query, QueryOrder)
    mass = received(version, f"q|11=M|530=7|54={side}|60={TIME}")
    asked = received(version, f"AF|584=Q|585=7|54={side}")
    assert isinstance(mass, MassCancelOrders)
    assert isinstance(asked, QueryOrders)
    assert {cancel.side, query.side, mass.side, asked.side} == {side}
    assert (mass.unsupported, asked.unsupported) == ("", "")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("side", SHORT_SALES)
def test_reports_name_the_side(version: str, side: str) -> None:
    rejected = OrderRejected("B", "B", "C9", "", "ACME", side, "2", "0", 100_000_000, 9_000_000_000, 0, "SEC Rule 201")
    for event in (execution("0", "0", side=side), rejected, MassCancelReport("B", "B", "M", "7", "ACME", side, 1)):
        printed = print_report(event, version)
        assert printed is not None
        assert printed[1]["54"] == side
        assert "114" not in printed[1]
        if event is rejected:
            assert printed[1]["103"] == "0"
    assert NEW.side == "1"
