"""Readable messages: every field named, groups with their entries, broken messages as far as they go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.readable import MessageReader, ReadableField, field_lines, printable, summary
from tradsys_oms.redaction import redact

READER = MessageReader()


def bar(text: str) -> str:
    return text.replace("|", "\x01")


def make(begin_string: str, head: str, body: str) -> bytes:
    return encode(begin_string, bar(head), bar(body))


def lines_of(raw: bytes) -> list[str]:
    return list(field_lines(READER.read(raw)))


def test_every_field_has_its_name_and_the_word_for_its_value() -> None:
    raw = make("FIX.4.4", "35=D|49=BROKER|56=TRADSYS|34=7|", "11=A1|18=1 G|54=2|9999=x|")
    assert lines_of(raw) == [
        "    8 BeginString = FIX.4.4",
        "    9 BodyLength = 56",
        "   35 MsgType = D  (NewOrderSingle)",
        "   49 SenderCompID = BROKER",
        "   56 TargetCompID = TRADSYS",
        "   34 MsgSeqNum = 7",
        "   11 ClOrdID = A1",
        "   18 ExecInst = 1 G  (NOT_HELD, ALL_OR_NONE)",
        "   54 Side = 2  (SELL)",
        " 9999 (unknown tag) = x",
        f"   10 CheckSum = {raw[-4:-1].decode()}",
    ]


def test_groups_are_indented_and_their_entries_numbered() -> None:
    body = "453=2|448=X|447=D|802=2|523=a|803=1|523=b|803=2|448=Y|452=3|55=ACME|"
    assert lines_of(make("FIX.4.4", "35=D|", body))[3:-1] == [
        "  453 NoPartyIDs = 2",
        " 1.   448 PartyID = X",
        "      447 PartyIDSource = D  (PROPRIETARY)",
        "      802 NoPartySubIDs = 2",
        "     1.   523 PartySubID = a",
        "          803 PartySubIDType = 1  (FIRM)",
        "     2.   523 PartySubID = b",
        "          803 PartySubIDType = 2  (PERSON)",
        " 2.   448 PartyID = Y",
        "      452 PartyRole = 3  (CLIENT_ID)",
        "   55 Symbol = ACME",
    ]


@pytest.mark.parametrize(
    ("begin_string", "head", "body", "version", "meaning"),
    [
        ("FIX.4.2", "35=8|", "150=1|", "FIX.4.2", "PARTIAL_FILL"),
        ("FIX.4.4", "35=8|", "150=F|", "FIX.4.4", "TRADE"),
        ("FIX.4.1", "35=8|", "150=F|", "FIX.4.4", "TRADE"),
        ("FIXT.1.1", "35=8|", "150=F|", "FIX.5.0SP2", "TRADE"),
        ("FIXT.1.1", "35=8|1128=4|", "150=1|", "FIX.4.2", "PARTIAL_FILL"),
        ("FIXT.1.1", "35=8|1128=6|", "150=F|", "FIX.4.4", "TRADE"),
        ("FIXT.1.1", "35=8|1128=99|", "150=F|", "FIX.5.0SP2", "TRADE"),
    ],
)
def test_the_version_chooses_the_dictionary(
    begin_string: str, head: str, body: str, version: str, meaning: str
) -> None:
    message = READER.read(make(begin_string, head, body))
    assert (message.name, message.version, message.faults) == ("ExecutionReport", version, [])
    assert {field.tag: field.meaning for field in message.fields}["150"] == meaning


def test_the_logon_of_a_session_says_the_version_of_what_follows_in_both_directions() -> None:
    reader = MessageReader()
    reader.read(make("FIXT.1.1", "35=A|49=B|56=T|34=1|", "98=0|108=30|1137=4|"))
    report = make("FIXT.1.1", "35=8|49=T|56=B|34=2|", "150=1|")
    assert reader.read(report).version == "FIX.4.2"
    assert reader.read(make("FIXT.1.1", "35=8|49=T|56=C|34=2|", "150=F|")).version == "FIX.5.0SP2"
    fields = reader.read(report).fields
    assert fields[2] == ReadableField("35", "MsgType", "8", "ExecutionReport")


@pytest.mark.parametrize(
    ("raw", "faults"),
    [
        (b"8=FIX.4.4|9=5|35=0|10=163|", []),
        (
            b"8=FIX.4.4|9=6|35=0|10=163|",
            ["BodyLength (9) is 6 and should be 5.", "CheckSum (10) is 163 and should be 164."],
        ),
        (b"8=FIX.4.4|9=5|35=0|10=000|", ["CheckSum (10) is 000 and should be 163."]),
        (b"8=FIX.4.4|9=5|35=0|10=0", ["It does not end with CheckSum (10): something is missing."]),
        (b"8=FIX.4.4|9=5|35=010=163|", ["It does not end with CheckSum (10): something is missing."]),
        (b"8=FIX.4.4|9=5", ["It does not begin with BeginString (8) and BodyLength (9)."]),
        (b"35=0|", ["It does not begin with BeginString (8) and BodyLength (9)."]),
    ],
)
def test_what_is_wrong_with_the_frame_is_said(raw: bytes, faults: list[str]) -> None:
    message = READER.read(raw.replace(b"|", b"\x01"))
    assert message.faults == faults
    assert list(field_lines(message))[len(message.fields) :] == [f"      ! {fault}" for fault in faults]
    assert summary(message).endswith(" !") == bool(faults)


def test_a_message_without_its_secrets_is_not_called_wrong() -> None:
    message = READER.read(redact(make("FIX.4.4", "35=A|34=1|", "553=me|554=hunter2|95=7|96=hunter2|58=x|")))
    assert message.faults == []
    assert [(field.name, field.value) for field in message.fields[4:-1]] == [
        ("Username", "me"),
        ("Password", "***"),
        ("RawDataLength", "7"),
        ("RawData", "***"),
        ("Text", "x"),
    ]


def test_data_fields_hold_anything() -> None:
    fields = READER.read(make("FIX.4.4", "35=B|", "354=9|355=a|55=x|b=|58=y|")).fields
    assert [(field.tag, field.value) for field in fields[3:-1]] == [
        ("354", "9"),
        ("355", "a\x0155=x\x01b="),
        ("58", "y"),
    ]


def test_pieces_that_are_no_fields_are_shown() -> None:
    assert lines_of(b"8=FIX.4.4\x01junk\x01=x\x01\x0158=")[1:5] == [
        "      (no field) = junk",
        "      (no field) = x",
        "      (no field) = ",
        "   58 Text = ",
    ]


@pytest.mark.parametrize(
    ("head", "body", "line"),
    [
        (
            "35=D|34=7|",
            "11=A1|55=ACME|54=1|38=10|44=9.5|",
            "NewOrderSingle #7 ClOrdID=A1 Symbol=ACME Side=BUY OrderQty=10 Price=9.5",
        ),
        ("35=A|34=1|43=Y|", "98=0|108=30|", "Logon #1 PossDupFlag=YES EncryptMethod=NONE HeartBtInt=30"),
        ("35=0|34=3|", "", "Heartbeat #3"),
        ("35=5|34=9|", "58=bye\x1b[31m|", "Logout #9 Text=bye\\x1b[31m"),
        ("35=U9|", "5001=x|5002=y|", "U9 #? 5001=x 5002=y"),
        ("", "", "(no MsgType) #?"),
    ],
)
def test_one_line_for_a_message(head: str, body: str, line: str) -> None:
    assert summary(READER.read(make("FIX.4.4", head, body))) == line


def test_names_of_messages_are_found_in_all_versions() -> None:
    assert READER.msg_types_named("NewOrderSingle") == {"D"}
    assert READER.msg_types_named("newordersingle") == {"D"}
    assert READER.msg_types_named("Nosuch") == set()


PIECES = (
    *(b"8=FIX.4.4", b"8=FIXT.1.1", b"9=", b"35=D", b"453=2", b"448=", b"802=1", b"523=x", b"95=5"),
    *(b"96=", b"10=000", b"\x01", b"=", b"\xff", b"1128=4", b"1137=9"),
)


@given(st.lists(st.sampled_from(PIECES)).map(b"".join))
def test_nothing_is_too_broken_to_be_shown(raw: bytes) -> None:
    message = READER.read(raw)
    shown = [*field_lines(message), summary(message)]
    assert all(line.isprintable() for line in shown)
    assert printable(raw.decode("latin-1")).isprintable()
