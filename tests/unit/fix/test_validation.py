from __future__ import annotations

from functools import cache

import pytest

from tradsys_oms.fix.dictionary import specs_dir
from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.faults import TEXTS
from tradsys_oms.fix.message import Message, parse
from tradsys_oms.fix.validation import Validator, build_validators

TIME = "20261121-09:30:00.123"
HEAD = f"34=2|49=BROKER|52={TIME}|56=TRADSYS|"
ORDER = f"11=A-1|55=ACME|54=1|60={TIME}|38=100|40=2|44=100.25|"
VERSIONS = {"FIX.4.2": "FIX.4.2", "FIX.4.4": "FIX.4.4", "FIX.5.0": "FIXT.1.1", "FIX.5.0SP2": "FIXT.1.1"}
VERSION = 18
MISSING, NOT_DEFINED, NO_VALUE, RANGE, FORM = 1, 2, 4, 5, 6
REPEATED, ORDER_OF_TAGS, GROUP_ORDER, GROUP_COUNT, SOH_IN_VALUE = 13, 14, 15, 16, 17


@cache
def validators() -> dict[str, Validator]:
    return build_validators(specs_dir())


def message(body: str, msg_type: str = "D", head: str = HEAD, version: str = "FIX.4.4") -> Message:
    text = f"35={msg_type}|{head}{body}".replace("|", "\x01")
    return parse(encode(VERSIONS[version], text, ""))


def check(body: str, msg_type: str = "D", head: str = HEAD, version: str = "FIX.4.4") -> tuple[int, str] | None:
    """Give reason and tag of the fault, twice the same: the second time the plan is there already."""
    validator = validators()[version]
    first, second = (validator.check(message(body, msg_type, head, version)) for _ in range(2))
    assert first == second
    if first is None:
        return None
    assert first.reason == -1 or first.text == TEXTS[first.reason]
    return first.reason, first.ref_tag


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("msg_type", "body"),
    [
        ("D", "21=1|" + ORDER),
        ("D", f"21=1|11=A-1|55=ACME|54=1|60={TIME[:-4]}|38=002000.00|40=1|59=3|1=ACC|18=1 2|58=Grüße|"),
        ("F", f"41=A-1|11=A-2|55=ACME|54=1|60={TIME}|38=100|"),
        ("G", f"21=1|41=A-1|11=A-2|55=ACME|54=1|60={TIME}|38=100|40=2|44=99|"),
        ("H", "11=A-1|55=ACME|54=1|"),
        ("0", ""),
        ("1", "112=hello|"),
        ("2", "7=1|16=0|"),
        ("3", "45=2|58=why|"),
        ("j", "45=2|372=8|380=3|58=why|"),
        ("4", "123=Y|36=10|"),
        ("5", "58=bye|"),
    ],
)
def test_what_a_broker_sends_is_right(version: str, msg_type: str, body: str) -> None:
    assert check(body, msg_type, version=version) is None


def test_logon() -> None:
    assert check("98=0|108=30|141=Y|", "A", version="FIX.4.4") is None
    assert check("98=0|108=30|1137=9|", "A", version="FIX.5.0SP2") is None
    assert check("98=0|108=30|1137=7|", "A", version="FIX.5.0") is None
    assert check("98=0|108=30|", "A", version="FIX.5.0SP2") == (MISSING, "1137")
    assert check("98=0|108=30|1137=9|", "A", version="FIX.4.4") == (0, "1137")


def test_header_and_body_fields_come_in_any_order() -> None:
    assert check("40=1|38=1|55=ACME|54=1|11=id|", head=f"56=TRADSYS|52={TIME}|34=3|49=BROKER|") == (MISSING, "60")
    assert check(f"40=1|38=1|55=ACME|54=1|11=id|60={TIME}|", head=f"56=T|52={TIME}|34=3|49=B|") is None


@pytest.mark.parametrize("tag", ["999", "0", "-1", "5000", "99999", "055", "x", "1.5"])
def test_unknown_tags(tag: str) -> None:
    assert check(f"{ORDER}{tag}=HI|") == (0, tag)


@pytest.mark.parametrize("msg_type", ["*", "ZZZ", "U1", "d ", "²"])
def test_unknown_message_types(msg_type: str) -> None:
    assert check("", msg_type) == (11, "")


