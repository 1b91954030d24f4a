"""Events in the words of each version: whole messages, which QuickFIX checks against our dictionaries."""

from __future__ import annotations

from pathlib import Path

import pytest
import quickfix

from tradsys_oms.core.commands import CancelOrder, NewOrder, QueryOrder, ReplaceOrder
from tradsys_oms.core.events import CancelRejected, Execution, OrderRejected, StatusUnknown
from tradsys_oms.fix.dialects import VERSIONS
from tradsys_oms.fix.dialects.inbound import decode
from tradsys_oms.fix.dialects.outbound import Printer
from tradsys_oms.fix.dialects.units import Units
from tradsys_oms.fix.dictionary import APPL_VER_IDS, APPLICATION_FILES, Dictionary, specs_dir
from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.errors import ConditionallyRequiredFieldMissing, ValueOutOfRange
from tradsys_oms.fix.message import parse

TIME_NS = 1_767_258_000_123_456_789
TIME = "20260101-09:00:00.123"
UNITS = {"ACME": Units(tick_e8=1_000_000, lot_e8=100_000_000)}


def execution(exec_type: str, ord_status: str, **changes: object) -> Execution:
    values: dict[str, object] = {
        "session": "B", "member": "B", "order_id": 7, "clord_id": "C1", "orig_clord_id": "", "exec_type": exec_type,
        "ord_status": ord_status, "account": "", "symbol": "ACME", "side": "1", "ord_type": "2", "time_in_force": "0",
        "order_qty": 100, "price": 10_000, "cum_qty": 0, "leaves_qty": 100, "cum_notional": 0,
    }  # fmt: skip
    return Execution(**(values | changes))  # type: ignore[arg-type]


NEW = execution("0", "0")
PART = execution(
    "F",
    "1",
    account="HOUSE",
    cum_qty=30,
    leaves_qty=70,
    cum_notional=300_010,
    last_qty=30,
    last_px=10_000,
    trade_index=1,
)
FILL = execution("F", "2", cum_qty=100, leaves_qty=0, cum_notional=999_000, last_qty=70, last_px=9_985, trade_index=1)
CANCELED = execution("4", "4", clord_id="C2", orig_clord_id="C1", leaves_qty=0)
REPLACED = execution("5", "0", clord_id="C2", orig_clord_id="C1")
REPLACED_PART = execution("5", "1", clord_id="C2", orig_clord_id="C1", cum_qty=1, leaves_qty=99, cum_notional=10_000)
STATUS = execution("I", "0", ord_status_req_id="Q1")
DUPLICATE = execution("8", "0", reason=6, text="Duplicate ClOrdID")
REJECTED = OrderRejected("B", "B", "C9", "", "ACME", "1", "2", "0", 150_000_000, 13_000_000_000, 16, "out of band")
CANCEL_REJECTED = CancelRejected("B", "B", 0, "C2", "C1", "8", "1", 6, "duplicate")
UNKNOWN = StatusUnknown("B", "B", "C1", "", "ACME", "1", "Q1", "Unknown order")
EXECUTIONS = (NEW, PART, FILL, CANCELED, REPLACED, REPLACED_PART, STATUS, DUPLICATE)


def printed(event: object, version: str) -> dict[str, str]:
    printer = Printer(VERSIONS[version], UNITS)
    method = {
        Execution: printer.execution,
        OrderRejected: printer.order_rejected,
        CancelRejected: printer.cancel_rejected,
        StatusUnknown: printer.status_unknown,
    }[type(event)]  # type: ignore[index]
    msg_type, body = method(event, 12, 3, TIME_NS)  # type: ignore[operator]
    fields = [field.split("=", 1) for field in body.rstrip("\x01").split("\x01")]
    assert len({tag for tag, _ in fields}) == len(fields), f"a tag twice in {body!r}"
    return {"35": msg_type} | {tag: value for tag, value in fields}


def test_a_partial_fill_in_each_version() -> None:
    common = {
        "35": "8", "37": "7", "11": "C1", "17": "12-3", "39": "1", "55": "ACME", "54": "1", "38": "100", "40": "2",
        "59": "0", "44": "100", "14": "30", "151": "70", "6": "100.0033333333", "60": TIME, "1": "HOUSE", "31": "100",
        "32": "30",
    }  # fmt: skip
    assert printed(PART, "FIX.4.2") == common | {"150": "1", "20": "0"}
    assert printed(PART, "FIX.4.4") == common | {"150": "F", "527": "12-1", "851": "1"}
    assert printed(PART, "FIX.5.0") == common | {"150": "F", "527": "12-1", "851": "1"}
    assert printed(PART, "FIX.5.0SP2") == common | {"150": "F", "880": "12-1", "851": "1"}


@pytest.mark.parametrize(
    ("event", "exec_types", "ord_statuses"),
    [
        (NEW, "0000", "0000"),
        (FILL, "2FFF", "2222"),
        (CANCELED, "4444", "4444"),
        (REPLACED, "5555", "5000"),
        (REPLACED_PART, "5555", "1111"),
        (STATUS, "0III", "0000"),
        (DUPLICATE, "8888", "0000"),
        (REJECTED, "8888", "8888"),
        (UNKNOWN, "8III", "8888"),
    ],
)
def test_exec_type_and_ord_status_of_each_version(event: object, exec_types: str, ord_statuses: str) -> None:
    reports = [printed(event, version) for version in VERSIONS]
    assert "".join(report["150"] for report in reports) == exec_types
    assert "".join(report["39"] for report in reports) == ord_statuses
    trans_type = "3" if event in (STATUS, UNKNOWN) else "0"
    assert [report.get("20") for report in reports] == [trans_type, None, None, None]
    assert all(report["17"] == ("0" if event in (STATUS, UNKNOWN) else "12-3") for report in reports)


