from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.errors import MalformedMessage
from tradsys_oms.fix.message import Message, parse

HEAD = "35=D\x0134=7\x0149=BROKER\x0156=TRADSYS\x01"
TAGS = st.integers(1, 4000).map(str).filter(lambda tag: tag not in ("8", "9", "35"))
VALUES = st.text(st.characters(max_codepoint=255, exclude_characters="\x01=")).filter(bool)


def parsed(body: str, head: str = HEAD) -> Message:
    return parse(encode("FIX.4.4", head, body))


def pairs(message: Message) -> list[tuple[str, str]]:
    """Give the fields of the body, in order."""
    return list(zip(message.tags, message.values, strict=True))[6:-1]


def test_an_order() -> None:
    message = parsed("11=ORDER-1\x0155=ACME\x0154=1\x0138=100\x01")
    assert (message.begin_string, message.msg_type, message.msg_seq_num) == ("FIX.4.4", "D", 7)
    assert pairs(message) == [("11", "ORDER-1"), ("55", "ACME"), ("54", "1"), ("38", "100")]
    assert message.fields["49"] == "BROKER"
    assert message.poss_dup is False
    assert message.raw == encode("FIX.4.4", HEAD, "11=ORDER-1\x0155=ACME\x0154=1\x0138=100\x01")


@given(st.lists(st.tuples(TAGS, VALUES), max_size=30))
def test_fields_come_out_as_they_went_in(fields: list[tuple[str, str]]) -> None:
    body = "".join(f"{tag}={value}\x01" for tag, value in fields)
    assert pairs(parsed(body)) == fields


@given(st.lists(st.tuples(TAGS, st.text(st.sampled_from("=a\xe9"), min_size=1)), min_size=1, max_size=30))
def test_values_may_have_equals_signs(fields: list[tuple[str, str]]) -> None:
    body = "".join(f"{tag}={value}\x01" for tag, value in fields)
    assert pairs(parsed(body)) == fields


@pytest.mark.parametrize(("length_tag", "data_tag"), [("95", "96"), ("354", "355"), ("93", "89"), ("1401", "1402")])
@pytest.mark.parametrize(
    "data", ["plain", "a\x01b", "\x01", "58=x\x0155=EVIL\x01", "=\x01", "8=FIX.4.4\x019=5\x0135=0\x01"]
)
def test_data_fields_may_hold_anything(length_tag: str, data_tag: str, data: str) -> None:
    body = [(length_tag, str(len(data))), (data_tag, data), ("55", "ACME")]
    message = parsed("".join(f"{tag}={value}\x01" for tag, value in body))
    assert pairs(message) == body
    assert message.fields["55"] == "ACME"


@pytest.mark.parametrize("length", ["3", "99999", "x", "9" * 30, "-1"])
def test_a_wrong_data_length_does_not_swallow_the_next_fields(length: str) -> None:
    message = parsed(f"95={length}\x0196=abcdef\x0155=ACME\x01")
    assert pairs(message) == [("95", length), ("96", "abcdef"), ("55", "ACME")]


def test_the_first_of_repeated_tags_counts() -> None:
    message = parsed("55=ACME\x0140=1\x0140=2\x0155=OTHER\x01")
    assert (message.fields["55"], message.fields["40"]) == ("ACME", "1")
    assert pairs(message) == [("55", "ACME"), ("40", "1"), ("40", "2"), ("55", "OTHER")]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("007", 7),
        ("0", 0),
        ("+2", -1),
        ("-2", -1),
        ("", -1),
        ("2x", -1),
        ("²", -1),
        ("1" * 19, -1),
        (" 2", -1),
    ],
)
def test_msg_seq_num(text: str, number: int) -> None:
    assert parsed("", f"35=0\x0134={text}\x01").msg_seq_num == number


def test_msg_seq_num_missing() -> None:
    assert parsed("", "35=0\x0149=A\x01").msg_seq_num == -1


def test_poss_dup_is_y_only() -> None:
    assert parsed("", "35=0\x0134=1\x0143=Y\x01").poss_dup is True
    assert parsed("", "35=0\x0134=1\x0143=N\x01").poss_dup is False


@pytest.mark.parametrize(
    "body", ["58=a\x01b\x0155=ACME\x01", "58=x=44\x01100.0\x0155=ACME\x01", "58=a\x01=b\x0155=ACME\x01"]
)
def test_the_rest_of_a_value_that_an_soh_cut_has_no_tag(body: str) -> None:
    message = parsed(body)
    assert "" in message.tags
    assert "44" not in message.fields
    assert message.fields["55"] == "ACME"


@pytest.mark.parametrize(
    "raw", [b"", b"8=FIX.4.4\x01", b"8=FIX.4.4\x019=5", b"9=5\x018=FIX.4.4\x0135=0\x01", b"hello", b"\x01"]
)
def test_what_is_no_frame_is_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedMessage, match=r"\.$"):
        parse(raw)


@given(st.binary(max_size=300))
def test_any_bytes_are_either_a_message_or_malformed(data: bytes) -> None:
    for raw in (data, b"8=FIX.4.4\x019=5\x0135=" + data + b"\x01"):
        try:
            message = parse(raw)
        except MalformedMessage:
            continue
        assert len(message.tags) == len(message.values)


def test_many_shapes_do_not_fill_the_memory() -> None:
    for number in range(5000):
        assert parsed(f"{number + 5000}=x\x01").fields[str(number + 5000)] == "x"
    assert len(parsed("58=x\x01" * 5000).tags) == 5007
