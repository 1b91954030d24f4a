"""ExecutionReports of every cause and state in the words of each version."""

from __future__ import annotations

import pytest

from tests.unit.fix.dialect_messages import Fields, print_report
from tests.unit.fix.test_dialects import execution
from tradsys_oms.core.commands import Instructions
from tradsys_oms.core.events import Detail, OrderRejected
from tradsys_oms.core.fields import ExecType, OrdStatus
from tradsys_oms.core.lifecycle import TRANSITIONS, Happening
from tradsys_oms.errors import InvariantError
from tradsys_oms.fix.dialects import VERSIONS
from tradsys_oms.fix.dialects.report_table import PRECEDENCE, REPLACED_OF_42, REPORTS, REPORTS_OF_42, ROWS
from tradsys_oms.fix.dictionary import APPLICATION_FILES, Dictionary, specs_dir

E8 = 100_000_000
AMENDED = (ExecType.TRADE_CORRECT, ExecType.TRADE_CANCEL)
REPORTED_AS = {
    Happening.ENTERED: (ExecType.NEW,),
    Happening.REFUSED: (ExecType.REJECTED,),
    Happening.PART_FILLED: (ExecType.TRADE,),
    Happening.FILLED: (ExecType.TRADE,),
    Happening.REPLACED: (ExecType.REPLACED, ExecType.RESTATED),
    Happening.STOPPED_BY_REPLACE: (ExecType.REPLACED, ExecType.RESTATED),
    Happening.CANCELED: (ExecType.CANCELED,),
    Happening.EXPIRED: (ExecType.EXPIRED,),
    Happening.DONE_FOR_DAY: (ExecType.DONE_FOR_DAY,),
    Happening.RENEWED_UNFILLED: (ExecType.RESTATED,),
    Happening.RENEWED_PART_FILLED: (ExecType.RESTATED,),
    Happening.AMENDED_TO_NOTHING: AMENDED,
    Happening.AMENDED_TO_PART: AMENDED,
    Happening.AMENDED_TO_FULL: AMENDED,
}


def printed(version: str, exec_type: str, ord_status: str, **changes: object) -> Fields:
    found = print_report(execution(exec_type, ord_status, **changes), version)
    assert found is not None
    assert found[0] == "8"
    return found[1]


@pytest.mark.parametrize("version", VERSIONS)
def test_each_state_that_an_order_gets_into_is_reported(version: str) -> None:
    reports = VERSIONS[version].reports
    for (_, happening), ord_status in TRANSITIONS.items():
        for exec_type in REPORTED_AS[happening]:
            assert reports[exec_type + ord_status]
        if ord_status != OrdStatus.REJECTED:
            assert reports[ExecType.ORDER_STATUS + ord_status]
            assert reports[ExecType.REJECTED + ord_status], "a duplicate ClOrdID of such an order"


def test_the_table_names_each_report_once() -> None:
    pairs = [(row.exec_type, row.ord_status) for row in ROWS]
    assert len(set(pairs)) == len(pairs)
    for row in ROWS:
        assert row.later == f"{row.exec_type} {row.ord_status}"


@pytest.mark.parametrize("version", VERSIONS)
def test_each_word_is_in_the_dictionary_of_the_version(version: str) -> None:
    fields = Dictionary.load(specs_dir() / APPLICATION_FILES[version]).fields_by_tag
    for text in VERSIONS[version].reports.values():
        for field in filter(None, text.split("\x01")):
            tag, value = field.split("=")
            assert value in fields[tag].enums


@pytest.mark.parametrize("version", VERSIONS)
def test_the_words_for_terms_and_reasons_are_those_of_the_dictionary(version: str) -> None:
    fields = Dictionary.load(specs_dir() / APPLICATION_FILES[version]).fields_by_tag
    words = VERSIONS[version]
    assert set(words.terms.ord_types) == fields["40"].enums.keys()
    assert set(words.terms.times_in_force) == fields["59"].enums.keys()
    assert {str(reason) for reason in words.restatement_reasons} == fields["378"].enums.keys()
    assert words.restatement_reason_other in words.restatement_reasons
    assert set(words.echo.exec_insts) == {"6", "G", "J", "K"} & fields["18"].enums.keys()
    assert set(words.echo.peg_letters.values()) <= fields["18"].enums.keys()


