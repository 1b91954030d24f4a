"""Test cases 4, 5, 6 and 7: heartbeats, and what only has to be noted."""

from __future__ import annotations

from pathlib import Path

from tests.unit.fix.session_cases import case, online
from tests.unit.fix.session_peer import brief
from tradsys_oms.fix.session_states import State


@case("4.a")
def test_a_heartbeat_comes_when_nothing_was_sent(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    assert brief(peer.after(29.9)) == []
    assert brief(peer.after(0.1)) == ["0"]
    assert brief(peer.say("0", 2)) == []
    assert brief(peer.after(30)) == ["0"]


@case("4.b")
def test_a_test_request_is_answered_with_its_id(tmp_path: Path, version: str) -> None:
    assert brief(online(tmp_path, version).say("1", 2, "112=HELLO|")) == ["0 112=HELLO|"]


@case("5")
def test_a_heartbeat_is_taken(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    assert brief(peer.say("0", 2)) == []
    assert brief(peer.order(3)) == ["deliver 3"]


@case("6")
def test_silence_brings_a_test_request_and_then_the_end(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    assert brief(peer.after(30)) == ["0"]
    assert brief(peer.after(6)) == ["1 112=TEST|"]
    assert brief(peer.after(35.9)) == []
    assert brief(peer.after(0.1)) == ["disconnect: no answer to a TestRequest"]


@case("6")
def test_the_answer_to_a_test_request_need_not_be_the_next_message(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    peer.after(30)
    assert brief(peer.after(6)) == ["1 112=TEST|"]
    assert brief(peer.order(2)) == ["deliver 2"]
    assert brief(peer.say("0", 3, "112=TEST|")) == []
    assert brief(peer.after(35.9)) == ["0"]
    assert peer.session.state is State.ONLINE


@case("7")
def test_a_reject_is_counted_and_the_session_goes_on(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    assert brief(peer.say("3", 2, "45=1|58=why|")) == []
    assert brief(peer.order(3)) == ["deliver 3"]
