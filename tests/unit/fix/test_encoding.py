from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tradsys_oms.fix.encoding import checksum, encode


@given(st.binary(max_size=3000))
def test_checksum_is_the_byte_sum_modulo_256(data: bytes) -> None:
    assert checksum(data) == sum(data) % 256


@given(st.integers(0, 2000))
def test_checksum_of_the_largest_bytes_of_any_length(size: int) -> None:
    assert checksum(b"\xff" * size) == 255 * size % 256
    assert checksum(b"\x7f" * size) == 127 * size % 256


def test_known_message() -> None:
    head, body = "35=0\x0134=2\x0149=TW44\x01", "112=HELLO\x01"
    expected = b"8=FIX.4.4\x019=28\x0135=0\x0134=2\x0149=TW44\x01112=HELLO\x01"
    assert encode("FIX.4.4", head, body) == expected + b"10=%03d\x01" % (sum(expected) % 256)


@given(st.text(max_size=1200))
def test_length_and_checksum_hold_for_any_text(text: str) -> None:
    raw = encode("FIXT.1.1", "35=8\x01", f"58={text}\x01")
    covered, trailer = raw[:-7], raw[-7:]
    length, _, body = covered.removeprefix(b"8=FIXT.1.1\x019=").partition(b"\x01")
    assert int(length) == len(body)
    assert trailer == b"10=%03d\x01" % (sum(covered) % 256)


def test_what_latin1_lacks_becomes_a_question_mark() -> None:
    assert b"58=5 ? caf\xe9\x01" in encode("FIX.4.4", "35=8\x01", "58=5 € café\x01")
