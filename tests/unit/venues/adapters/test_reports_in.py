"""ExecutionReports of venues as commands, compared whole; and what can't be one."""

from __future__ import annotations

import pytest

from tests.unit.venues.adapters.venue_messages import E8, NOW, fields, plain
from tradsys_oms.core.commands import QuarantineReport, VenueRefusal, VenueReport
from tradsys_oms.core.commands.base import JournaledCommand

TIME_NS = 1_767_258_000_123_000_000
TERMS = "55=ACME|54=1|38=100|44=10.5"
NEW = f"37=V9|11=41-2|17=E1|150=0|39=0|{TERMS}|14=0|151=100|6=0|60={NOW}"
FILL = f"37=V9|11=41-2|17=E2|150=F|39=1|{TERMS}|14=40|151=60|6=10.25|32=40|31=10.25|60={NOW}"


def read(text: str, dialect: str = "fix44") -> JournaledCommand:
    (command,) = plain(dialect).decode("8", fields(text))
    return command


def report(
    exec_id: str,
    exec_type: str,
    ord_status: str,
    cum_qty: int,
    leaves_qty: int,
    avg_px: int = 0,
    *,
    clord_id: str = "41-2",
    orig_clord_id: str = "",
    exec_ref_id: str = "",
    last_qty: int = 0,
    last_px: int = 0,
    reason: int = -1,
    restatement_reason: int = -1,
    text: str = "",
    is_last_report: bool = False,
    req_id: str = "",
) -> VenueReport:
    return VenueReport(
        *("XV", 0, clord_id, orig_clord_id, "V9", exec_id, exec_ref_id, exec_type, ord_status, "ACME", "1"),
        *(100 * E8, 1_050_000_000, cum_qty * E8, leaves_qty * E8, avg_px, last_qty * E8, last_px),
        *(reason, restatement_reason, text, TIME_NS, is_last_report, req_id),
    )


def test_accepted() -> None:
    assert read(NEW) == report("E1", "0", "0", 0, 100)


def test_header_and_trailer_may_be_there() -> None:
    assert read(f"8=FIX.4.4|9=100|35=8|34=7|49=XV|{NEW}|10=001") == report("E1", "0", "0", 0, 100)


def test_filled_in_part() -> None:
    assert read(FILL) == report("E2", "F", "1", 40, 60, 1_025_000_000, last_qty=40, last_px=1_025_000_000)


def test_canceled_names_request_and_order() -> None:
    text = f"37=V9|11=42-0|41=41-2|17=E3|150=4|39=4|{TERMS}|14=40|151=0|6=10.25|60={NOW}"
    expected = report("E3", "4", "4", 40, 0, 1_025_000_000, clord_id="42-0", orig_clord_id="41-2")
    assert read(text) == expected


def test_canceled_by_somebody_else_names_the_order_alone() -> None:
    text = f"37=V9|11=web-1|41=41-2|17=E3|150=4|39=4|{TERMS}|14=0|151=0|6=0|60={NOW}"
    assert read(text) == report("E3", "4", "4", 0, 0, clord_id="", orig_clord_id="41-2")


@pytest.mark.parametrize(("exec_type", "ord_status"), ["66", "77", "99", "AA", "EE", "33", "CC", "L0", "BB"])
def test_states_are_passed_on(exec_type: str, ord_status: str) -> None:
    text = f"37=V9|11=41-2|17=E4|150={exec_type}|39={ord_status}|{TERMS}|14=0|151=100|6=0|60={NOW}"
    assert read(text) == report("E4", exec_type, ord_status, 0, 100)


def test_stopped_says_what_is_guaranteed() -> None:
    text = f"37=V9|11=41-2|17=E4|150=7|39=7|{TERMS}|14=0|151=100|6=0|32=10|31=50.1|60={NOW}"
    assert read(text) == report("E4", "7", "7", 0, 100, last_qty=10, last_px=5_010_000_000)


