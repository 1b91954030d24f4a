"""NextExpectedMsgSeqNum (789) in Logons, in the place of ResendRequests (FIX 4.4 Volume 2, "Logon")."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.fix.fix_exchange import make
from tests.unit.fix.session_peer import Peer, brief

VERSIONS = ("FIX.4.4", "FIX.5.0", "FIX.5.0SP2")
APPL_VER_IDS = {"FIX.4.4": "", "FIX.5.0": "1137=7|", "FIX.5.0SP2": "1137=9|"}


def peer_with(folder: Path, version: str, *, next_in: int = 1, sent: int = 0) -> Peer:
    """Give a peer of a session that has sent some messages in the past."""
    peer = Peer(folder, version, next_in=next_in, uses_next_expected=True)
    for number in range(sent):
        peer.session.send("8", f"37={number}\x01", peer.now_ns)
    return peer


def logon(version: str, expected: int) -> str:
    return f"98=0|108=30|{APPL_VER_IDS[version]}789={expected}|"


@pytest.mark.parametrize("version", VERSIONS)
def test_in_step_both_say_so(tmp_path: Path, version: str) -> None:
    peer = peer_with(tmp_path, version, next_in=5, sent=3)
    assert brief(peer.logon(5, logon(version, 4))) == [
        "online 5",
        f"A 98=0|108=30|789=6|{APPL_VER_IDS[version]}",
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_what_the_peer_misses_follows_the_logon_unasked(tmp_path: Path, version: str) -> None:
    peer = peer_with(tmp_path, version, sent=3)
    assert brief(peer.logon(1, logon(version, 2)))[-1] == "resend 2 0"


@pytest.mark.parametrize("version", VERSIONS)
def test_what_we_miss_is_asked_for_by_our_logon_alone(tmp_path: Path, version: str) -> None:
    peer = peer_with(tmp_path, version, next_in=5)
    assert brief(peer.logon(9, logon(version, 1))) == ["online 4", f"A 98=0|108=30|789=5|{APPL_VER_IDS[version]}"]
    assert brief(peer.order(10)) == []  # the resend is on its way
    assert brief(peer.say("4", 5, "123=Y|36=10|", f43="Y", f122="20260101-00:00:00")) == ["deliver 10"]


def test_a_gap_that_the_peer_does_not_fill_is_asked_for_after_a_while(tmp_path: Path) -> None:
    peer = peer_with(tmp_path, "FIX.4.4", next_in=5)
    peer.logon(9, logon("FIX.4.4", 1))
    peer.after(31)
    assert brief(peer.order(10)) == ["2 7=5|16=0|"]


def test_a_peer_that_expects_what_was_never_sent_is_told(tmp_path: Path) -> None:
    peer = peer_with(tmp_path, "FIX.4.4", sent=3)
    text = "NextExpectedMsgSeqNum too high, expecting at most 4 but received 9"
    assert brief(peer.logon(1, logon("FIX.4.4", 9))) == [f"5 58={text}|", f"disconnect: Logon refused: {text}"]


@pytest.mark.parametrize(("expected", "answer"), [(1, "resend 1 0"), (2, "disconnect: Logon refused: ")])
def test_numbers_that_are_about_to_begin_again_count(tmp_path: Path, expected: int, answer: str) -> None:
    """The reset of a window that has just begun is not durable yet."""
    peer = peer_with(tmp_path, "FIX.4.4", next_in=5, sent=3)
    acceptor = make(tmp_path / "exchange", commits_at_once=False).acceptor
    acceptor.renumber(peer.session, 1, 1, 7)
    assert brief(peer.logon(1, logon("FIX.4.4", expected)))[-1].startswith(answer)
    assert peer.session.store.unsent == 1


def test_a_peer_that_leaves_it_out_is_asked_by_a_resend_request(tmp_path: Path) -> None:
    peer = peer_with(tmp_path, "FIX.4.4", next_in=5, sent=3)
    assert brief(peer.logon(9, "98=0|108=30|")) == ["online 4", "A 98=0|108=30|", "2 7=5|16=0|"]


def test_a_session_that_does_not_use_it_takes_no_notice(tmp_path: Path) -> None:
    peer = Peer(tmp_path, "FIX.4.4")
    assert brief(peer.logon(1, logon("FIX.4.4", 99))) == ["online 1", "A 98=0|108=30|"]


def test_with_a_reset_it_begins_at_one(tmp_path: Path) -> None:
    peer = peer_with(tmp_path, "FIX.4.4", next_in=5, sent=3)
    assert brief(peer.logon(1, "98=0|108=30|141=Y|789=1|")) == [
        "resetnumbers: ResetSeqNumFlag",
        "online 1",
        "A 98=0|108=30|141=Y|789=2|",
    ]
