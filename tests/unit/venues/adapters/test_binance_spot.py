"""Binance Spot: its own example of a Logon, each message out, and what is peculiar in its messages in."""

from __future__ import annotations

import pytest
from msgspec import structs

from tests.unit.venues.adapters.venue_messages import (
    E8,
    NOW_NS,
    PLACE,
    any_adapter,
    cancel,
    fields,
    line,
    order,
    query,
    replace,
    settings,
)
from tradsys_oms.core.commands import DropCopy, Instructions, QuarantineReport, VenueRefusal, VenueReport
from tradsys_oms.core.commands.base import JournaledCommand
from tradsys_oms.core.events import VenueRequest
from tradsys_oms.venues.adapters.errors import CredentialsUnusable, NotSendable
from tradsys_oms.venues.adapters.registry import make_adapter
from tradsys_oms.venues.settings import VenueCredentials

SYMBOLS = {"LTC/BNB": "LTCBNB"}


def said(request: VenueRequest, **extra: str) -> str:
    out = any_adapter("binance_spot", symbols=SYMBOLS, extra=extra).encode(PLACE, request, NOW_NS)
    return f"{out.msg_type}|{line(out.fields)}"


def read(msg_type: str, text: str, ref_clord_id: str = "", ref_msg_type: str = "") -> list[JournaledCommand]:
    adapter = any_adapter("binance_spot", symbols=SYMBOLS)
    return adapter.decode(msg_type, fields(text), ref_clord_id, ref_msg_type)


def test_the_logon_of_its_own_documentation() -> None:
    """Key, fields and signature are those of "How to sign Logon<A> request"."""
    body = any_adapter("binance_spot").logon_fields("20240627-11:17:25.223", 1, "EXAMPLE", "SPOT")
    assert body == [
        (95, "88"),
        (96, "4MHXelVVcpkdwuLbl6n73HQUXUf1dse2PCgT1DYqW9w8AVZ1RACFGM+5UdlGPrQHrgtS3CvsRURC1oj73j8gCA=="),
        (553, "sBRXrJx2DsOraMXOaUovEhgVRcjOvCtQwnWj8VxkOh1xqboS02SPGfKi2h8spZJb"),
        (25035, "2"),
    ]


def test_the_logon_of_a_drop_copy_and_out_of_sequence() -> None:
    adapter = any_adapter("binance_spot", extra={"message_handling": "1"}, is_drop_copy=True)
    assert adapter.logon_fields("20240627-11:17:25.223", 1, "EXAMPLE", "SPOT")[3:] == [(9406, "Y"), (25035, "1")]


@pytest.mark.parametrize("pem", [b"", b"junk", b"-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n"])
def test_without_a_key_it_does_not_start(pem: bytes) -> None:
    given = settings("binance_spot", credentials=VenueCredentials(api_key="k", private_key=pem))
    with pytest.raises(CredentialsUnusable, match="private_key"):
        make_adapter(given)


@pytest.mark.parametrize(
    ("request_out", "expected"),
    [
        (order(time_in_force="1"), "D|11=41-2|55=LTCBNB|54=1|38=100|40=2|44=10|59=1"),
        (order(time_in_force="4", side="2"), "D|11=41-2|55=LTCBNB|54=2|38=100|40=2|44=10|59=4"),
        (order(ord_type="1", price=None), "D|11=41-2|55=LTCBNB|54=1|38=100|40=1"),
        (order(ord_type="1", price=None, time_in_force="3"), "D|11=41-2|55=LTCBNB|54=1|38=100|40=1"),
        (
            order(time_in_force="1", instructions=Instructions(exec_inst="6")),
            "D|11=41-2|55=LTCBNB|54=1|38=100|40=2|44=10|18=6",
        ),
        (
            order(time_in_force="1", instructions=Instructions(display_qty_e8=E8)),
            "D|11=41-2|55=LTCBNB|54=1|38=100|40=2|44=10|59=1|111=1",
        ),
        (
            order(ord_type="4", time_in_force="3", instructions=Instructions(stop_px_e8=9 * E8)),
            "D|11=41-2|55=LTCBNB|54=1|38=100|40=4|44=10|59=3|1100=4|1101=1|1102=9|1107=2|1109=U",
        ),
        (
            order(ord_type="3", time_in_force="1", side="2", price=None, instructions=Instructions(stop_px_e8=9 * E8)),
            "D|11=41-2|55=LTCBNB|54=2|38=100|40=3|1100=4|1101=1|1102=9|1107=2|1109=D",
        ),
        (cancel(symbol="LTC/BNB"), "F|11=41-2|41=40-1|55=LTCBNB"),
    ],
)
def test_requests(request_out: VenueRequest, expected: str) -> None:
    given = any_adapter("binance_spot", symbols={"ACME": "LTCBNB", **SYMBOLS})
    out = given.encode(PLACE, request_out, NOW_NS)
    assert f"{out.msg_type}|{line(out.fields)}" == expected