def test_rejected_and_restated_say_why() -> None:
    text = f"37=V9|11=41-2|17=E5|150=8|39=8|{TERMS}|14=0|151=0|6=0|103=3|58=Too large|60={NOW}"
    assert read(text) == report("E5", "8", "8", 0, 0, reason=3, text="Too large")
    text = f"37=V9|11=41-2|17=E5|150=D|39=0|{TERMS}|14=0|151=100|6=0|378=5|60={NOW}"
    assert read(text) == report("E5", "D", "0", 0, 100, restatement_reason=5)
    text = f"37=V9|11=41-2|17=E5|150=8|39=8|{TERMS}|14=0|151=0|6=0|103=?|60={NOW}"
    assert read(text) == report("E5", "8", "8", 0, 0, reason=99)


def test_busts_and_corrections_name_what_they_change() -> None:
    text = f"37=V9|11=41-2|17=E6|19=E2|150=H|39=0|{TERMS}|14=0|151=100|6=0|60={NOW}"
    assert read(text) == report("E6", "H", "0", 0, 100, exec_ref_id="E2")
    text = f"37=V9|11=41-2|17=E6|19=E2|150=G|39=1|{TERMS}|14=30|151=70|6=10|32=30|31=10|60={NOW}"
    corrected = report("E6", "G", "1", 30, 70, 10 * E8, exec_ref_id="E2", last_qty=30, last_px=10 * E8)
    assert read(text) == corrected


def test_the_last_status_of_many() -> None:
    text = f"37=V9|11=41-2|17=0|150=I|39=1|{TERMS}|14=40|151=60|6=10.25|584=9-0|911=2|912=Y|60={NOW}"
    assert read(text) == report("0", "I", "1", 40, 60, 1_025_000_000, is_last_report=True, req_id="9-0")
    assert read(text.replace("912=Y", "912=N")) == report("0", "I", "1", 40, 60, 1_025_000_000, req_id="9-0")


def test_a_mass_status_that_finds_nothing_ends_the_answer() -> None:
    text = f"37=NONE|17=0|150=I|39=8|584=9-0|911=0|912=Y|55=[N/A]|54=7|14=0|151=0|6=0|58=No open order|60={NOW}"
    nothing = VenueReport(
        *("XV", 0, "", "", "", "", "", "I", "8", "", "", 0, None, 0, 0, 0), text="No open order", is_last_report=True
    )
    assert read(text) == nothing


def test_an_unknown_order_is_a_refusal() -> None:
    text = f"37=NONE|11=41-2|17=0|150=I|39=8|103=5|55=ACME|54=1|14=0|151=0|6=0|58=Who?|60={NOW}"
    assert read(text) == VenueRefusal("XV", 0, "41-2", "", "unknown", "8", 5, "Who?")
    assert read("11=41-2|150=8|39=8|103=5") == VenueRefusal("XV", 0, "41-2", "", "unknown", "8", 5, "")


@pytest.mark.parametrize(
    ("trans", "exec_type", "ord_status", "expected"),
    [
        ("0", "0", "0", "00"),
        ("0", "1", "1", "F1"),
        ("0", "2", "2", "F2"),
        ("0", "5", "5", "51"),
        ("1", "1", "0", "H0"),
        ("2", "2", "2", "G2"),
        ("3", "1", "1", "I1"),
        ("3", "4", "4", "I4"),
        ("0", "C", "C", "CC"),
    ],
)
def test_codes_of_fix42(trans: str, exec_type: str, ord_status: str, expected: str) -> None:
    text = (
        f"37=V9|11=41-2|17=E7|19=E2|20={trans}|150={exec_type}|39={ord_status}|{TERMS}"
        f"|14=40|151=60|6=10.25|32=40|31=10.25|60={NOW}"
    )
    command = read(text, "fix42")
    assert isinstance(command, VenueReport)
    assert command.exec_type + command.ord_status == expected
    assert command.exec_ref_id == ("E2" if command.exec_type in "HG" else "")
    assert command.last_qty_e8 == (40 * E8 if command.exec_type in "FG" else 0)


