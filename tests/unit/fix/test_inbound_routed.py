"""Where an order shall go, and requests about orders at other markets, in the fields of each version."""

from __future__ import annotations

import pytest

from tests.unit.fix.dialect_messages import order, received
from tradsys_oms.core.commands import CancelOrder, NewOrder, QueryOrder, ReplaceOrder
from tradsys_oms.fix.dialects import VERSIONS
from tradsys_oms.fix.dialects.instructions import USUAL
from tradsys_oms.fix.errors import ValueOutOfRange

ALL = tuple(VERSIONS)
FIX50S = ("FIX.5.0", "FIX.5.0SP2")


@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize("msg_type", ["D", "G"])
def test_the_destination_of_a_plain_order(version: str, msg_type: str) -> None:
    command = order(version, "40=2|44=9|100=XNAS", msg_type)
    assert isinstance(command, NewOrder | ReplaceOrder)
    assert (command.ex_destination, command.unsupported, command.instructions) == ("XNAS", "", None)
    plain = order(version, "40=2|44=9", msg_type)
    assert isinstance(plain, NewOrder | ReplaceOrder)
    assert plain.ex_destination == ""


@pytest.mark.parametrize("version", ALL)
def test_the_destination_of_an_order_with_instructions(version: str) -> None:
    command = order(version, "40=3|99=9|100=XNAS|114=N|15=USD")
    assert isinstance(command, NewOrder)
    assert (command.ex_destination, command.locate_reqd, command.currency) == ("XNAS", "N", "USD")
    assert (command.unsupported, command.instructions is None) == ("", False)


def test_a_destination_leaves_an_order_on_the_short_way() -> None:
    assert "100" in USUAL


@pytest.mark.parametrize("version", FIX50S)
@pytest.mark.parametrize(
    ("source", "words"),
    [("D", ""), ("G", ""), ("B", "ExDestinationIDSource (1133) B is not supported")],
)
def test_what_kind_of_code_names_the_destination(version: str, source: str, words: str) -> None:
    command = order(version, f"40=2|44=9|100=XNAS|1133={source}")
    assert isinstance(command, NewOrder)
    assert (command.ex_destination, command.unsupported, command.instructions) == ("XNAS", words, None)


def test_a_type_of_destination_is_refused() -> None:
    command = order("FIX.5.0SP2", "40=2|44=9|100=XNAS|2704=1")
    assert isinstance(command, NewOrder)
    assert command.unsupported == "Tag (2704) is not supported"


@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize("msg_type", ["D", "G"])
def test_a_destination_that_is_too_long_is_rejected(version: str, msg_type: str) -> None:
    longest = order(version, f"40=2|44=9|100={'X' * 64}", msg_type)
    assert isinstance(longest, NewOrder | ReplaceOrder)
    assert longest.ex_destination == "X" * 64
    with pytest.raises(ValueOutOfRange) as refused:
        order(version, f"40=2|44=9|100={'X' * 65}", msg_type)
    assert refused.value.tag == "100"


@pytest.mark.parametrize("version", ALL)
def test_requests_chain_on_requests_that_are_pending(version: str) -> None:
    """OrigClOrdID is the last ClOrdID that was not refused, also one that nobody has accepted yet (R8)."""
    time = "60=20260101-09:00:00.123"
    handl_inst = "21=1|" if version == "FIX.4.2" else ""
    replace = received(version, f"G|11=C3|41=C2|37=7|{handl_inst}55=ACME|54=1|{time}|38=70|40=2|44=9")
    assert replace == ReplaceOrder("B", 5, "C3", "C2", "7", "ACME", "1", "2", "0", 70 * 10**8, 9 * 10**8)
    qty = "38=70|" if version == "FIX.4.2" else ""
    cancel = received(version, f"F|11=C3|41=C2|37=7|55=ACME|54=1|{qty}{time}")
    assert cancel == CancelOrder("B", 5, "C3", "C2", "7", "ACME", "1")
    status = received(version, "H|11=C2|37=7|55=ACME|54=1")
    assert status == QueryOrder("B", 5, "C2", "7", "ACME", "1", "")