def test_fix42_prints_the_highest_of_the_states() -> None:
    for row in ROWS:
        trans_type, _, ord_status = row.fix42.split() or ("", "", row.ord_status)
        states = [row.ord_status, REPLACED_OF_42] if row.exec_type == ExecType.REPLACED else [row.ord_status]
        assert PRECEDENCE[ord_status] == max(PRECEDENCE[state] for state in states)
        assert trans_type in ("", "0", "1", "2", "3")
    assert REPORTS_OF_42[ExecType.REPLACED + OrdStatus.NEW] == "20=0\x01150=5\x0139=5\x01"
    assert REPORTS_OF_42[ExecType.REPLACED + OrdStatus.PARTIALLY_FILLED] == "20=0\x01150=5\x0139=1\x01"


def test_the_life_cycle_keeps_the_highest_of_the_states_when_a_trade_is_amended() -> None:
    for (before, happening), after in TRANSITIONS.items():
        if happening in (Happening.AMENDED_TO_NOTHING, Happening.AMENDED_TO_PART) and before in "34C":
            assert PRECEDENCE[after] > PRECEDENCE[OrdStatus.PARTIALLY_FILLED]


def test_what_the_table_has_not_stops_the_process() -> None:
    with pytest.raises(InvariantError, match="ExecType '0' and OrdStatus '1'"):
        REPORTS["01"]


@pytest.mark.parametrize(
    ("exec_type", "ord_status", "of_42"),
    [
        ("3", "3", "033"), ("C", "C", "0CC"), ("D", "0", "0D0"), ("D", "1", "0D1"), ("5", "2", "052"),
        ("G", "1", "211"), ("G", "2", "222"), ("G", "0", "210"), ("G", "3", "213"), ("G", "C", "21C"),
        ("H", "1", "111"), ("H", "0", "110"), ("H", "4", "114"), ("H", "3", "113"),
        ("I", "C", "3CC"), ("I", "3", "333"),
    ],
)  # fmt: skip
def test_cause_and_state(exec_type: str, ord_status: str, of_42: str) -> None:
    for version in VERSIONS:
        fields = printed(version, exec_type, ord_status)
        if version == "FIX.4.2":
            assert fields["20"] + fields["150"] + fields["39"] == of_42
        else:
            assert (fields.get("20"), fields["150"], fields["39"]) == (None, exec_type, ord_status)


def test_a_triggered_stop_is_reported_where_there_is_a_word() -> None:
    event = execution("L", "0", ord_type="3", instructions=Instructions(stop_px_e8=95 * E8))
    assert print_report(event, "FIX.4.2") is None
    for version in ("FIX.4.4", "FIX.5.0", "FIX.5.0SP2"):
        fields = printed(version, "L", "0", ord_type="3", instructions=Instructions(stop_px_e8=95 * E8))
        assert (fields["150"], fields["39"], fields["99"], fields["40"]) == ("L", "0", "95", "3")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_correction_and_a_bust_name_the_execution(version: str) -> None:
    detail = Detail(exec_ref_seq=9, exec_ref_index=1, trade_seq=5, trade_index=0)
    correct = printed(version, "G", "1", last_qty=20, last_px=9_990, cum_qty=20, leaves_qty=80, detail=detail)
    bust = printed(version, "H", "0", detail=detail)
    assert (correct["17"], correct["19"], correct["32"], correct["31"]) == ("12-3", "9-1", "20", "99.9")
    assert (bust["17"], bust["19"], bust["32"], bust["31"], bust["14"]) == ("12-3", "9-1", "0", "0", "0")
    trade_id_tag = VERSIONS[version].trade_id_tag
    assert [fields.get(trade_id_tag) for fields in (correct, bust)] == (["5-0", "5-0"] if trade_id_tag else [None] * 2)


@pytest.mark.parametrize(
    ("reason", "of_42", "later"), [(1, "1", "1"), (2, "2", "2"), (3, "3", "3"), (5, "5", "5"), (6, "4", "6")]
)
def test_restatement_reasons(reason: int, of_42: str, later: str) -> None:
    for exec_type, ord_status in (("D", "0"), ("4", "4")):
        for version in VERSIONS:
            fields = printed(version, exec_type, ord_status, detail=Detail(restatement_reason=reason))
            assert fields["378"] == (of_42 if version == "FIX.4.2" else later)


@pytest.mark.parametrize("version", VERSIONS)
def test_quantities_of_the_day(version: str) -> None:
    detail = Detail(restatement_reason=1, day_order_qty=80, day_cum_qty=30, day_notional=300_010)
    fields = printed(version, "D", "1", cum_qty=50, leaves_qty=50, cum_notional=500_000, detail=detail)
    assert (fields["424"], fields["425"], fields["426"]) == ("80", "30", "100.0033333333")
    morning = printed(version, "D", "0", detail=Detail(restatement_reason=1, day_order_qty=100))
    assert (morning["424"], morning["425"], morning["426"]) == ("100", "0", "0")
    assert not {"424", "425", "426"} & printed(version, "0", "0").keys()