def test_day_orders_only_where_that_is_wanted() -> None:
    with pytest.raises(NotSendable, match=r"takes no TimeInForce \(59\) with OrdType \(40\) 2: 0\.$"):
        said(order(symbol="LTC/BNB"))
    expected = "D|11=41-2|55=LTCBNB|54=1|38=100|40=2|44=10|59=1"
    assert said(order(symbol="LTC/BNB"), day_orders="gtc") == expected


@pytest.mark.parametrize(
    ("request_out", "sentence"),
    [
        (order(side="5"), "Binance Spot takes no Side (54) 5."),
        (order(ord_type="K"), "Binance Spot takes no OrdType (40) K."),
        (order(time_in_force="6"), "Binance Spot takes no TimeInForce (59) with OrdType (40) 2: 6."),
        (
            order(ord_type="1", time_in_force="4"),
            "Binance Spot takes no TimeInForce (59) with OrdType (40) 1: 4.",
        ),
        (order(time_in_force="1", instructions=Instructions(min_qty_e8=E8)), "Binance Spot takes no MinQty (110)."),
        (
            order(time_in_force="1", instructions=Instructions(exec_inst="6G")),
            "Binance Spot takes no ExecInst (18) 6G.",
        ),
        (
            order(time_in_force="1", ord_type="4", instructions=Instructions(exec_inst="6", stop_px_e8=E8)),
            "Binance Spot takes no ExecInst (18) 6 with OrdType (40) 4.",
        ),
        (
            order(time_in_force="1", instructions=Instructions(display_qty_e8=0)),
            "Binance Spot takes no DisplayQty (1138) 0.",
        ),
        (
            order(time_in_force="1", ord_type="4", instructions=Instructions(stop_px_e8=E8, trigger_price_type="1")),
            "Binance Spot takes no TriggerPriceType (1107) 1.",
        ),
        (replace(), "Binance Spot takes no OrderCancelReplaceRequest (35=G)."),
        (query(), "Binance Spot takes no OrderStatusRequest (35=H)."),
        (query(clord_id=""), "Venue XV takes no OrderMassStatusRequest (35=AF)."),
    ],
)
def test_what_it_cannot_do_is_not_sent(request_out: VenueRequest, sentence: str) -> None:
    with pytest.raises(NotSendable) as refusal:
        said(request_out)
    assert str(refusal.value) == sentence


SAMPLE = (
    "11=41-2|14=0.00000000|17=144|32=0.00000000|37=76|38=5.00000000|39=0|40=2|44=10.00000000|54=1|55=LTCBNB|59=4"
    "|60=20240611-09:01:46.228000|150=0|151=5.00000000|636=Y|1057=Y|25001=1|25017=0.00000000"
    "|25018=20240611-09:01:46.228000|25023=20240611-09:01:46.228000"
)
"""The sample of its own page, with a ClOrdID of ours."""
SAMPLE_NS = 1_718_096_506_228_000_000


def report(exec_id: str, codes: str, cum_qty: int, leaves_qty: int, avg_px: int) -> VenueReport:
    return VenueReport(
        *("XV", 0, "41-2", "", "76", exec_id, "", codes[0], codes[1], "LTC/BNB", "1", 5 * E8, 10 * E8),
        *(cum_qty * E8, leaves_qty * E8, avg_px, 0, 0, -1, -1, "", SAMPLE_NS),
    )


def test_its_own_sample_of_a_report() -> None:
    assert read("8", SAMPLE) == [report("144", "00", 0, 5, 0)]


def test_the_average_is_worked_out() -> None:
    fill = (
        SAMPLE.replace("150=0", "150=F").replace("39=0", "39=1").replace("151=5.0", "151=2.0").replace("14=0", "14=3")
    )
    fill = fill.replace("|32=0.00000000", "|32=1|31=10").replace("25017=0.0", "25017=29.1")
    expected = structs.replace(report("144", "F1", 3, 2, 970_000_000), last_qty_e8=E8, last_px_e8=10 * E8)
    assert read("8", fill) == [expected]


