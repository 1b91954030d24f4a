"""Each request of the core in each plain version, compared whole."""

from __future__ import annotations

import pytest

from tests.unit.venues.adapters.venue_messages import (
    NOW,
    NOW_NS,
    PLACE,
    cancel,
    line,
    order,
    plain,
    query,
    replace,
    settings,
)
from tradsys_oms.core.commands import Instructions
from tradsys_oms.core.events import VenueRequest
from tradsys_oms.core.fields import ExecInst, OrdType, PegPriceType, TimeInForce
from tradsys_oms.venues.adapters.adapter import Group, Outgoing
from tradsys_oms.venues.adapters.errors import NotSendable
from tradsys_oms.venues.adapters.registry import make_adapter

ALL = ("fix42", "fix44", "fix50sp2", "tradsys42", "tradsys44", "tradsys50sp2")


def said(dialect: str, request: VenueRequest) -> str:
    out = plain(dialect).encode(PLACE, request, NOW_NS)
    assert out.groups == ()
    return f"{out.msg_type}|{line(out.fields)}"


@pytest.mark.parametrize("dialect", ALL)
def test_an_order(dialect: str) -> None:
    handl_inst = "21=1|" if dialect.endswith("42") else ""
    expected = f"D|11=41-2|1=A1|{handl_inst}55=ACME|54=1|60={NOW}|38=100|44=10|40=2|59=0"
    assert said(dialect, order()) == expected


@pytest.mark.parametrize("dialect", ALL)
def test_a_market_order_has_no_price(dialect: str) -> None:
    handl_inst = "21=1|" if dialect.endswith("42") else ""
    expected = f"D|11=41-2|{handl_inst}55=ACME|54=5|60={NOW}|38=100|40=1|59=3"
    assert said(dialect, order(side="5", ord_type="1", time_in_force="3", price=None, account="")) == expected


@pytest.mark.parametrize("dialect", ALL)
def test_a_replace(dialect: str) -> None:
    handl_inst = "21=1|" if dialect.endswith("42") else ""
    expected = f"G|11=41-2|41=40-1|37=V9|1=A1|{handl_inst}55=ACME|54=1|60={NOW}|38=150|44=10.5|40=2|59=0"
    assert said(dialect, replace()) == expected


@pytest.mark.parametrize("dialect", ALL)
def test_a_cancel(dialect: str) -> None:
    assert said(dialect, cancel()) == f"F|11=41-2|41=40-1|37=V9|55=ACME|54=1|60={NOW}|38=100"
    assert said(dialect, cancel(venue_order_id="")) == f"F|11=41-2|41=40-1|55=ACME|54=1|60={NOW}|38=100"


@pytest.mark.parametrize("dialect", ALL)
def test_a_status_request_names_the_order_and_itself(dialect: str) -> None:
    itself = "" if dialect.endswith("42") else "|790=41-2"
    assert said(dialect, query()) == f"H|11=40-1|37=V9|55=ACME|54=1{itself}"


@pytest.mark.parametrize("dialect", ALL[1:])
def test_a_mass_status_request_asks_for_all(dialect: str) -> None:
    assert said(dialect, query(clord_id="")) == "AF|584=41-2|585=7"


def test_fix42_has_no_mass_status_request() -> None:
    with pytest.raises(NotSendable, match=r"Venue XV takes no OrderMassStatusRequest \(35=AF\)\.$"):
        said("fix42", query(clord_id=""))


INSTRUCTIONS = Instructions(
    stop_px_e8=990_000_000, display_qty_e8=1_000_000_000, min_qty_e8=500_000_000, exec_inst="6G", expire_date=20260131
)


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        ("fix42", "40=4|59=6|99=9.9|110=5|111=10|18=6 G|432=20260131"),
        ("fix44", "40=4|59=6|99=9.9|110=5|111=10|18=6 G|432=20260131"),
        ("fix50sp2", "40=4|59=6|99=9.9|110=5|1138=10|18=6 G|432=20260131"),
    ],
)
def test_instructions_in_the_fields_of_the_version(dialect: str, expected: str) -> None:
    asked = order(ord_type="4", time_in_force="6", instructions=INSTRUCTIONS)
    assert said(dialect, asked).endswith(f"|44=10|{expected}")
    change = replace(ord_type="4", time_in_force="6", instructions=INSTRUCTIONS)
    assert said(dialect, change).endswith(f"|44=10.5|{expected}")


