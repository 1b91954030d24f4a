"""Redaction: whatever a message looks like, the secret in it is gone, and as much as possible of the rest is there."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.message_lines import IN, blob_lines, message_lines
from tradsys_oms.redaction import are_clean, redact, redact_text

SECRET = b"hunter2-S3CRET"
HEAD = b"8=FIX.4.4|9=70|35=A|49=B|56=T|34=1|52=20260131-09:30:00.000|"


def bar(message: bytes) -> bytes:
    return message.replace(b"|", b"\x01")


@pytest.mark.parametrize(
    ("secret", "redacted"),
    [
        (b"554=hunter2|", b"554=***|"),
        (b"925=hunter2|", b"925=***|"),
        (b"0554=hunter2|", b"0554=***|"),
        (b"554 =hunter2|", b"554 =***|"),
        (b" 554=hunter2|", b" 554=***|"),
        (b"554=|", b"554=***|"),
        (b"554=hun=ter2|", b"554=***|"),
        (b"554=hun|ter2|", b"554=***|"),
        (b"95=7|96=hun|e=2|", b"95=7|96=***|"),
        (b"095=7|096=hunter2|", b"095=7|096=***|"),
        (b"1401=9|1402=hu|55=er2|", b"1401=9|1402=***|"),
        (b"1403=7|1404=hunter2|", b"1403=7|1404=***|"),
        (b"95=0|96=|", b"95=0|96=***|"),
    ],
)
def test_only_the_value_goes(secret: bytes, redacted: bytes) -> None:
    assert redact(bar(HEAD + secret + b"58=x|10=000|")) == bar(HEAD + redacted + b"58=x|10=000|")


@pytest.mark.parametrize(
    "secret",
    [
        b"95=3|96=hunter2|",  # the length is too small
        b"95=70|96=hunter2|",  # too large
        b"95=x|96=hunter2|",  # no number
        b"95=9999999999|96=hunter2|",
        b"96=hunter2|",  # missing
        b"1401=7|96=hunter2|",  # of another field
        b"95=7|58=y|96=hunter2|",  # not right before it
    ],
)
def test_with_a_length_that_lies_all_to_the_end_is_secret(secret: bytes) -> None:
    start = secret[: secret.index(b"96=") + 3]
    assert redact(bar(HEAD + secret + b"58=x|10=000|")) == bar(HEAD + start + b"***")


@pytest.mark.parametrize(
    ("cut", "redacted"),
    [
        (HEAD + b"554=hunt", HEAD + b"554=***"),
        (HEAD + b"95=7|96=hunt", HEAD + b"95=7|96=***"),
        (HEAD + b"108=30554=hunter2|58=x|", HEAD + b"108=30554=***|58=x|"),  # an SOH was lost
        (b"8=FIX.4.4;9=70;35=A;554=hunter2;10=000;", b"8=FIX.4.4;9=70;35=A;554=***"),  # all were
        (b"er2|10=000|", b"(11 bytes that are no message)"),
        (b"", b"(0 bytes that are no message)"),
    ],
)
def test_garbled_and_cut_messages(cut: bytes, redacted: bytes) -> None:
    assert redact(bar(cut)) == bar(redacted)


@pytest.mark.parametrize("text", [b"55=ACME|1554=x|5540=y|9250=1|396=2|961=3|14020=4|", b"58=540 96 554|"])
def test_other_tags_stay(text: bytes) -> None:
    message = bar(HEAD + text + b"10=000|")
    assert are_clean([message])
    assert redact(message) == message


def test_texts_with_pieces_of_messages() -> None:
    assert redact_text(b"refused: 554=hunter2 is wrong") == b"refused: 554=***"
    assert redact_text(b"nothing to hide") == b"nothing to hide"


SOH_FREE = st.binary(max_size=12).map(lambda data: data.replace(b"\x01", b"?"))
TAGS = st.sampled_from((b"55", b"58", b"1", b"5", b"95", b"1401", b"354", b"x", b"", b"0"))
FIELDS = st.lists(st.builds(lambda tag, value: tag + b"=" + value + b"\x01", TAGS, SOH_FREE), max_size=4).map(b"".join)
SECRETS: list[Callable[[bytes], bytes]] = [
    lambda value: b"554=" + value,
    lambda value: b"00925=" + value,
    lambda value: b"554 = " + value,
    lambda value: b"925=a\x01" + value,
    lambda value: b"95=%d\x0196=" % len(value) + value,
    lambda value: b"95=%d\x0196=a\x0155=" % (len(value) + 5) + value,
    lambda value: b"95=3\x0196=abcdef" + value,
    lambda value: b"95=77777\x0196=" + value,
    lambda value: b"96=a\x0199=b\x01" + value,
    lambda value: b"01401=%d\x010001402=" % len(value) + value,
    lambda value: b"1403=%d\x011404=" % (len(value) - 1) + value,
]


@given(before=FIELDS, make=st.sampled_from(SECRETS), after=FIELDS, keep=st.integers(0, 400), framed=st.booleans())
@example(before=b"", make=SECRETS[0], after=b"", keep=400, framed=True)
def test_a_planted_secret_is_never_in_a_line(
    before: bytes, make: Callable[[bytes], bytes], after: bytes, keep: int, framed: bool
) -> None:
    body = (before + make(SECRET) + b"\x01" + after).decode("latin-1")
    whole = encode("FIX.4.4", "35=A\x0134=1\x01", body)
    if framed:
        lines = message_lines(b"t" + IN, [whole, whole]) + blob_lines(b"t" + IN, whole + whole)
        assert lines.count(b"\n") == 4
    else:  # cut in two by a read, both halves handed over
        lines = blob_lines(b"t" + IN, whole[:keep]) + blob_lines(b"t" + IN, whole[keep:])
        lines += redact(whole[:keep]) + redact(whole[keep:])
    for length in range(len(SECRET), 5, -1):  # no large part of it either
        assert not any(SECRET[at : at + length] in lines for at in range(len(SECRET) - length + 1))


@given(st.lists(st.one_of(SOH_FREE, st.sampled_from((b"554=", b"\x01", b"=", b"96=", b"0")))).map(b"".join))
def test_what_is_called_clean_has_no_secret_field(body: bytes) -> None:
    message = b"8=FIX.4.4\x019=1\x01" + body
    if are_clean([message]):
        tags = [piece.partition(b"=")[0] for piece in message.split(b"\x01") if b"=" in piece]
        assert not any(tag.strip().lstrip(b"0") in (b"554", b"925", b"96", b"1402", b"1404") for tag in tags)


@pytest.mark.parametrize(
    "piece", [b"=", b"96=", b"554", b"96a", b"\x01", b"0", b"=554x", b"\x0195=1\x0196=x\x01", b"554=x\x01"]
)
def test_hostile_input_takes_no_long_time(piece: bytes) -> None:
    message = b"8=" + piece * (100_000 // len(piece))
    started = time.process_time()
    redact(message)
    assert time.process_time() - started < 2
