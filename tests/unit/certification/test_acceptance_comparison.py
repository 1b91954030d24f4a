"""What counts as the message that a script expects."""

from __future__ import annotations

import pytest

from certification.acceptance.comparison import choose_comparison, compare_exactly, compare_meaning
from certification.acceptance.connection import cut_message
from certification.acceptance.message import checksum

HEAD = "8=FIX.4.4|9=50|35=0|34=2|49=ISLD|"
TIME = "52=00000000-00:00:00.000|"
NOW = "52=20260101-12:00:30.123|"


def make(text: str) -> bytes:
    raw = text.replace("|", "\x01").encode()
    return raw + b"10=" + checksum(raw) + b"\x01"


@pytest.mark.parametrize(
    ("got", "difference"),
    [
        (f"{HEAD}{NOW}56=TW|", ""),
        (f"{HEAD}{NOW}56=OTHER|", "tag 56 is 'OTHER', not 'TW'"),
        (f"{HEAD}56=TW|{NOW}", "field 6 is tag 56, not 52"),
        (f"{HEAD}{NOW}56=TW|58=more|", "field 8 is tag 58, not 10"),
        (f"{HEAD}52=12:00:30|56=TW|", "tag 52 has the value '12:00:30', which has not the right form"),
        (f"{HEAD.replace('50', '51')}{NOW}56=TW|", "tag 9 is '51', not '50'"),
    ],
)
def test_exactly(got: str, difference: str) -> None:
    assert compare_exactly(make(f"{HEAD}{TIME}56=TW|"), make(got)) == difference


def test_exactly_needs_every_field() -> None:
    assert compare_exactly(make(HEAD), make(HEAD)[:-7]) == "there are 5 fields, not 6"


@pytest.mark.parametrize(
    ("got", "difference"),
    [
        (f"{HEAD}{NOW}56=TW|", ""),
        (f"{HEAD}56=TW|{NOW}58=other words|999=1|", ""),
        (f"{HEAD}{NOW}", "tag 56 is missing"),
        (f"{HEAD}{NOW}56=OTHER|", "tag 56 is 'OTHER', not 'TW'"),
        (f"8=FIX.4.4|35=0|9=50|34=2|49=ISLD|{NOW}56=TW|", "the message does not start with the tags 8, 9, 35"),
        (f"{HEAD}52=now|56=TW|", "tag 52 has the value 'now', which has not the right form"),
    ],
)
def test_meaning(got: str, difference: str) -> None:
    assert compare_meaning(make(f"{HEAD}{TIME}56=TW|58=words|"), make(got)) == difference


def test_a_wrong_checksum_is_told_in_both() -> None:
    wrong = make(HEAD)[:-4] + b"000\x01"
    for compare in (compare_exactly, compare_meaning):
        assert compare(make(HEAD), wrong) == f"the CheckSum is wrong, {checksum(make(HEAD)[:-7]).decode()} is right"


def test_a_report_may_stand_for_an_echo_but_not_for_a_session_message() -> None:
    compare = choose_comparison(is_semantic=True, echo_as=frozenset("8"))
    order = make("8=FIX.4.4|9=1|35=D|34=2|11=ID|55=IBM|")
    report = make("8=FIX.4.4|9=1|35=8|34=2|37=1|")
    assert compare(order, report) == ""
    assert compare(order, make("8=FIX.4.4|9=1|35=8|34=3|37=1|")) == "tag 34 is '3', not '2'"
    assert compare(order, make("8=FIX.4.4|9=1|35=3|34=2|")) == "tag 35 is '3', not 'D'"
    assert compare(make("8=FIX.4.4|9=1|35=0|34=2|"), report) == "tag 35 is '8', not '0'"
    assert choose_comparison(is_semantic=False, echo_as=frozenset("8"))(order, report) == "tag 35 is '8', not 'D'"


def test_messages_are_cut_by_their_length() -> None:
    one = b"8=FIX.4.4\x019=5\x0135=0\x0110=161\x01"
    assert cut_message(one + one) == (one, one)
    for size in range(len(one)):
        assert cut_message(one[:size]) == (b"", one[:size])