PEG = Instructions(peg_price_type=PegPriceType.PRIMARY, peg_offset_e8=-1_000_000)


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        ("fix42", "40=P|59=0|211=-0.01|18=R"),
        ("fix44", "40=P|59=0|211=-0.01|18=R"),
        ("fix50sp2", "40=P|59=0|1094=5|211=-0.01"),
    ],
)
def test_pegs(dialect: str, expected: str) -> None:
    assert said(dialect, order(ord_type="P", price=None, instructions=PEG)).endswith(f"|38=100|{expected}")


def test_fix42_says_at_the_close_by_ord_type() -> None:
    assert said("fix42", order(time_in_force=TimeInForce.ATC)).endswith("|44=10|40=B|59=0")
    assert said("fix44", order(time_in_force=TimeInForce.ATC)).endswith("|44=10|40=2|59=7")


FIXED_PEG = Instructions(peg_price_type=PegPriceType.MID, peg_is_fixed=True)
SELF_MATCH = Instructions(self_match_id="S1", self_match_instruction="1")


@pytest.mark.parametrize(
    ("dialect", "asked", "sentence"),
    [
        ("fix42", order(ord_type=OrdType.MARKET_TO_LIMIT), "FIX.4.2 has no OrdType (40) K."),
        (
            "fix42",
            order(ord_type=OrdType.STOP, time_in_force=TimeInForce.ATC),
            "FIX.4.2 has no TimeInForce (59) 7 for OrdType (40) 3.",
        ),
        (
            "fix44",
            order(instructions=Instructions(trigger_price_type="1")),
            "FIX.4.4 has no TriggerPriceType (1107).",
        ),
        ("fix42", order(ord_type="P", instructions=FIXED_PEG), "FIX.4.2 has no such peg."),
        (
            "fix42",
            order(instructions=Instructions(exec_inst=ExecInst.CANCEL_ON_HALT)),
            "FIX.4.2 has no ExecInst (18) K.",
        ),
        ("fix44", order(instructions=SELF_MATCH), "FIX.4.4 has no SelfMatchPreventionID (2362)."),
        (
            "tradsys44",
            order(instructions=Instructions(self_match_id="S1", self_match_instruction="3")),
            "FIX.4.4 has no SelfMatchPreventionInstruction (2964) 3.",
        ),
    ],
)
def test_what_a_version_has_no_words_for_is_not_sent(dialect: str, asked: VenueRequest, sentence: str) -> None:
    with pytest.raises(NotSendable) as refusal:
        said(dialect, asked)
    assert str(refusal.value) == sentence


def test_self_match_prevention_of_another_tradsys() -> None:
    assert said("tradsys42", order(instructions=SELF_MATCH)).endswith("|7928=S1|8000=N")
    assert said("tradsys50sp2", order(instructions=SELF_MATCH)).endswith("|2362=S1|2964=1")


def test_names_of_the_venue() -> None:
    names = {"symbols": {"ACME": "ACME.XV"}, "accounts": {"A1": "T-77", "A2": ""}}
    adapter = plain("fix44", **names)
    out = adapter.encode(PLACE, order(), NOW_NS)
    assert (1, "T-77") in out.fields
    assert (55, "ACME.XV") in out.fields
    nobody = adapter.encode(PLACE, order(account="A2", symbol="OTHER"), NOW_NS)
    assert 1 not in dict(nobody.fields)
    assert (55, "OTHER") in nobody.fields


def test_market_data_is_asked_for_each_symbol() -> None:

    asked = settings("fix44", symbols={"ACME": "ACME.XV"}, market_data=("ACME", "ZZ"))
    sides = Group(267, (((269, "0"),), ((269, "1"),)))
    assert make_adapter(asked).subscriptions() == [
        Outgoing(
            "V",
            ((262, symbol), (263, "1"), (264, "1"), (265, "0")),
            (sides, Group(146, (((55, symbol),),))),
        )
        for symbol in ("ACME.XV", "ZZ")
    ]
