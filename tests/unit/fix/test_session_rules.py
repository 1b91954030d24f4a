"""Who may log on, what is rejected in which words, and what time demands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.fix.session_peer import Peer, brief
from tradsys_oms.errors import InvariantError
from tradsys_oms.fix.session_states import TRANSITIONS, Event, State, after

VERSIONS = ("FIX.4.2", "FIX.4.4", "FIX.5.0", "FIX.5.0SP2")


@pytest.mark.parametrize(
    ("version", "answer"),
    [
        ("FIX.4.2", "A 98=0|108=30|"),
        ("FIX.4.4", "A 98=0|108=30|"),
        ("FIX.5.0", "A 98=0|108=30|1137=7|"),
        ("FIX.5.0SP2", "A 98=0|108=30|1137=9|"),
    ],
)
def test_1s_a_a_logon_is_answered_in_its_version(tmp_path: Path, version: str, answer: str) -> None:
    peer = Peer(tmp_path, version)
    assert brief(peer.logon()) == ["online 1", answer]
    assert brief(peer.order(2)) == ["deliver 2"]


def test_1s_a_a_logon_behind_a_gap_is_answered_and_the_gap_asked_for(tmp_path: Path) -> None:
    peer = Peer(tmp_path, next_in=3)
    assert brief(peer.logon(7)) == ["online 2", "A 98=0|108=30|", "2 7=3|16=0|"]


@pytest.mark.parametrize(
    ("seq_num", "body", "text"),
    [
        (4, "98=0|108=30|", "MsgSeqNum too low, expecting 5 but received 4"),
        (5, "98=1|108=30|", "EncryptMethod (98) must be 0"),
        (5, "98=0|108=0|", "HeartBtInt (108) must be from 1 to 3600"),
        (5, "98=0|108=3601|", "HeartBtInt (108) must be from 1 to 3600"),
        (5, "98=0|108=30|141=Y|", "ResetSeqNumFlag (141) needs MsgSeqNum (34) 1"),
        (5, "98=0|108=30|464=Y|", "TestMessageIndicator (464) must not be Y: this is a production session"),
    ],
)
def test_1s_d_a_logon_that_can_not_be_agreed_to_is_told_why(tmp_path: Path, seq_num: int, body: str, text: str) -> None:
    peer = Peer(tmp_path, next_in=5)
    assert brief(peer.logon(seq_num, body)) == [f"5 58={text}|", f"disconnect: Logon refused: {text}"]
    assert (peer.session.is_online, peer.session.next_in) == (False, 5)


def test_1s_d_fixt_needs_the_right_application_version(tmp_path: Path) -> None:
    peer = Peer(tmp_path, "FIX.5.0SP2")
    assert brief(peer.logon(1, "98=0|108=30|1137=7|"))[0] == "5 58=DefaultApplVerID (1137) must be 9|"


def test_a_logon_may_say_that_it_is_no_test(tmp_path: Path) -> None:
    assert brief(Peer(tmp_path).logon(1, "98=0|108=30|464=N|")) == ["online 1", "A 98=0|108=30|"]


@pytest.mark.parametrize("version", ["7", "6", "0", "X"])
def test_a_message_of_another_application_version_is_rejected(tmp_path: Path, version: str) -> None:
    peer = Peer(tmp_path, "FIX.5.0SP2")
    peer.logon()
    assert brief(peer.order(2, f1128="9")) == ["deliver 2"]
    assert brief(peer.order(3, f1128=version)) == [
        "3 45=3|371=1128|372=D|373=18|58=Invalid/Unsupported Application Version|"
    ]
    assert brief(peer.say("1", 4, "112=A|", f1128="6")) == ["0 112=A|"]


@pytest.mark.parametrize(
    ("body", "header"),
    [("98=0|", {}), ("98=0|108=x|", {}), ("98=0|108=30|", {"f52": "20250101-00:00:00"}), ("98=0|108=30|", {"f34": ""})],
)
def test_1s_d_a_logon_that_is_not_well_formed_gets_no_word(tmp_path: Path, body: str, header: dict[str, str]) -> None:
    peer = Peer(tmp_path)
    (line,) = brief(peer.logon(1, body, **header))
    assert line.startswith("disconnect: Logon refused")
    assert (peer.session.is_online, peer.session.next_in, peer.session.next_out) == (False, 1, 1)


def test_a_session_may_start_again_with_every_logon(tmp_path: Path) -> None:
    peer = Peer(tmp_path, next_in=9, reset_on_logon=True)
    assert brief(peer.logon(1)) == ["resetnumbers: reset_on_logon", "online 1", "A 98=0|108=30|"]


def test_141_resets_and_is_answered(tmp_path: Path) -> None:
    peer = Peer(tmp_path, next_in=9)
    assert brief(peer.logon(1, "98=0|108=30|141=Y|")) == [
        "resetnumbers: ResetSeqNumFlag",
        "online 1",
        "A 98=0|108=30|141=Y|",
    ]


@pytest.mark.parametrize("header", [{"f49": "OTHER"}, {"f56": "OTHER"}])
def test_2k_wrong_comp_ids_are_rejected_counted_and_end_the_session(tmp_path: Path, header: dict[str, str]) -> None:
    peer = Peer(tmp_path)
    peer.logon()
    assert brief(peer.order(2, **header)) == ["3 45=2|372=D|373=9|58=CompID problem|", "5 58=CompID problem|"]
    assert peer.session.next_in == 3


@pytest.mark.parametrize("sending_time", ["20251231-23:57:59", "20260101-00:02:01", "20251231-23:57:59.999"])
def test_2o_a_wrong_clock_is_rejected_counted_and_ends_the_session(tmp_path: Path, sending_time: str) -> None:
    peer = Peer(tmp_path)
    peer.logon()
    peer.order(2)
    assert brief(peer.order(3, f52=sending_time)) == [
        "3 45=3|372=D|373=10|58=SendingTime accuracy problem|",
        "5 58=SendingTime accuracy problem|",
    ]
    assert peer.session.next_in == 4


@pytest.mark.parametrize("sending_time", ["20251231-23:58:00", "20260101-00:01:59.999", "20260101-00:02:00"])
def test_2n_two_minutes_are_tolerated(tmp_path: Path, sending_time: str) -> None:
    peer = Peer(tmp_path)
    peer.logon()
    assert brief(peer.order(2, f52=sending_time)) == ["deliver 2"]
    assert brief(peer.order(3, f52=sending_time)) == ["deliver 3"]


def test_2i_another_begin_string_ends_the_session(tmp_path: Path) -> None:
    peer = Peer(tmp_path)
    peer.logon()
    assert brief(peer.order(2, begin="FIX.4.1")) == ["5 58=Incorrect BeginString|"]


@pytest.mark.parametrize(
    ("version", "reason"), [("FIX.4.2", ""), ("FIX.4.4", "373=13|"), ("FIX.5.0", "373=13|"), ("FIX.5.0SP2", "373=13|")]
)
def test_a_reject_has_only_reasons_that_the_version_knows(tmp_path: Path, version: str, reason: str) -> None:
    peer = Peer(tmp_path, version)
    peer.logon()
    assert brief(peer.say("1", 2, "112=A|112=B|")) == [f"3 45=2|371=112|372=1|{reason}58=Tag appears more than once|"]


def test_2r_a_known_message_that_is_not_supported(tmp_path: Path) -> None:
    peer = Peer(tmp_path)
    peer.logon()
    assert brief(peer.say("V", 2, "262=1|263=0|264=0|")) == ["j 45=2|372=V|380=3|58=Unsupported Message Type|"]


def test_a_reject_goes_back_the_way_the_message_came(tmp_path: Path) -> None:
    peer = Peer(tmp_path)
    peer.logon()
    (line,) = brief(peer.say("D", 2, "11=C1|", f115="DESK", f116="JOE", f128="POOL"))
    assert line.startswith("3 128=DESK|129=JOE|115=POOL|45=2|")


def test_the_application_answers_a_message_with_a_reject(tmp_path: Path) -> None:
    peer = Peer(tmp_path)
    peer.logon()
    message = peer.message("D", 2, "11=C1|55=ACME|")
    peer.session.reject(message, 5, "44", "bad\x01price")
    peer.session.business_reject(message, 5, "Price (44) is required")
    assert brief(peer.session.answers) == [
        "3 45=2|371=44|372=D|373=5|58=bad price|",
        "j 45=2|372=D|379=C1|380=5|58=Price (44) is required|",
    ]


def test_4b_a_test_request_is_answered_with_its_id(tmp_path: Path) -> None:
    peer = Peer(tmp_path)
    peer.logon()
    assert brief(peer.say("1", 2, "112=HELLO|")) == ["0 112=HELLO|"]


def test_4a_6_heartbeat_test_request_and_the_end(tmp_path: Path) -> None:
    peer = Peer(tmp_path)
    peer.logon(1, "98=0|108=10|")
    assert brief(peer.after(9.9)) == []
    assert brief(peer.after(0.1)) == ["0"]
    assert brief(peer.after(2)) == ["1 112=TEST|"]
    assert brief(peer.after(11)) == []
    assert brief(peer.after(1)) == ["disconnect: no answer to a TestRequest"]


def test_6_any_message_shows_that_the_peer_lives(tmp_path: Path) -> None:
    peer = Peer(tmp_path)
    peer.logon(1, "98=0|108=10|")
    peer.after(12)
    peer.say("0", 2, "112=TEST|")
    assert brief(peer.after(10)) == ["0"]
    assert peer.session.state is State.ONLINE


def test_sending_puts_the_heartbeat_off(tmp_path: Path) -> None:
    peer = Peer(tmp_path)
    peer.logon(1, "98=0|108=10|")
    peer.after(8)
    peer.session.send("8", "37=1\x01", peer.now_ns)
    assert brief(peer.after(3)) == []


def test_no_heartbeats_with_an_interval_of_zero(tmp_path: Path) -> None:
    peer = Peer(tmp_path, heart_bt_int_min_s=0)
    peer.logon(1, "98=0|108=0|")
    assert brief(peer.after(100_000)) == []


def test_a_clock_that_is_set_back_disturbs_nobody(tmp_path: Path) -> None:
    peer = Peer(tmp_path)
    peer.logon(1, "98=0|108=10|")
    peer.after(5)
    assert brief(peer.after(-4000)) == []
    assert brief(peer.after(10)) == ["0"]


def test_12_our_logout_waits_for_the_answer_and_takes_what_comes_before(tmp_path: Path) -> None:
    peer = Peer(tmp_path)
    peer.logon()
    assert brief(peer.session.logout("closing", peer.now_ns)) == ["5 58=closing|"]
    assert brief(peer.order(2)) == ["deliver 2"]
    assert brief(peer.after(9)) == []
    assert brief(peer.say("5", 3)) == ["disconnect: logged out"]


def test_12_no_answer_to_our_logout(tmp_path: Path) -> None:
    peer = Peer(tmp_path, logout_timeout_s=5)
    peer.logon()
    peer.session.logout("closing", peer.now_ns)
    assert brief(peer.after(5)) == ["disconnect: no answer to our Logout"]


@pytest.mark.parametrize("seq_num", [1, 2, 9])
def test_13b_a_logout_is_answered_whatever_its_number(tmp_path: Path, seq_num: int) -> None:
    peer = Peer(tmp_path)
    peer.logon()
    assert brief(peer.say("5", seq_num)) == ["5", "disconnect: logged out by the peer"]
    assert brief(peer.order(3)) == []


def test_the_table_of_states_is_complete_and_anything_else_stops_the_process() -> None:
    reached = {State.OFFLINE} | set(TRANSITIONS.values())
    assert reached == set(State)
    assert all((state, Event.CONNECTION_LOST) in TRANSITIONS for state in State)
    with pytest.raises(InvariantError, match="OFFLINE can't have LOGOUT_RECEIVED"):
        after(State.OFFLINE, Event.LOGOUT_RECEIVED)


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_sent_is_numbered_timed_and_stored(tmp_path: Path, version: str) -> None:
    peer = Peer(tmp_path, version)
    begin = peer.session.settings.begin_string
    raw = peer.session.send("8", "37=1\x01", peer.now_ns, (7, 1))
    text = raw.decode().replace("\x01", "|")
    assert text.startswith(f"8={begin}|9=")
    assert "|35=8|49=TRADSYS|56=BROKER|34=1|52=20260101-00:00:00.000|37=1|10=" in text
    assert (peer.session.next_out, peer.session.outbox) == (2, [])
    assert [stored.raw for stored in peer.session.store.read(1, 1)] == [raw]
    assert peer.session.store.last_origin == (7, 1)
