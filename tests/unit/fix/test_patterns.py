"""A pattern gives what parsing gives, whatever comes after the messages that made it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.errors import MalformedMessage
from tradsys_oms.fix.framing import Framer
from tradsys_oms.fix.message import Message, parse
from tradsys_oms.fix.patterns import ALIKE_MIN, Patterns

BODY = "11=C{n}\x0155=ACME\x0154=1\x0138={n}\x0140=2\x0144=100.25\x01"


def frame(body: str, number: int = 7, msg_type: str = "D") -> bytes:
    return encode("FIX.4.4", f"35={msg_type}\x0134={number}\x0149=B\x0156=T\x0152=20260101-09:00:00\x01", body)


def trained() -> Patterns:
    patterns = Patterns()
    for number in range(ALIKE_MIN + 1):
        patterns.parse(frame(BODY.format(n=number), number))
    assert patterns._patterns, "the messages were not alike enough to make a pattern"
    return patterns


def read(patterns: Patterns, raw: bytes) -> Message:
    """Read one message as a connection does."""
    (cut,) = Framer(1 << 16, patterns).feed(raw)
    assert cut == raw
    return patterns.parse(cut)


def same(left: Message, right: Message) -> bool:
    parts = ("raw", "begin_string", "msg_type", "msg_seq_num", "tags", "fields", "poss_dup")
    return list(left.values) == list(right.values) and all(getattr(left, p) == getattr(right, p) for p in parts)


def test_a_message_like_those_before_is_read_by_the_pattern() -> None:
    raw = frame(BODY.format(n=99), 1234)
    message = read(trained(), raw)
    assert isinstance(message.values, tuple), "the short way was not taken"
    assert same(message, parse(raw))
    assert (message.msg_seq_num, message.fields["11"]) == (1234, "C99")


@pytest.mark.parametrize(
    "body",
    [
        BODY.replace("ACME", "A=B=C"),
        BODY.replace("ACME", ""),
        BODY.replace("55=ACME", "55ACME"),
        BODY + "58=more\x01",
        BODY.replace("55=", "56="),
        BODY.replace("38=", "11="),
        "95=5\x0196=a\x01b=c\x0158=x\x01",
        "",
    ],
)
def test_any_other_message_is_read_as_ever(body: str) -> None:
    raw = frame(body.format(n=1))
    assert same(read(trained(), raw), parse(raw))


texts = st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=6)
bodies = st.lists(st.tuples(st.sampled_from(["11", "55", "54", "38", "58", "95", "96", "", "x"]), texts), max_size=8)


@given(bodies, st.booleans())
def test_both_ways_agree_on_everything(fields: list[tuple[str, str]], keeps_the_shape: bool) -> None:
    body = "".join(f"{tag}={value}\x01" for tag, value in fields)
    if keeps_the_shape and len(fields) >= 6:
        values = [value for _, value in fields]
        body = "".join(
            f"{tag}={value}\x01" for tag, value in zip(("11", "55", "54", "38", "40", "44"), values, strict=False)
        )
    raw = frame(body)
    try:
        expected = parse(raw)
    except MalformedMessage:
        with pytest.raises(MalformedMessage):
            read(trained(), raw)
    else:
        assert same(read(trained(), raw), expected)


def test_a_peer_that_never_repeats_itself_makes_no_pattern() -> None:
    patterns = Patterns()
    for number in range(5 * ALIKE_MIN):
        patterns.parse(frame(BODY + f"{5000 + number % 3}=x\x01", msg_type=f"U{number % 50}"))
    assert not patterns._patterns
    assert len(patterns._alike) <= 32