def test_reasons_that_a_version_lacks_become_its_other() -> None:
    assert [printed(REJECTED, version)["103"] for version in VERSIONS] == ["0", "99", "99", "16"]
    assert [printed(CANCEL_REJECTED, version)["102"] for version in VERSIONS] == ["2", "6", "6", "6"]
    assert printed(CANCEL_REJECTED, "FIX.4.4")["37"] == "NONE"


def test_a_rejected_order_echoes_what_was_sent() -> None:
    fields = printed(REJECTED, "FIX.4.4")
    assert (fields["38"], fields["44"], fields["58"], fields["151"]) == ("1.5", "130", "out of band", "0")


@pytest.mark.parametrize("version", VERSIONS)
def test_the_tables_of_reasons_are_those_of_the_dictionary(version: str) -> None:
    fields = Dictionary.load(specs_dir() / APPLICATION_FILES[version]).fields_by_tag
    rules = VERSIONS[version]
    assert {str(reason) for reason in rules.ord_rej_reasons} <= fields["103"].enums.keys()
    assert {str(reason) for reason in rules.cxl_rej_reasons} <= fields["102"].enums.keys()
    assert str(rules.ord_rej_reason_other) in fields["103"].enums
    assert str(rules.cxl_rej_reason_other) in fields["102"].enums


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("event", [*EXECUTIONS, REJECTED, CANCEL_REJECTED, UNKNOWN])
def test_quickfix_finds_every_report_valid(event: object, version: str) -> None:
    fields = printed(event, version)
    msg_type = fields.pop("35")
    begin = "FIXT.1.1" if version in APPL_VER_IDS else version
    head = f"35={msg_type}\x0134=2\x0149=TRADSYS\x0156=B\x0152={TIME}\x01"
    raw = encode(begin, head, "".join(f"{tag}={value}\x01" for tag, value in fields.items())).decode()
    application = quickfix.DataDictionary(str(Path(specs_dir()) / APPLICATION_FILES[version]))
    session = quickfix.DataDictionary(str(Path(specs_dir()) / "FIXT11.xml")) if begin == "FIXT.1.1" else application
    message = quickfix.Message()
    message.setString(raw, True, session, application)
    quickfix.DataDictionary.validate(message, session, application)
    assert message.toString() != ""


def received(text: str) -> object:
    head = f"35={text[0]}\x0134=5\x0149=B\x0156=TRADSYS\x0152={TIME}\x01"
    return decode("B", parse(encode("FIX.4.4", head, text[2:].replace("|", "\x01") + "\x01")))


def test_messages_become_commands() -> None:
    assert received("D|11=C1|55=ACME|54=1|38=10|40=2|44=100.25|60=x|1=ACC|97=Y") == NewOrder(
        "B", 5, "C1", "ACC", "ACME", "1", "2", "0", 1_000_000_000, 10_025_000_000, True
    )
    assert received("D|11=C1|55=ACME|54=1|38=0.5|40=1|59=3") == NewOrder(
        "B", 5, "C1", "", "ACME", "1", "1", "3", 50_000_000, None
    )
    assert received("F|11=C2|41=C1|55=ACME|54=1|38=10|37=77") == CancelOrder("B", 5, "C2", "C1", "77", "ACME", "1")
    assert received("G|11=C2|41=C1|55=ACME|54=2|38=10|40=2|44=9|59=1") == ReplaceOrder(
        "B", 5, "C2", "C1", "", "ACME", "2", "2", "1", 1_000_000_000, 900_000_000
    )
    assert received("H|11=C1|55=ACME|54=1|790=Q") == QueryOrder("B", 5, "C1", "", "ACME", "1", "Q")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ("210=5", "MaxShow (210) is not supported"),
        ("18=Z", "ExecInst (18) Z is not supported"),
        ("18=1 a G", "ExecInst (18) 1 a G is not supported"),
        ("21=3", "HandlInst (21) 3 is not supported"),
        ("18=1|21=1", ""),
        ("1100=4|1102=95", "TriggerPrice (1102) is not supported"),
        ("167=OPT", "SecurityType (167) OPT is not supported"),
        ("847=1", "TargetStrategy (847) is not supported"),
        ("9999=1", "Tag (9999) is not supported"),
        ("58=hello|453=1|448=X|447=D|452=1|581=1|167=CS|423=2", ""),
    ],
)
def test_instructions_that_we_cannot_carry_out_are_named(fields: str, words: str) -> None:
    order = received(f"D|11=C1|55=ACME|54=1|38=10|40=2|44=100|{fields}")
    assert isinstance(order, NewOrder)
    assert order.unsupported == words


def test_what_cannot_become_a_command_names_its_field() -> None:
    with pytest.raises(ConditionallyRequiredFieldMissing, match="Price") as missing:
        received("D|11=C1|55=ACME|54=1|38=10|40=2")
    assert missing.value.tag == "44"
    with pytest.raises(ConditionallyRequiredFieldMissing, match="OrderQty"):
        received("D|11=C1|55=ACME|54=1|40=2|44=1")
    with pytest.raises(ValueOutOfRange) as refused:
        received("D|11=C1|55=ACME|54=1|38=10|40=2|44=1.123456789")
    assert refused.value.tag == "44"
