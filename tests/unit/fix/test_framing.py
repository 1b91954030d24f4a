from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.errors import MessageTooLarge
from tradsys_oms.fix.framing import Framer

SIZE_MAX = 65536


def frame(number: int, text: str = "hello") -> bytes:
    return encode("FIX.4.4", f"35=D\x0134={number}\x01", f"58={text}\x01")


def with_length(raw: bytes, length: int) -> bytes:
    """Announce another BodyLength; the CheckSum is right for it."""
    begin, _, rest = raw[:-7].split(b"\x01", 2)
    covered = b"%s\x019=%d\x01%s" % (begin, length, rest)
    return covered + b"10=%03d\x01" % (sum(covered) % 256)


def body_length(raw: bytes) -> int:
    return int(raw.split(b"\x01")[1][2:])


ONE, TWO, THREE = (frame(number) for number in (1, 2, 3))


def test_many_messages_in_one_chunk() -> None:
    framer = Framer(SIZE_MAX)
    assert framer.feed((ONE + TWO + THREE) * 100) == [ONE, TWO, THREE] * 100
    assert (framer.pending_bytes, framer.garbled_count) == (0, 0)


@given(st.lists(st.integers(1, 40)), st.lists(st.text(max_size=600), max_size=4))
def test_chunks_may_end_anywhere(sizes: list[int], texts: list[str]) -> None:
    frames = [encode("FIXT.1.1", "35=8\x01", f"58={text.replace(chr(1), '')}\x01") for text in texts]
    stream, framer, got = b"".join(frames), Framer(SIZE_MAX), []
    for size in sizes:
        chunk, stream = stream[:size], stream[size:]
        got += framer.feed(chunk)
    assert got + framer.feed(stream) == frames
    assert framer.garbled_count == 0


def test_byte_by_byte_and_pending_bytes() -> None:
    framer, got = Framer(SIZE_MAX), []
    for index in range(len(ONE)):
        got += framer.feed(ONE[index : index + 1])
        assert framer.pending_bytes == (index + 1) % len(ONE)
    assert got == [ONE]


def test_versions_may_alternate() -> None:
    other = encode("FIX.4.2", "35=0\x01", "")
    assert Framer(SIZE_MAX).feed(ONE + other + TWO + other) == [ONE, other, TWO, other]


@pytest.mark.parametrize(
    ("garbled", "reason"),
    [
        (ONE[:-4] + b"256\x01", "CheckSum is wrong"),
        (ONE[:-4] + b"%03d\x01" % ((int(ONE[-4:-1]) + 1) % 256), "CheckSum is wrong"),
        (ONE[:-7] + b"10=1\x01", "CheckSum is wrong"),
        (with_length(ONE, body_length(ONE) - 1), "BodyLength is wrong"),
        (with_length(ONE, 5), "BodyLength is wrong"),
        (with_length(ONE, 1), "BodyLength is wrong"),
        (with_length(ONE, 0), "BodyLength is wrong"),
        (with_length(ONE, body_length(ONE) + 3), "BodyLength is wrong"),
        (ONE.replace(b"9=%d" % body_length(ONE), b"9=+%d" % body_length(ONE)), "BodyLength is not a number"),
        (ONE.replace(b"\x019=%d" % body_length(ONE), b"\x019="), "BodyLength is not a number"),
        (ONE.replace(b"9=%d" % body_length(ONE), b"9=1234567890"), "BodyLength is not a number"),
        (b"8=FIX.4.4\x0135=0\x0134=2\x0110=000\x01", "BodyLength is not the second field"),
        (b"8=FIX.4.4\x0134=3\x0135=0\x0149=TW44\x0110=000\x01", "BodyLength is not the second field"),
        (b"8=FIX.4.4\x019=10\x0134=2\x0135=0\x0110=121\x01", "MsgType is not the third field"),
        (b"35=0\x019=29\x0134=2\x0110=121\x01", "it does not start with 8=FIX"),
        (b"8=FIX.4.4.4.4.4.4\x019=5\x0135=0\x0110=121\x01", "BeginString has no end"),
        (b"GET / HTTP/1.1\r\nHost: 8=F\r\n\r\n", "it does not start with 8=FIX"),
        (b"\x00\xff\x01\x01=", "it does not start with 8=FIX"),
    ],
)
def test_a_garbled_message_is_dropped_and_the_next_one_read(garbled: bytes, reason: str) -> None:
    whole = Framer(SIZE_MAX)
    assert whole.feed(ONE + garbled + TWO + THREE) == [ONE, TWO, THREE]
    assert whole.garbled_count == 1
    assert reason in whole.garbled_reason
    pieces, got = Framer(SIZE_MAX), []
    for byte in ONE + garbled + TWO + THREE:
        got += pieces.feed(bytes((byte,)))
    assert got == [ONE, TWO, THREE]


def test_a_length_into_the_next_message_takes_that_with_it() -> None:
    framer = Framer(SIZE_MAX)
    assert framer.feed(with_length(ONE, body_length(ONE) + 14) + TWO + THREE) == [THREE]
    assert framer.garbled_count == 1


def test_a_message_inside_of_a_garbled_one_is_never_read() -> None:
    carrier = frame(1, TWO.decode("latin-1"))
    assert Framer(SIZE_MAX).feed(carrier) == [carrier]
    assert Framer(SIZE_MAX).feed(carrier[:-4] + b"256\x01" + THREE) == [THREE]


def test_the_largest_message_passes_and_a_larger_one_does_not() -> None:
    assert Framer(body_length(ONE)).feed(ONE) == [ONE]
    with pytest.raises(MessageTooLarge, match="announces"):
        Framer(body_length(ONE) - 1).feed(ONE)
    with pytest.raises(MessageTooLarge, match="999999999"):
        Framer(SIZE_MAX).feed(b"8=FIX.4.4\x019=999999999\x01")


def test_endless_garbage_ends_the_connection_but_not_garbage_between_messages() -> None:
    framer = Framer(1000)
    for _ in range(100):
        assert framer.feed(b"?" * 100 + ONE) == [ONE]
    assert framer.garbled_count == 100
    assert framer.feed(b"?" * 1000) == []
    with pytest.raises(MessageTooLarge, match="without a FIX message"):
        framer.feed(b"?")


@given(st.binary(max_size=400), st.integers(0, 400))
def test_any_garbage_is_survived(garbage: bytes, cut: int) -> None:
    framer = Framer(SIZE_MAX)
    try:
        framer.feed(garbage[:cut])
        framer.feed(garbage[cut:])
    except MessageTooLarge:
        return
    # Whatever came before is at most one unfinished message; a quiet stretch of good messages ends it.
    assert framer.feed(THREE * 30)[-1:] == [THREE] or framer.pending_bytes > 0
