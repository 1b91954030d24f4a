"""The incoming sequence: gaps, duplicates, resets. Numbers in names are the standard's test cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.fix.session_peer import NS_PER_S, Peer, brief
from tradsys_oms.fix.actions import DELIVER

HELLO = "112=HELLO|"


@pytest.fixture
def peer(tmp_path: Path) -> Peer:
    made = Peer(tmp_path)
    made.logon()
    return made


def test_an_order_in_its_turn_is_delivered_by_the_shared_constant(peer: Peer) -> None:
    assert brief(peer.order(2)) == ["deliver 2"]
    assert (
        peer.session.receive(peer.message("D", 3, "11=C|55=A|54=1|38=1|40=1|60=20260101-00:00:00|"), peer.now_ns)
        is DELIVER
    )
    assert peer.session.next_in == 4


def test_2b_a_gap_is_asked_for_once_and_what_came_after_it_is_kept(peer: Peer) -> None:
    assert brief(peer.order(4)) == ["2 7=2|16=0|"]
    assert brief(peer.order(5)) == []
    assert brief(peer.say("4", 2, "123=Y|36=3|", f43="Y")) == []
    assert brief(peer.order(3, f43="Y", f122="20260101-00:00:00")) == ["deliver 3", "deliver 4", "deliver 5"]
    assert peer.session.next_in == 6


def test_messages_that_find_no_room_are_asked_for_again(tmp_path: Path) -> None:
    peer = Peer(tmp_path, held_messages_max=1)
    peer.logon()
    peer.order(3), peer.order(4), peer.order(5)
    assert brief(peer.order(2)) == ["deliver 2", "deliver 3"]
    assert brief(peer.order(6)) == ["2 7=4|16=0|"]


def test_a_gap_that_is_not_filled_is_asked_for_again_after_a_while(peer: Peer) -> None:
    assert brief(peer.order(4)) == ["2 7=2|16=0|"]
    peer.now_ns += 31 * NS_PER_S
    assert brief(peer.order(5)) == ["2 7=2|16=0|"]
    assert brief(peer.order(6)) == []


def test_2c_a_number_of_the_past_ends_the_session(peer: Peer) -> None:
    assert brief(peer.order(1)) == ["5 58=MsgSeqNum too low, expecting 2 but received 1|"]
    assert brief(peer.order(2)) == []
    assert brief(peer.say("5", 3)) == ["disconnect: logged out"]
    assert peer.session.next_in == 2


def test_2e_a_duplicate_is_left(peer: Peer) -> None:
    peer.order(2)
    assert brief(peer.order(2, f43="Y", f122="20260101-00:00:00")) == []
    assert brief(peer.order(3, f43="Y", f122="20260101-00:00:00")) == ["deliver 3"]


def test_2f_a_duplicate_from_the_future_is_rejected_and_ends_the_session(peer: Peer) -> None:
    peer.order(2)
    assert brief(peer.order(2, f43="Y", f122="20260101-00:00:10")) == [
        "3 45=2|372=D|373=10|58=SendingTime accuracy problem|",
        "5 58=SendingTime accuracy problem|",
    ]
    assert peer.session.next_in == 3


@pytest.mark.parametrize(("seq_num", "next_in"), [(1, 2), (2, 3)])
def test_2g_a_duplicate_without_orig_sending_time_is_rejected(peer: Peer, seq_num: int, next_in: int) -> None:
    assert brief(peer.order(seq_num, f43="Y")) == [f"3 45={seq_num}|371=122|372=D|373=1|58=Required tag missing|"]
    assert peer.session.next_in == next_in


def test_2_a_message_without_a_number_ends_the_session(peer: Peer) -> None:
    assert brief(peer.order(0, f34=""))[0].startswith("5 58=MsgSeqNum (34) is missing")


def test_10a_a_gap_fill_behind_a_gap_waits_for_its_turn(peer: Peer) -> None:
    assert brief(peer.say("4", 3, "123=Y|36=20|")) == ["2 7=2|16=0|"]
    assert brief(peer.order(2)) == ["deliver 2"]
    assert peer.session.next_in == 20


def test_10b_a_gap_fill_moves_on_and_drops_what_it_skips(peer: Peer) -> None:
    peer.say("1", 5, HELLO)
    assert brief(peer.say("4", 2, "123=Y|36=6|")) == []
    assert peer.session.next_in == 6
    assert len(peer.session.held) == 0


def test_10c_10d_a_gap_fill_of_the_past(peer: Peer) -> None:
    assert brief(peer.say("4", 1, "123=Y|36=20|", f43="Y")) == []
    assert brief(peer.say("4", 1, "123=Y|36=20|")) == ["5 58=MsgSeqNum too low, expecting 2 but received 1|"]


def test_10e_a_gap_fill_can_not_lower_the_number(peer: Peer) -> None:
    assert brief(peer.say("4", 2, "123=Y|36=2|")) == [
        "3 45=2|371=36|372=4|373=5|58=Attempt to lower sequence number, invalid value NewSeqNo=2|"
    ]
    assert brief(peer.order(3)) == ["deliver 3"]


@pytest.mark.parametrize("seq_num", [0, 1, 2, 9])
def test_11a_a_reset_counts_whatever_its_number(peer: Peer, seq_num: int) -> None:
    assert brief(peer.say("4", seq_num, "36=25|")) == []
    assert peer.session.next_in == 25


def test_11c_a_reset_can_not_lower_the_number(peer: Peer) -> None:
    assert brief(peer.say("4", 2, "123=N|36=1|")) == [
        "3 45=2|371=36|372=4|373=5|58=Value is incorrect (out of range) for this tag|"
    ]
    assert peer.session.next_in == 2


def test_20_a_resend_request_is_answered_before_its_turn_and_only_once(peer: Peer) -> None:
    assert brief(peer.say("2", 4, "7=1|16=0|")) == ["resend 1 0", "2 7=2|16=0|"]
    assert brief(peer.order(2)) == ["deliver 2"]
    assert brief(peer.order(3)) == ["deliver 3"]
    assert peer.session.next_in == 5


def test_8_a_resend_request_of_the_past_does_no_harm(peer: Peer) -> None:
    assert brief(peer.say("2", 1, "7=1|16=999999|")) == ["resend 1 999999"]
    assert peer.session.next_in == 2


def test_a_logon_in_session_with_reset_starts_both_sides_again(peer: Peer) -> None:
    peer.order(2), peer.order(9)
    assert brief(peer.say("A", 1, "98=0|108=30|141=Y|")) == [
        "resetnumbers: ResetSeqNumFlag in session",
        "A 98=0|108=30|141=Y|",
    ]
    assert brief(peer.order(2)) == ["deliver 2"]


def test_a_logon_in_session_changes_no_password(peer: Peer) -> None:
    peer.order(2)
    actions = peer.say("A", 1, "98=0|108=30|141=Y|554=secret one|925=secret two|")
    assert brief(actions) == ["5 58=NewPassword (925) is only taken by the first Logon of a connection|"]
    assert peer.session.next_in == 3


def test_a_logon_in_session_without_reset_is_rejected(peer: Peer) -> None:
    assert brief(peer.say("A", 2, "98=0|108=30|")) == ["3 45=2|372=A|373=99|58=Logon while logged on|"]
    assert brief(peer.say("A", 1, "98=0|108=30|")) == ["5 58=MsgSeqNum too low, expecting 3 but received 1|"]


def test_a_reject_of_a_kept_message_comes_in_its_turn(peer: Peer) -> None:
    assert brief(peer.say("D", 3, "11=C1|")) == ["2 7=2|16=0|"]
    actions = brief(peer.order(2))
    assert actions[0] == "deliver 2"
    assert actions[1].startswith("3 45=3|371=")
    assert "373=1|" in actions[1]
