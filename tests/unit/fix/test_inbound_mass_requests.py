"""Requests about many orders or about an instrument, in each version."""

from __future__ import annotations

import pytest

from tests.unit.fix.dialect_messages import TIME, received
from tradsys_oms.core.commands import MassCancelOrders, QueryMarket, QueryOrders
from tradsys_oms.fix.dialects import VERSIONS
from tradsys_oms.fix.errors import ConditionallyRequiredFieldMissing, ValueOutOfRange


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("fields", "request_type", "symbol", "underlying", "side"),
    [
        ("530=7", "7", "", "", ""),
        ("530=7|54=2|58=all out", "7", "", "", "2"),
        ("530=1|55=ACME|54=1", "1", "ACME", "", "1"),
        ("530=2|311=INDEX", "2", "", "INDEX", ""),
    ],
)
def test_mass_cancel(version: str, fields: str, request_type: str, symbol: str, underlying: str, side: str) -> None:
    command = received(version, f"q|11=M1|60={TIME}|{fields}")
    assert command == MassCancelOrders("B", 5, "M1", request_type, symbol, underlying, side)


@pytest.mark.parametrize("version", VERSIONS)
def test_mass_status(version: str) -> None:
    assert received(version, "AF|584=S1|585=7") == QueryOrders("B", 5, "S1", "7", "", "", "")
    assert received(version, "AF|584=S1|585=1|55=ACME|54=1") == QueryOrders("B", 5, "S1", "1", "ACME", "", "1")
    assert received(version, "AF|584=S1|585=2|311=IX") == QueryOrders("B", 5, "S1", "2", "", "IX", "")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("subscription", ["0", "1", "2"])
def test_security_status_request(version: str, subscription: str) -> None:
    command = received(version, f"e|324=Q1|55=ACME|263={subscription}")
    assert command == QueryMarket("B", 5, "Q1", "ACME", subscription)


@pytest.mark.parametrize(
    ("version", "text", "words"),
    [
        ("FIX.4.2", "q|530=3", "MassCancelRequestType (530) 3 is not supported"),
        ("FIX.5.0SP2", "q|530=9", "MassCancelRequestType (530) 9 is not supported"),
        ("FIX.4.4", "q|530=7|336=DAY", "TradingSessionID (336) is not supported"),
        ("FIX.5.0", "q|530=7|453=1|448=X|447=D|452=1", "NoPartyIDs (453) is not supported"),
        ("FIX.4.4", "q|530=7|55=ACME", "Symbol (55) with MassCancelRequestType (530) 7 is not supported"),
        (
            "FIX.4.4",
            "q|530=1|55=ACME|311=X",
            "UnderlyingSymbol (311) with MassCancelRequestType (530) 1 is not supported",
        ),
        ("FIX.4.4", "AF|585=7|1=HOUSE", "Account (1) is not supported"),
        ("FIX.5.0SP2", "AF|585=8", "MassStatusReqType (585) 8 is not supported"),
    ],
)
def test_what_would_hit_other_orders_than_it_means_is_refused(version: str, text: str, words: str) -> None:
    given = f"11=M1|60={TIME}" if text.startswith("q") else "584=S1"
    command = received(version, text.replace("|", f"|{given}|", 1))
    assert isinstance(command, MassCancelOrders | QueryOrders)
    assert command.unsupported == words


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("text", "tag"),
    [
        (f"q|11=M1|60={TIME}|530=1", "55"),
        (f"q|11=M1|60={TIME}|530=2", "311"),
        ("AF|584=S1|585=1", "55"),
        ("AF|584=S1|585=2", "311"),
    ],
)
def test_what_says_which_orders_are_meant_is_required(version: str, text: str, tag: str) -> None:
    with pytest.raises(ConditionallyRequiredFieldMissing) as missing:
        received(version, text)
    assert missing.value.tag == tag


@pytest.mark.parametrize("text", [f"q|11={'x' * 65}|60={TIME}|530=7", f"AF|584={'x' * 65}|585=7"])
def test_ids_have_a_longest(text: str) -> None:
    with pytest.raises(ValueOutOfRange):
        received("FIX.4.4", text)
    with pytest.raises(ValueOutOfRange):
        received("FIX.4.4", f"e|324={'x' * 65}|55=ACME|263=0")


@pytest.mark.parametrize("text", ["e|324=Q|263=0", "e|324=Q|55=ACME|263=3", "e|324=Q|55=ACME", "q|11=M|530=7"])
def test_what_the_standard_requires(text: str) -> None:
    for version in VERSIONS:
        with pytest.raises(AssertionError, match=r"missing|out of range"):
            received(version, text)