@pytest.mark.parametrize(
    ("version", "msg_type"),
    [("FIX.4.2", "E"), ("FIX.4.4", "d"), ("FIX.5.0", "AE"), ("FIX.5.0SP2", "AE"), ("FIX.4.4", "8")],
)
def test_known_but_unsupported_messages(version: str, msg_type: str) -> None:
    fault = validators()[version].check(message("58=some|58=text|", msg_type, version=version))
    assert fault is not None
    assert (fault.business, fault.business_reason, fault.text) == (True, 3, "Unsupported Message Type")


def test_an_unsupported_message_still_needs_a_right_header() -> None:
    assert check("", "d", head=f"34=2|52={TIME}|49=BROKER|") == (MISSING, "56")
    assert check("58=|", "d") == (NO_VALUE, "58")
    assert check("9999=x|", "d") == (0, "9999")


@pytest.mark.parametrize("tag", ["49", "56", "52"])
def test_required_header_fields(tag: str) -> None:
    head = "".join(f"{field}|" for field in HEAD.split("|")[:-1] if not field.startswith(f"{tag}="))
    assert check(ORDER, head=head) == (MISSING, tag)


def test_a_missing_msg_seq_num_is_left_to_the_session() -> None:
    assert check(ORDER, head=f"49=BROKER|52={TIME}|56=TRADSYS|") is None
    assert check(ORDER, head=f"34=x|49=BROKER|52={TIME}|56=TRADSYS|") == (FORM, "34")


@pytest.mark.parametrize("version", ["FIX.4.4", "FIX.5.0", "FIX.5.0SP2"])
@pytest.mark.parametrize("tag", ["11", "55", "54", "60", "40"])
def test_required_fields(version: str, tag: str) -> None:
    body = "".join(f"{field}|" for field in ORDER.split("|")[:-1] if not field.startswith(f"{tag}="))
    assert check(body, version=version) == (MISSING, tag)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("msg_type", "body"),
    [
        ("F", f"41=A-1|11=A-2|54=1|60={TIME}|38=100|"),
        ("G", f"21=1|41=A-1|11=A-2|54=1|60={TIME}|38=100|40=2|44=99|"),
        ("H", "11=A-1|54=1|"),
    ],
)
def test_a_symbol_is_required_in_every_request(version: str, msg_type: str, body: str) -> None:
    assert check(body, msg_type, version=version) == (MISSING, "55")


@pytest.mark.parametrize(
    ("msg_type", "head", "body", "fault"),
    [
        ("0", HEAD, "55=MSFT|", (NOT_DEFINED, "55")),
        ("D", HEAD, ORDER + "45=2|", (NOT_DEFINED, "45")),
        ("D", HEAD, ORDER + "448=X|", (NOT_DEFINED, "448")),
        ("0", f"34=2|49=B|52={TIME}|56=|", "", (NO_VALUE, "56")),
        ("D", HEAD, ORDER + "115=|", (ORDER_OF_TAGS, "115")),
        ("D", HEAD + "115=|", ORDER, (NO_VALUE, "115")),
        ("D", "", "55=MSFT|" + HEAD, (ORDER_OF_TAGS, "34")),
        ("D", HEAD, "93=1|89=x|" + ORDER, (ORDER_OF_TAGS, "11")),
        ("D", HEAD, ORDER + "40=2|", (REPEATED, "40")),
        ("D", HEAD + "49=AGAIN|", ORDER, (REPEATED, "49")),
        ("D", HEAD, ORDER + "21=4|", (RANGE, "21")),
        ("D", HEAD, ORDER + "167=BOO|", (RANGE, "167")),
        ("D", HEAD, ORDER + "18=1 ?|", (RANGE, "18")),
        ("D", HEAD, ORDER + "18=1  2|", (FORM, "18")),
        ("D", HEAD, ORDER.replace("54=1", "54=Z"), (RANGE, "54")),
        ("D", HEAD, ORDER.replace("54=1", "54=11"), (FORM, "54")),
        ("D", HEAD, ORDER.replace("38=100", "38=+200.00"), (FORM, "38")),
        ("D", HEAD, ORDER.replace("44=100.25", "44=1e2"), (FORM, "44")),
        ("D", HEAD, ORDER + "126=20040415|", (FORM, "126")),
        ("D", HEAD.replace(TIME, "yesterday"), ORDER, (FORM, "52")),
        ("D", HEAD + "43=X|", ORDER, (FORM, "43")),
        ("2", HEAD, "7=one|16=0|", (FORM, "7")),
        ("2", HEAD, "7=" + "1" * 5000 + "|16=0|", (FORM, "7")),
        ("D", HEAD, ORDER + "58=cut|here|", (SOH_IN_VALUE, "58")),
        ("D", HEAD, ORDER + "58=x=44|100.0|", (SOH_IN_VALUE, "58")),
        ("D", HEAD, ORDER + "354=3|355=abcd|", (FORM, "355")),
    ],
)
def test_faults(msg_type: str, head: str, body: str, fault: tuple[int, str]) -> None:
    assert check(body, msg_type, head) == fault


