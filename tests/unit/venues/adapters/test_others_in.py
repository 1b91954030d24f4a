"""Quotes, drop copies, positions, and what nobody reads."""

from __future__ import annotations

import pytest

from tests.unit.venues.adapters.venue_messages import E8, fields, settings
from tradsys_oms.core.commands import DropCopy, QuarantineReport, VenueBalance, VenueQuote
from tradsys_oms.core.commands.base import JournaledCommand
from tradsys_oms.venues.adapters.adapter import Adapter
from tradsys_oms.venues.adapters.registry import make_adapter


def venue(dialect: str = "fix44", *, is_drop_copy: bool = False, **extra: str) -> Adapter:
    accounts = {"ALPHA/A1": "T-77", "BETA/B1": "T-88"}
    given = settings(dialect, symbols={"ACME": "ACME.XV"}, accounts=accounts, extra=extra, is_drop_copy=is_drop_copy)
    return make_adapter(given)


def read(msg_type: str, text: str, adapter: Adapter | None = None) -> list[JournaledCommand]:
    return (adapter or venue()).decode(msg_type, fields(text))


def test_a_snapshot_is_a_quote() -> None:
    text = "262=ACME.XV|55=ACME.XV|268=3|269=1|270=10.02|271=30|269=0|270=10|271=50|269=2|270=10.01|10=000"
    assert read("W", text) == [VenueQuote("XV", 0, "ACME", 10 * E8, 50 * E8, 1_002_000_000, 30 * E8)]


def test_the_best_of_each_side_counts() -> None:
    text = "55=ACME.XV|268=4|269=0|270=9|271=1|269=0|270=10|271=2|269=1|270=12|271=3|269=1|270=11|271=4"
    assert read("W", text) == [VenueQuote("XV", 0, "ACME", 10 * E8, 2 * E8, 11 * E8, 4 * E8)]


@pytest.mark.parametrize("text", ["55=ACME.XV|268=0", "55=ACME.XV"])
def test_an_empty_book(text: str) -> None:
    assert read("W", text) == [VenueQuote("XV", 0, "ACME", 0, 0, 0, 0)]


def test_a_group_that_does_not_count_right() -> None:
    text = "55=ACME.XV|268=2|269=0|270=10|271=50"
    fault = "Tag 268 does not count the entries of its group that begin with tag 269."
    assert read("W", text) == [QuarantineReport("XV", 0, fault, f"35=W|{text}")]


def test_an_execution_elsewhere() -> None:
    text = "1=T-77|37=V1|11=zzz|17=E1|150=F|39=2|55=ACME.XV|54=2|14=5|151=0|6=10|32=5|31=10|58=By phone"
    expected = DropCopy("XV", 0, "E1", "", "F", "ALPHA", "A1", "ACME", "2", 5 * E8, 10 * E8, "By phone")
    assert read("8", text, venue(is_drop_copy=True)) == [expected]


def test_only_executions_are_copied() -> None:
    text = "1=T-77|37=V1|11=zzz|17=E1|150={}|39=0|55=ACME.XV|54=2|14=0|151=5|6=0"
    for exec_type in "045CI":
        assert read("8", text.format(exec_type), venue(is_drop_copy=True)) == []


def test_a_bust_elsewhere_names_the_execution() -> None:
    text = "1=T-88|17=E2|19=E1|150=H|39=2|55=ACME.XV|54=2"
    expected = DropCopy("XV", 0, "E2", "E1", "H", "BETA", "B1", "ACME", "2", 0, 0)
    assert read("8", text, venue(is_drop_copy=True)) == [expected]
    nameless = text.replace("19=E1|", "")
    fault = "It changes an execution, and does not say which."
    assert read("8", nameless, venue(is_drop_copy=True)) == [QuarantineReport("XV", 0, fault, f"35=8|{nameless}")]


def test_fix42_copies_busts_by_exec_trans_type() -> None:
    text = "1=T-77|17=E2|19=E1|20=1|150=2|39=2|55=ACME.XV|54=2|32=5|31=10"
    expected = DropCopy("XV", 0, "E2", "E1", "H", "ALPHA", "A1", "ACME", "2", 0, 0)
    assert read("8", text, venue("fix42", is_drop_copy=True)) == [expected]


def test_an_account_of_nobody() -> None:
    text = "1=T-99|17=E1|150=F|39=2|55=ACME.XV|54=2|32=5|31=10"
    fault = "Account (1) 'T-99' is nobody's: name it in the settings of the venue."
    assert read("8", text, venue(is_drop_copy=True)) == [QuarantineReport("XV", 0, fault, f"35=8|{text}")]
    owned = venue(is_drop_copy=True, owner="BETA/REST")
    assert read("8", text, owned) == [DropCopy("XV", 0, "E1", "", "F", "BETA", "REST", "ACME", "2", 5 * E8, 10 * E8)]


def test_a_trade_capture_report_of_one_side() -> None:
    text = "571=T1|487=0|55=ACME.XV|32=5|31=10|75=20260101|552=1|54=1|37=V1|1=T-77"
    expected = DropCopy("XV", 0, "T1", "", "F", "ALPHA", "A1", "ACME", "1", 5 * E8, 10 * E8)
    assert read("AE", text) == [expected]


def test_a_trade_capture_report_of_both_sides() -> None:
    text = "571=T2|572=T1|487=2|55=ACME.XV|32=5|31=10|552=2|54=1|37=V1|1=T-77|54=2|37=V2|1=T-88"
    assert read("AE", text) == [
        DropCopy("XV", 0, "T2-1", "T1-1", "G", "ALPHA", "A1", "ACME", "1", 5 * E8, 10 * E8),
        DropCopy("XV", 0, "T2-2", "T1-2", "G", "BETA", "B1", "ACME", "2", 5 * E8, 10 * E8),
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("571=T1|487=3|55=ACME.XV", "TradeReportTransType (487) 3 is none that is read."),
        ("571=T1|55=ACME.XV", "NoSides (552) is missing: nobody has traded."),
        ("571=T1|55=ACME.XV|31=1|552=1|54=1|1=T-77", "Tag 32 is missing or empty."),
    ],
)
def test_trade_capture_reports_that_cannot_be_read(text: str, fault: str) -> None:
    assert read("AE", text) == [QuarantineReport("XV", 0, fault, f"35=AE|{text}")]


def test_a_position() -> None:
    text = "721=P1|55=ACME.XV|702=2|703=SOD|704=100|705=0|703=TQ|704=20|705=50"
    assert read("AP", text) == [VenueBalance("XV", 0, "ACME", -30 * E8, -30 * E8)]
    only = "721=P1|55=ACME.XV|702=1|703=SOD|704=100"
    assert read("AP", only) == [VenueBalance("XV", 0, "ACME", 100 * E8, 100 * E8)]
    neither = "721=P1|55=ACME.XV|702=2|703=SOD|704=100|703=FIN|704=20"
    fault = "NoPositions (702) has no PosType (703) of TOT, TQ."
    assert read("AP", neither) == [QuarantineReport("XV", 0, fault, f"35=AP|{neither}")]


@pytest.mark.parametrize("msg_type", ["0", "1", "A", "B", "X", "h", "f"])
def test_what_is_of_no_interest(msg_type: str) -> None:
    assert read(msg_type, "58=Hello") == []


@pytest.mark.parametrize("msg_type", ["D", "Y", "ZZ"])
def test_what_nobody_expects(msg_type: str) -> None:
    fault = f"A message of MsgType (35) {msg_type} is not one that is read."
    assert read(msg_type, "58=Hello") == [QuarantineReport("XV", 0, fault, f"35={msg_type}|58=Hello")]
