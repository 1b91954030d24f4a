"""Coinbase Exchange: its Logon against a signature made by other code, each message out, peculiar messages in."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from msgspec import structs

from tests.unit.venues.adapters.venue_messages import (
    CREDENTIALS,
    E8,
    NOW,
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
from tradsys_oms.core.commands import Instructions, QuarantineReport, VenueRefusal, VenueReport
from tradsys_oms.core.commands.base import JournaledCommand
from tradsys_oms.core.events import VenueRequest
from tradsys_oms.venues.adapters.errors import CredentialsUnusable, NotSendable
from tradsys_oms.venues.adapters.registry import make_adapter
from tradsys_oms.venues.settings import VenueCredentials

SYMBOLS = {"BTC": "BTC-USD"}
ID_41_2 = any_adapter("coinbase_exchange").clord_id("41-2")
ID_40_1 = any_adapter("coinbase_exchange").clord_id("40-1")


def said(request: VenueRequest, **extra: str) -> str:
    out = any_adapter("coinbase_exchange", symbols=SYMBOLS, extra=extra).encode(PLACE, request, NOW_NS)
    return f"{out.msg_type}|{line(out.fields)}"


def read(msg_type: str, text: str) -> JournaledCommand:
    (command,) = any_adapter("coinbase_exchange", symbols=SYMBOLS).decode(msg_type, fields(text))
    return command


def test_clord_ids_are_uuids() -> None:
    assert f"{ID_41_2[:6]}00-0000-4000-8000-002900000002" == ID_41_2


def test_the_logon() -> None:
    sending_time = "20260101-09:00:00.123"
    mac = HMAC(b"secret of tests", SHA256())
    for at, part in enumerate((sending_time, "A", "1", "key-1", "Coinbase", "phrase")):
        mac.update(b"\x01" * (at > 0) + part.encode())
    signature = base64.b64encode(mac.finalize()).decode()
    assert any_adapter("coinbase_exchange").logon_fields(sending_time, 1, "key-1", "Coinbase") == [
        (95, "44"),
        (96, signature),
        (553, "key-1"),
        (554, "phrase"),
        (9406, "N"),
    ]


def test_the_logon_of_a_drop_copy_that_cancels_on_disconnect() -> None:
    adapter = any_adapter("coinbase_exchange", extra={"cancel_on_disconnect": "S"}, is_drop_copy=True)
    assert adapter.logon_fields("20260101-09:00:00.123", 1, "k", "Coinbase")[4:] == [(8013, "S"), (9406, "Y")]


WHOLE = CREDENTIALS["coinbase_exchange"]


@pytest.mark.parametrize(
    ("credentials", "name"),
    [
        (structs.replace(WHOLE, api_key=""), "api_key"),
        (structs.replace(WHOLE, password=""), "password"),
        (structs.replace(WHOLE, secret=""), "secret"),
        (structs.replace(WHOLE, secret="geheim!"), "secret"),  # noqa: S106 - it is the mistake
    ],
)
def test_without_credentials_it_does_not_start(credentials: VenueCredentials, name: str) -> None:
    with pytest.raises(CredentialsUnusable, match=f"'{name}'") as refusal:
        make_adapter(settings("coinbase_exchange", credentials=credentials))
    assert "geheim" not in str(refusal.value)


HEAD = f"D|11={ID_41_2}|55=BTC-USD|54=1|38=100"


@pytest.mark.parametrize(
    ("request_out", "expected"),
    [
        (order(symbol="BTC", time_in_force="1"), f"{HEAD}|40=2|44=10|59=1"),
        (order(symbol="BTC", ord_type="1", price=None), f"{HEAD}|40=1|59=3"),
        (order(symbol="BTC", ord_type="1", price=None, time_in_force="4"), f"{HEAD}|40=1|59=4"),
        (
            order(symbol="BTC", time_in_force="1", instructions=Instructions(exec_inst="6", display_qty_e8=20 * E8)),
            f"{HEAD}|40=2|44=10|59=1|18=A|1138=20",
        ),
        (
            order(symbol="BTC", ord_type="4", time_in_force="1", instructions=Instructions(stop_px_e8=9 * E8)),
            f"{HEAD}|40=4|44=10|59=1|99=9|1109=U",
        ),
        (
            order(
                symbol="BTC",
                time_in_force="6",
                instructions=Instructions(expire_time_ns=NOW_NS // 1_000_000 * 1_000_000),
            ),
            f"{HEAD}|40=2|44=10|59=6|126={NOW}",
        ),
        (
            replace(symbol="BTC", time_in_force="1"),
            f"G|11={ID_41_2}|37=V9|41={ID_40_1}|55=BTC-USD|38=150|40=2|44=10.5",
        ),
        (cancel(symbol="BTC"), f"F|11={ID_41_2}|41={ID_40_1}|37=V9|55=BTC-USD"),
        (cancel(symbol="BTC", venue_order_id=""), f"F|11={ID_41_2}|41={ID_40_1}|55=BTC-USD"),
        (query(symbol="BTC"), f"H|11={ID_40_1}|37=V9|55=BTC-USD"),
    ],
)
def test_requests(request_out: VenueRequest, expected: str) -> None:
    assert said(request_out) == expected


def test_options() -> None:
    assert said(order(symbol="BTC"), day_orders="gtc", self_trade_type="N") == f"{HEAD}|40=2|44=10|59=1|7928=N"


@pytest.mark.parametrize(
    ("request_out", "sentence"),
    [
        (order(side="5"), "Coinbase Exchange takes no Side (54) 5."),
        (order(ord_type="3"), "Coinbase Exchange takes no OrdType (40) 3."),
        (order(), "Coinbase Exchange takes no TimeInForce (59) 0."),
        (
            order(ord_type="1", time_in_force="6"),
            "Coinbase Exchange takes no TimeInForce (59) with OrdType (40) 1: 6.",
        ),
        (
            order(time_in_force="6", instructions=Instructions(expire_date=20260131)),
            "Coinbase Exchange takes no TimeInForce (59) 6 without ExpireTime (126).",
        ),
        (
            order(time_in_force="6", instructions=Instructions(expire_time_ns=NOW_NS)),
            "Coinbase Exchange takes no ExpireTime (126) that is finer than a millisecond.",
        ),
        (
            order(time_in_force="1", instructions=Instructions(self_match_id="S")),
            "Coinbase Exchange takes no SelfMatchPreventionID (2362).",
        ),
        (
            order(time_in_force="1", instructions=Instructions(display_qty_e8=0)),
            "Coinbase Exchange takes no DisplayQty (1138) 0.",
        ),
        (
            replace(ord_type="4", time_in_force="1"),
            "Coinbase Exchange takes no OrderCancelReplaceRequest (35=G) with OrdType (40) 4.",
        ),
        (
            replace(venue_order_id="", time_in_force="1"),
            "Coinbase Exchange takes no OrderCancelReplaceRequest (35=G) without OrderID (37) and Price (44).",
        ),
        (
            replace(time_in_force="1", instructions=Instructions(exec_inst="6")),
            "Coinbase Exchange takes no ExecInst (18).",
        ),
        (query(clord_id=""), "Venue XV takes no OrderMassStatusRequest (35=AF)."),
    ],
)
def test_what_it_cannot_do_is_not_sent(request_out: VenueRequest, sentence: str) -> None:
    with pytest.raises(NotSendable) as refusal:
        said(request_out)
    assert str(refusal.value) == sentence


def test_a_fill() -> None:
    text = f"11={ID_41_2}|37=O1|17=E1|150=F|39=1|55=BTC-USD|54=1|38=100|44=10|14=40|151=60|6=10|32=40|31=10|60={NOW}"
    assert read("8", text) == VenueReport(
        *("XV", 0, "41-2", "", "O1", "E1", "", "F", "1", "BTC", "1", 100 * E8, 10 * E8, 40 * E8, 60 * E8, 10 * E8),
        *(40 * E8, 10 * E8, -1, -1, "", NOW_NS // 1_000_000 * 1_000_000),
    )


def test_a_reject_with_little_in_it() -> None:
    command = read("8", f"11={ID_41_2}|17=E1|150=8|39=8|55=BTC-USD|103=0|58=Insufficient funds")
    assert isinstance(command, VenueReport)
    assert (command.exec_type, command.reason, command.text) == ("8", 0, "Insufficient funds")


def test_replaced_is_what_the_quantities_say() -> None:
    text = f"11={ID_41_2}|41={ID_40_1}|37=O1|17=E1|150=5|39=5|55=BTC-USD|54=1|38=150|44=10.5|14=40|151=110|6=10"
    command = read("8", text)
    assert isinstance(command, VenueReport)
    assert (command.clord_id, command.orig_clord_id, command.ord_status) == ("41-2", "40-1", "1")


def test_a_status_with_fills_needs_their_average() -> None:
    text = f"11={ID_41_2}|37=O1|17=E1|150=I|39=1|55=BTC-USD|54=1|38=100|14=40|151=60"
    fault = "AvgPx (6) is missing in a status of an order that has fills."
    assert read("8", text) == QuarantineReport("XV", 0, fault, f"35=8|{text}")


def test_an_unknown_order() -> None:
    text = f"11={ID_41_2}|37=O1|17=E1|150=8|39=8|55=BTC-USD|103=5|58=unknown"
    assert read("8", text) == VenueRefusal("XV", 0, "41-2", "", "unknown", "8", 5, "unknown")


def test_the_status_in_a_cancel_reject_means_nothing() -> None:
    text = f"11={ID_41_2}|41={ID_40_1}|39=8|102=1|434=1|58=gone"
    assert read("9", text) == VenueRefusal("XV", 0, "41-2", "40-1", "cancel", "", 1, "gone")


@pytest.mark.parametrize(("theirs", "standard"), [("1", 0), ("2", 3), ("4", 4)])
def test_business_rejects_have_their_own_numbers(theirs: str, standard: int) -> None:
    text = f"372=D|379={ID_41_2}|380={theirs}|58=no"
    assert read("j", text) == VenueRefusal("XV", 0, "41-2", "", "reject", "", standard, "no")