@pytest.mark.parametrize("version", VERSIONS)
def test_pages_of_a_mass_status(version: str) -> None:
    for is_last in (False, True):
        detail = Detail(mass_status_req_id="S1", reports_total=2, is_last_report=is_last)
        fields = printed(version, "I", "0", detail=detail)
        assert (fields["584"], fields["911"], fields["912"]) == ("S1", "2", "Y" if is_last else "N")
        assert fields["17"] == "0"


def test_where_a_pegged_order_stands() -> None:
    asked = Instructions(peg_price_type="5", peg_offset_e8=-1_000_000)
    for version in VERSIONS:
        fields = printed(version, "0", "0", ord_type="P", instructions=asked, detail=Detail(pegged_price=9_999))
        assert fields.get("839") == (None if version == "FIX.4.2" else "99.99")
        assert fields["211"] == "-0.01"


def test_instructions_come_back_in_the_words_of_the_version() -> None:
    asked = Instructions(
        stop_px_e8=95 * E8,
        trigger_price_type="1",
        display_qty_e8=10 * E8,
        min_qty_e8=5 * E8,
        exec_inst="6K",
        peg_price_type="4",
        peg_is_fixed=True,
        expire_time_ns=1_774_974_600_000_000_000,
        expire_date=20260331,
        self_match_id="DESK",
        self_match_instruction="2",
    )
    common = {"99": "95", "110": "5", "126": "20260331-16:30:00.000", "432": "20260331"}
    old = {"111": "10", "7928": "DESK", "8000": "O"}
    new = {"1107": "1", "1138": "10", "1094": "4", "835": "1", "18": "6 K"}
    expected = {
        "FIX.4.2": {**old, "18": "6 T"},
        "FIX.4.4": {**old, "18": "6 K P", "835": "1"},
        "FIX.5.0": {**new, "7928": "DESK", "8000": "O"},
        "FIX.5.0SP2": {**new, "2362": "DESK", "2964": "2"},
    }
    for version, fields in expected.items():
        plain = printed(version, "0", "0", ord_type="P")
        full = printed(version, "0", "0", ord_type="P", instructions=asked)
        assert full == plain | common | fields, version
        rejected = OrderRejected("B", "B", "C9", "", "ACME", "1", "P", "6", E8, None, 11, "no", asked)
        found = print_report(rejected, version)
        assert found is not None
        assert found[1].items() >= (common | fields).items()


def test_a_quantity_to_show_goes_back_as_it_came() -> None:
    for version in VERSIONS:
        fields = printed(version, "0", "0", instructions=Instructions(display_qty_e8=0, max_floor=True))
        assert (fields["111"], fields.get("1138")) == ("0", None)


def test_an_expiry_keeps_its_decimals() -> None:
    asked = Instructions(expire_time_ns=1_774_974_600_000_000_001)
    assert printed("FIX.4.4", "0", "0", instructions=asked)["126"] == "20260331-16:30:00.000000001"


@pytest.mark.parametrize(
    ("ord_type", "time_in_force", "of_42", "later"),
    [("1", "7", ("5", "0"), ("1", "7")), ("2", "7", ("B", "0"), ("2", "7")), ("K", "1", (None, "1"), ("K", "1"))],
)
def test_terms_that_fix42_says_otherwise_or_not_at_all(
    ord_type: str, time_in_force: str, of_42: tuple[str | None, str], later: tuple[str, str]
) -> None:
    for version in VERSIONS:
        fields = printed(version, "0", "0", ord_type=ord_type, time_in_force=time_in_force)
        assert (fields.get("40"), fields.get("59")) == (of_42 if version == "FIX.4.2" else later)


def test_a_rejected_order_shows_what_was_asked_for_even_if_nobody_has_it() -> None:
    rejected = OrderRejected("B", "B", "C9", "", "ACME", "1", "J", "9", E8, None, 11, "no")
    for version, terms in {"FIX.4.2": (None, None), "FIX.4.4": ("J", None), "FIX.5.0SP2": ("J", "9")}.items():
        found = print_report(rejected, version)
        assert found is not None
        assert (found[1].get("40"), found[1].get("59")) == terms