def test_data_fields_pass_with_their_length() -> None:
    assert check(ORDER + "354=4|355=a|=b|") is None


@pytest.mark.parametrize(
    ("groups", "fault"),
    [
        ("386=2|336=PRE-OPEN|336=AFTER-HOURS|", None),
        ("386=0|", None),
        ("386=3|336=PRE-OPEN|336=AFTER-HOURS|", (GROUP_COUNT, "386")),
        ("386=1|336=PRE-OPEN|336=AFTER-HOURS|", (GROUP_COUNT, "386")),
        ("386=0|336=PRE-OPEN|", (GROUP_COUNT, "386")),
        ("386=2|", (GROUP_COUNT, "386")),
        ("386=x|", (FORM, "386")),
        ("386=-1|", (FORM, "386")),
        ("386=1|625=SUB|336=PRE-OPEN|", (GROUP_ORDER, "625")),
        ("386=1|336=PRE-OPEN|625=SUB|625=SUB|", (REPEATED, "625")),
        ("453=1|447=D|448=X|452=1|", (GROUP_ORDER, "447")),
        ("453=2|448=X|447=D|452=1|448=Y|452=3|447=D|", None),
        ("453=1|448=X|447=D|452=1|802=2|523=a|803=1|523=b|", None),
        ("453=1|448=X|447=D|452=1|802=1|523=a|523=b|", (GROUP_COUNT, "802")),
        ("453=1|448=X|447=?|452=1|", (RANGE, "447")),
        ("453=1|448=X|447=|452=1|", (NO_VALUE, "447")),
    ],
)
def test_repeating_groups(groups: str, fault: tuple[int, str] | None) -> None:
    assert check(ORDER + groups) == fault
    assert check(groups + ORDER) == fault


def test_groups_are_handed_on() -> None:
    order = message(ORDER + "453=2|448=X|447=D|452=1|802=1|523=a|803=2|448=Y|452=3|386=1|336=PRE-OPEN|")
    assert validators()["FIX.4.4"].check(order) is None
    assert order.groups == {
        "453": [{"448": "X", "447": "D", "452": "1", "802": "1"}, {"448": "Y", "452": "3"}],
        "453/0/802": [{"523": "a", "803": "2"}],
        "386": [{"336": "PRE-OPEN"}],
    }
    plain = message(ORDER)
    assert validators()["FIX.4.4"].check(plain) is None
    assert plain.groups == {}


def test_message_types_in_a_logon() -> None:
    logon = "98=0|108=30|1137=9|384=2|372=D|385=R|372=8|385=S|"
    assert check(logon, "A", version="FIX.5.0SP2") is None
    assert check(logon.replace("384=2", "384=3"), "A", version="FIX.5.0SP2") == (GROUP_COUNT, "384")


@pytest.mark.parametrize(
    ("version", "head", "fault"),
    [
        ("FIX.5.0SP2", "1128=9|", None),
        ("FIX.5.0", "1128=7|", None),
        ("FIX.5.0SP2", "1128=7|", (VERSION, "1128")),
        ("FIX.5.0", "1128=9|", (VERSION, "1128")),
        ("FIX.5.0", "1129=OURS|", (VERSION, "1129")),
        ("FIX.5.0SP2", "1156=97|", None),
        ("FIX.5.0SP2", "1156=x|", (FORM, "1156")),
        ("FIX.4.4", "1128=6|", (0, "1128")),
    ],
)
def test_versions_in_the_header(version: str, head: str, fault: tuple[int, str] | None) -> None:
    assert check(ORDER, head=HEAD + head, version=version) == fault


