"""Reports about orders at other markets in the words of each version, as whole messages."""

from __future__ import annotations

import pytest

from tests.unit.fix.dialect_messages import TIME, Fields, assert_valid, print_report
from tests.unit.fix.test_dialects import execution
from tradsys_oms.core.events import CancelRejected, Detail, Execution
from tradsys_oms.core.fields import OrdStatus
from tradsys_oms.fix.dialects import VERSIONS
from tradsys_oms.fix.dialects.report_table import PRECEDENCE, REPLACED_OF_42

ALL = tuple(VERSIONS)
TRADE_ID_TAGS = {"FIX.4.2": "", "FIX.4.4": "527", "FIX.5.0": "527", "FIX.5.0SP2": "880"}
FILL_THERE = Detail(venue="XNAS", venue_exec_id="E77", venue_clord_id="12-1")


def fill(ord_status: str, qty: int, px: int, cum_qty: int, leaves_qty: int | None = None) -> Execution:
    """Give a fill of a buy order of 100 at 100 that is at another market."""
    return execution(
        "F",
        ord_status,
        cum_qty=cum_qty,
        leaves_qty=100 - cum_qty if leaves_qty is None else leaves_qty,
        cum_notional=cum_qty * px,
        last_qty=qty,
        last_px=px,
        trade_index=3,
        detail=FILL_THERE,
    )


def report(event: object, version: str) -> Fields:
    """Print an event, let our validator and QuickFIX judge it, and give its fields."""
    printed = print_report(event, version)
    assert printed is not None
    assert_valid(*printed, version)
    return printed[1]


def words(codes: str, version: str) -> Fields:
    """Give the fields for codes such as "0 1 6 / F 6": 20, 150, 39 of FIX 4.2, and 150, 39 of the others."""
    of_42, later = codes.split(" / ")
    if version == "FIX.4.2":
        return dict(zip(("20", "150", "39"), of_42.split(), strict=True))
    return dict(zip(("150", "39"), later.split(), strict=True))


def terms(cum_qty: int = 0, leaves_qty: int = 100, average: str = "0") -> Fields:
    """Give what each report of the order has."""
    return {
        "37": "7", "17": "12-3", "55": "ACME", "54": "1", "38": "100", "40": "2", "59": "0", "44": "100",
        "14": str(cum_qty), "151": str(leaves_qty), "6": average, "60": TIME,
    }  # fmt: skip


@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize(
    ("exec_type", "ord_status", "codes", "requested"),
    [
        ("A", "A", "0 A A / A A", False),
        ("A", "6", "0 A 6 / A 6", False),
        ("0", "0", "0 0 0 / 0 0", False),
        ("6", "6", "0 6 6 / 6 6", True),
        ("E", "E", "0 E E / E E", True),
        ("E", "6", "0 E 6 / E 6", True),
        ("5", "0", "0 5 5 / 5 0", True),
        ("5", "E", "0 5 E / 5 E", True),
        ("5", "6", "0 5 6 / 5 6", True),
        ("9", "9", "0 9 9 / 9 9", False),
        ("7", "7", "0 7 7 / 7 7", False),
        ("3", "3", "0 3 3 / 3 3", False),
        ("B", "B", "0 B B / B B", False),
        ("D", "9", "0 D 9 / D 9", False),
    ],
)
def test_states_without_a_fill(version: str, exec_type: str, ord_status: str, codes: str, requested: bool) -> None:
    clord_id, orig_clord_id = ("C2", "C1") if requested else ("C1", "")
    expected = terms() | words(codes, version) | {"11": clord_id} | ({"41": "C1"} if requested else {})
    event = execution(exec_type, ord_status, clord_id=clord_id, orig_clord_id=orig_clord_id)
    assert report(event, version) == expected


@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize(
    ("ord_status", "cum_qty", "codes"),
    [
        ("1", 40, "0 1 1 / F 1"),
        ("2", 100, "0 2 2 / F 2"),
        ("6", 40, "0 1 6 / F 6"),
        ("6", 100, "0 2 6 / F 6"),
        ("E", 40, "0 1 E / F E"),
        ("E", 100, "0 2 E / F E"),
        ("7", 40, "0 1 7 / F 7"),
        ("9", 40, "0 1 9 / F 9"),
        ("3", 40, "0 1 3 / F 3"),
    ],
)
def test_a_fill_names_the_market_and_not_who_took_liquidity(
    version: str, ord_status: str, cum_qty: int, codes: str
) -> None:
    fields = report(fill(ord_status, 40, 9_990, cum_qty), version)
    trade_id = {TRADE_ID_TAGS[version]: "12-3"} if TRADE_ID_TAGS[version] else {}
    expected = terms(cum_qty, 100 - cum_qty, "99.9") | words(codes, version) | trade_id
    assert fields == expected | {"11": "C1", "30": "XNAS", "31": "99.9", "32": "40"}