@pytest.mark.parametrize(
    ("quote_qty", "cum_qty", "average"),
    [("1", "3", 33_333_333), ("2", "3", 66_666_667), ("0.00000005", "10", 0), ("0.00000015", "10", 2)],
)
def test_averages_are_rounded_half_to_even(quote_qty: str, cum_qty: str, average: int) -> None:
    status = SAMPLE.replace("14=0.00000000", f"14={cum_qty}").replace("25017=0.00000000", f"25017={quote_qty}")
    (command,) = read("8", status)
    assert isinstance(command, VenueReport)
    assert command.avg_px_e8 == average


def test_an_average_that_is_no_price() -> None:
    text = SAMPLE.replace("14=0.00000000", "14=0.00000001").replace("25017=0.0", "25017=92233720368.0")
    fault = "CumQuoteQty (25017) over CumQty (14) is too large for a price."
    assert read("8", text) == [QuarantineReport("XV", 0, fault, f"35=8|{text}")]


def test_a_rejected_order_has_no_exec_id() -> None:
    text = (
        "11=41-2|14=0|32=0|38=5|39=8|40=2|44=10|54=1|55=LTCBNB|60=20240611-09:01:46.228000|150=8|103=99|25016=-2010"
        "|58=Account has insufficient balance."
    )
    (command,) = read("8", text)
    assert isinstance(command, VenueReport)
    assert (command.exec_type, command.exec_id, command.leaves_qty_e8, command.reason) == ("8", "", 0, 99)
    assert command.text == "Account has insufficient balance."


def test_without_leaves_qty_it_is_what_is_left() -> None:
    (command,) = read("8", SAMPLE.replace("|151=5.00000000", "").replace("14=0.0", "14=2.0"))
    assert isinstance(command, VenueReport)
    assert command.leaves_qty_e8 == 3 * E8


def test_a_cancel() -> None:
    text = SAMPLE.replace("11=41-2", "11=42-0|41=41-2").replace("150=0", "150=4").replace("39=0", "39=4")
    text = text.replace("151=5.0", "151=0.0")
    expected = structs.replace(report("144", "44", 0, 0, 0), clord_id="42-0", orig_clord_id="41-2")
    assert read("8", text) == [expected]


def test_orders_of_other_programs_are_passed_over() -> None:
    assert read("8", SAMPLE.replace("11=41-2", "11=web_1234")) == []


@pytest.mark.parametrize("msg_type", ["8", "9", "3"])
@pytest.mark.parametrize("code", ["-1006", "-1007"])
def test_an_unknown_outcome_is_no_refusal(msg_type: str, code: str) -> None:
    text = f"11=41-2|39=8|150=8|14=0|32=0|54=1|55=LTCBNB|434=1|372=D|25016={code}|58=Timeout"
    fault = f"ErrorCode (25016) {code}: the venue does not know the outcome."
    assert read(msg_type, text, "41-2", "D") == [QuarantineReport("XV", 0, fault, f"35={msg_type}|{text}")]


def test_a_cancel_of_an_unknown_order() -> None:
    text = "11=42-0|41=41-2|55=LTCBNB|58=Unknown order sent.|434=1|25016=-2011"
    assert read("9", text) == [VenueRefusal("XV", 0, "42-0", "41-2", "cancel", "", 1, "Unknown order sent.")]
    other = text.replace("Unknown order sent.", "Not now")
    assert read("9", other) == [VenueRefusal("XV", 0, "42-0", "41-2", "cancel", "", -1, "Not now")]


def test_a_drop_copy_is_about_the_owner() -> None:
    adapter = any_adapter("binance_spot", symbols=SYMBOLS, extra={"owner": "ALPHA/B"}, is_drop_copy=True)
    text = SAMPLE.replace("11=41-2", "11=web_1").replace("150=0", "150=F").replace("|32=0.00000000", "|32=1|31=10")
    assert adapter.decode("8", fields(text)) == [
        DropCopy("XV", 0, "144", "", "F", "ALPHA", "B", "LTC/BNB", "1", E8, 10 * E8)
    ]
    assert adapter.decode("8", fields(SAMPLE)) == []


def test_news_are_a_reason_to_connect_anew() -> None:
    adapter = any_adapter("binance_spot")
    headline = "Your connection is about to be closed. Please reconnect."
    assert adapter.reconnect_reason("B", fields(f"148={headline}")) == headline
    assert adapter.reconnect_reason("B", fields("58=x")) == "The venue is about to close the connection."
    assert adapter.reconnect_reason("8", fields(SAMPLE)) == ""
    assert read("B", f"148={headline}") == []