def test_a_custom_version_is_taken_where_it_is_agreed_on() -> None:
    plain = validators()["FIX.5.0SP2"]
    ours = plain.customised("OURS")
    assert ours is plain.customised("OURS")
    assert plain.customised("") is ours.customised("") is plain
    for custom, is_right in (("OURS", True), ("THEIRS", False), ("OURS|1128=9", True), ("OURS|1128=7", False)):
        named = message(ORDER, head=f"{HEAD}1129={custom}|", version="FIX.5.0SP2")
        assert (ours.check(named) is None) is is_right, custom
    assert ours.check(message(ORDER, version="FIX.5.0SP2")) is None


@pytest.mark.parametrize(
    ("fields", "fault_of_50", "fault_of_sp2"),
    [
        ("2362=X|", (0, "2362"), None),
        ("1138=10|", None, None),
        ("54=H|", (RANGE, "54"), None),
    ],
)
def test_fix50_is_not_its_second_service_pack(
    fields: str, fault_of_50: tuple[int, str] | None, fault_of_sp2: tuple[int, str] | None
) -> None:
    order = ORDER.replace("54=1|", "") + (fields if "54=" in fields else f"54=1|{fields}")
    assert (check(order, version="FIX.5.0"), check(order, version="FIX.5.0SP2")) == (fault_of_50, fault_of_sp2)


def test_header_group() -> None:
    assert check(ORDER, head=HEAD + f"627=1|628=HUB|629={TIME}|630=7|") is None
    assert check(ORDER, head=HEAD + "627=2|628=HUB|") == (GROUP_COUNT, "627")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (ORDER + "21=1|40=2|", "Tag appears more than once"),
        (ORDER + "21=1|34=2|", "Tag specified out of required order"),
        (ORDER + "21=1|386=2|336=A|", "Incorrect NumInGroup count for repeating group"),
    ],
)
def test_reasons_that_fix42_has_not_are_left_to_the_text(body: str, text: str) -> None:
    fault = validators()["FIX.4.2"].check(message(body, version="FIX.4.2"))
    assert fault is not None
    assert (fault.reason, fault.text) == (-1, text)


def test_a_tag_of_another_version_is_unknown() -> None:
    assert check("21=1|" + ORDER + "847=1|", version="FIX.4.2") == (0, "847")


def test_many_shapes_and_huge_messages_are_survived() -> None:
    for number in range(5000):
        assert check(f"{ORDER}{20_000 + number}=x|") == (0, str(20_000 + number))
    assert check(ORDER) is None
    assert check(ORDER + "448=X|" * 10_000) == (NOT_DEFINED, "448")
    assert check(ORDER + "453=10000|" + "448=X|" * 10_000) is None
    assert check(ORDER + "453=1|448=X|" + "447=D|" * 10_000) == (REPEATED, "447")


def test_session_messages_over_fixt_know_the_tags_of_the_transport_only() -> None:
    assert check("999=HI|", "0", version="FIX.5.0SP2") == (0, "999")
    assert check("58=HI|", "0", version="FIX.5.0SP2") == (NOT_DEFINED, "58")
    assert check(ORDER + "999=HI|", "D", version="FIX.5.0SP2") == (NOT_DEFINED, "999")


def test_a_wrong_count_is_told_before_a_wrong_value_in_its_group() -> None:
    entries = "336=PRE-OPEN|336=AFTER-HOURS|"
    assert check(f"{ORDER}386=3|{entries}", version="FIX.5.0SP2") == (GROUP_COUNT, "386")
    assert check(f"{ORDER}386=2|{entries}", version="FIX.5.0SP2") == (RANGE, "336")


@pytest.mark.parametrize("version", ["FIX.4.4", "FIX.5.0SP2"])
def test_what_the_standard_requires_is_missed_first(version: str) -> None:
    body = "".join(f"{field}|" for field in ORDER.split("|")[:-1] if field[:3] not in ("55=", "54="))
    assert check(body, version=version) == (MISSING, "54")