@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize("ord_status", ["4", "C", "8"])
def test_a_fill_after_the_end_leaves_the_status(version: str, ord_status: str) -> None:
    """J.1.b: the order stays Canceled, and CumQty grows."""
    fields = report(fill(ord_status, 40, 9_990, 40, leaves_qty=0), version)
    assert fields.items() >= words(f"0 1 {ord_status} / F {ord_status}", version).items()
    assert (fields["14"], fields["151"], fields["32"]) == ("40", "0", "40")


@pytest.mark.parametrize("version", ALL)
def test_a_stopped_order_is_told_what_is_guaranteed(version: str) -> None:
    """L.1.a: LastQty and LastPx are the guarantee, nothing is filled yet."""
    event = execution("7", "7", last_qty=10, last_px=5_010, text="You are guaranteed to buy 10 at 50.10")
    expected = terms() | words("0 7 7 / 7 7", version) | {"11": "C1", "31": "50.1", "32": "10", "58": event.text}
    assert report(event, version) == expected


@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize(
    ("exec_type", "ord_status", "qty", "cum_qty", "codes"),
    [
        ("G", "1", 30, 30, "2 1 1 / G 1"),
        ("G", "E", 30, 30, "2 1 E / G E"),
        ("G", "6", 100, 100, "2 2 6 / G 6"),
        ("H", "0", 0, 0, "1 1 0 / H 0"),
        ("H", "9", 0, 0, "1 1 9 / H 9"),
        ("H", "A", 0, 0, "1 1 A / H A"),
        ("H", "4", 0, 0, "1 1 4 / H 4"),
    ],
)
def test_the_venue_takes_a_fill_back_or_corrects_it(
    version: str, exec_type: str, ord_status: str, qty: int, cum_qty: int, codes: str
) -> None:
    detail = Detail(9, 1, trade_seq=5, trade_index=1, venue="XNAS", venue_exec_id="E78", venue_clord_id="12-1")
    event = execution(
        exec_type,
        ord_status,
        cum_qty=cum_qty,
        leaves_qty=100 - cum_qty,
        cum_notional=cum_qty * 9_980,
        last_qty=qty,
        last_px=9_980 if qty else 0,
        detail=detail,
    )
    average, last_px = ("99.8", "99.8") if qty else ("0", "0")
    expected = terms(cum_qty, 100 - cum_qty, average) | words(codes, version)
    expected |= {"11": "C1", "19": "9-1", "30": "XNAS", "31": last_px, "32": str(qty)}
    trade_id = {TRADE_ID_TAGS[version]: "5-1"} if TRADE_ID_TAGS[version] else {}
    assert report(event, version) == expected | trade_id


@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize("ord_status", "012346789ABCE")
def test_a_status_says_what_the_order_is(version: str, ord_status: str) -> None:
    fields = report(execution("I", ord_status), version)
    assert fields == terms() | words(f"3 {ord_status} {ord_status} / I {ord_status}", version) | {
        "11": "C1",
        "17": "0",
    }


@pytest.mark.parametrize("version", ALL)
def test_an_order_that_a_venue_refuses_after_it_was_pending(version: str) -> None:
    """R17: Rejected may follow Pending New, and New."""
    event = execution("8", "8", leaves_qty=0, reason=1, text="unknown symbol there")
    expected = terms(leaves_qty=0) | words("0 8 8 / 8 8", version)
    assert report(event, version) == expected | {"11": "C1", "103": "1", "58": "unknown symbol there"}


@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize("ord_status", ["E", "6", "A", "7", "9"])
def test_a_request_is_refused_because_another_one_is_pending(version: str, ord_status: str) -> None:
    """D.2.d: CxlRejReason 3 is in each version."""
    fields = report(CancelRejected("B", "B", 7, "C3", "C1", ord_status, "2", 3, "a request is pending"), version)
    assert fields == {
        "37": "7", "11": "C3", "41": "C1", "39": ord_status, "434": "2", "102": "3",
        "58": "a request is pending", "60": TIME,
    }  # fmt: skip


@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize("exec_type", "A345679BCDEFGHIL8")
def test_no_report_of_a_venue_finds_no_words(version: str, exec_type: str) -> None:
    """A venue says what it likes, and a state that ranks higher may hide what it says: none of it stops the process."""
    for ord_status in PRECEDENCE.keys() - {REPLACED_OF_42, OrdStatus.ACCEPTED_FOR_BIDDING}:
        is_silent = (version, exec_type) == ("FIX.4.2", "L")
        assert bool(VERSIONS[version].reports[exec_type + ord_status]) is not is_silent