@pytest.mark.parametrize(("cum_qty", "leaves_qty", "ord_status"), [(0, 100, "0"), (40, 60, "1"), (100, 0, "2")])
def test_replaced_of_fix42_is_what_the_quantities_say(cum_qty: int, leaves_qty: int, ord_status: str) -> None:
    text = f"37=V9|11=41-2|17=E8|20=0|150=5|39=5|{TERMS}|14={cum_qty}|151={leaves_qty}|6=10|60={NOW}"
    command = read(text, "fix42")
    assert isinstance(command, VenueReport)
    assert command.ord_status == ord_status


@pytest.mark.parametrize(
    ("text", "average"),
    [
        ("10.123456784", 1_012_345_678),
        ("10.123456785", 1_012_345_678),
        ("10.123456775", 1_012_345_678),
        ("10.1234567850000000000001", 1_012_345_679),
        ("-0.000000015", -2),
        ("-0.000000005", 0),
        ("0.99999999999999999999", E8),
    ],
)
def test_averages_are_rounded_half_to_even(text: str, average: int) -> None:
    command = read(FILL.replace("|6=10.25", f"|6={text}"))
    assert isinstance(command, VenueReport)
    assert command.avg_px_e8 == average


def test_symbols_of_the_venue_become_ours() -> None:
    (command,) = plain("fix44", symbols={"OURS": "ACME"}).decode("8", fields(NEW))
    assert isinstance(command, VenueReport)
    assert command.symbol == "OURS"


def test_without_order_qty_it_is_the_sum() -> None:
    command = read(FILL.replace("|38=100", ""))
    assert isinstance(command, VenueReport)
    assert command.order_qty_e8 == 100 * E8


def test_what_is_no_utf8_is_kept_as_it_can_be() -> None:
    command = read(NEW + "|58=caf\udce9")
    assert isinstance(command, VenueReport)
    assert command.text == "caf\\udce9"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (NEW.replace("|11=41-2", ""), "The report names no order of ours in ClOrdID (11) or OrigClOrdID (41)."),
        (NEW.replace("11=41-2", "11=C1"), "The report names no order of ours in ClOrdID (11) or OrigClOrdID (41)."),
        (NEW.replace("150=0|", ""), "Tag 150 is missing or empty."),
        (NEW.replace("17=E1|", ""), "Tag 17 is missing or empty."),
        (NEW.replace("|151=100", ""), "Tag 151 is missing or empty."),
        (NEW.replace("150=0", "150=J"), "ExecType (150) J is none that is read."),
        (NEW.replace("39=0", "39=X"), "OrdStatus (39) X is none of the standard."),
        (NEW.replace("151=100", "151=1e2"), "Tag 151: '1e2' is not a decimal."),
        (NEW.replace("151=100", "151=-1"), "Tag 151 is a quantity and below 0."),
        (NEW.replace("6=0|", "6=x.123456789|"), "Tag 6: 'x.12345678' is not a decimal."),
        (FILL.replace("|31=10.25", ""), "Tag 31 is missing: an execution has no price."),
        (FILL.replace("|32=40", ""), "Tag 32 is missing or empty."),
        (FILL.replace("150=F", "150=G"), "Tag 19 is missing or empty."),
        (
            NEW.replace("|14=0|151=100|", "|14=92233720368|151=92233720368|"),
            "CumQty (14) and LeavesQty (151) are too large together.",
        ),
        (NEW.replace("17=E1", "17=" + "E" * 129), "Tag 17 has 129 characters; at most 128 are taken."),
    ],
)
def test_what_cannot_be_read_is_kept_in_its_own_words(text: str, fault: str) -> None:
    assert read(text) == QuarantineReport("XV", 0, fault, f"35=8|{text}")


def test_fix42_needs_to_know_what_a_report_does() -> None:
    assert read(NEW, "fix42") == QuarantineReport("XV", 0, "Tag 20 is missing or empty.", f"35=8|{NEW}")
    odd = f"20=9|{NEW}"
    fault = "ExecTransType (20) 9 is none of the standard."
    assert read(odd, "fix42") == QuarantineReport("XV", 0, fault, f"35=8|{odd}")


def test_no_secret_is_kept() -> None:
    command = read("11=C1|553=user|554=pass|96=signature|925=new")
    assert isinstance(command, QuarantineReport)
    assert command.message == "35=8|11=C1|553=user|554=***|96=***|925=***"
