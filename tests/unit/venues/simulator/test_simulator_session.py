"""The simulator's session layer: what it does right, and what it does wrong when it is told to."""

from __future__ import annotations

import pytest

from tests.unit.venues.simulator.conftest import MakeStage
from tests.unit.venues.simulator.peer import SOH, TIME, Peer
from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.framing import Framer


@pytest.mark.parametrize("version", ["FIX.4.2", "FIX.4.4", "FIX.5.0SP2"])
def test_a_logon_is_answered(stage: MakeStage, version: str) -> None:
    peer = stage(version=version).connect()
    answer = peer.log_on(heart_bt_int_s=7).fields
    assert (answer["98"], answer["108"], answer["34"]) == ("0", "7", "1")
    assert answer.get("1137") == ("9" if version == "FIX.5.0SP2" else None)


@pytest.mark.parametrize(
    ("version", "comp_id", "target"),
    [("FIX.4.4", "STRANGER", "VENUE1"), ("FIX.4.4", "TRADSYS", "OTHER"), ("FIX.4.2", "TRADSYS", "VENUE1")],
)
def test_strangers_are_cut_without_a_word(stage: MakeStage, version: str, comp_id: str, target: str) -> None:
    made = stage()
    stranger = Peer(made.sim.port, version=version, comp_id=comp_id, target=target)
    made.peers.append(stranger)
    stranger.send("A", "98=0|108=30|")
    stranger.expect_end()


def test_a_second_connection_of_a_peer_is_cut(stage: MakeStage) -> None:
    made = stage()
    first = made.log_on()
    second = made.connect(next_out=2)
    second.send("A", "98=0|108=30|")
    second.expect_end()
    assert first.is_quiet()


def test_numbers_go_on_over_connections_and_begin_again_with_reset(stage: MakeStage) -> None:
    made = stage()
    first = made.log_on()
    first.order("A1")
    assert first.next().msg_seq_num == 2
    first.send("5", "")
    first.expect("5", f34="3")
    first.expect_end()
    second = made.connect(next_out=first.next_out)
    assert second.log_on().msg_seq_num == 4
    second.send("5", "")
    second.expect("5")
    third = made.connect()
    assert third.log_on(reset=True).fields["141"] == "Y"
    third.order("A2")
    assert third.next().msg_seq_num == 2


def test_a_number_that_is_too_low_ends_the_session(stage: MakeStage) -> None:
    peer = stage().log_on()
    peer.send("0", "", number=1)
    peer.expect("5", f58="MsgSeqNum too low, expecting 2 but received 1")
    peer.expect_end()


def test_possible_duplicates_of_what_came_are_passed_over(stage: MakeStage) -> None:
    made = stage()
    peer = made.log_on()
    peer.order("A1")
    peer.next()
    peer.send("D", f"122={TIME}|11=A1|55=ACME|54=1|38=1|", number=2, more_head=f"43=Y{SOH}")
    assert peer.is_quiet()
    assert made.sim.received_count == {"A1": 1}


def test_a_gap_is_asked_for_and_what_waits_behind_it_comes_in_its_turn(stage: MakeStage) -> None:
    made = stage()
    peer = made.log_on()
    peer.next_out = 4
    peer.order("A3")
    peer.expect("2", f7="2", f16="3")
    peer.order("A4")
    peer.send("D", f"122={TIME}|11=A2|55=ACME|54=1|38=1|", number=2, more_head=f"43=Y{SOH}")
    peer.expect("8", f11="A2")
    peer.send("4", f"122={TIME}|123=Y|36=4|", number=3, more_head=f"43=Y{SOH}")
    assert [peer.expect("8").fields["11"] for _ in range(2)] == ["A3", "A4"]


def test_a_logon_ahead_of_its_number_is_taken_and_the_gap_asked_for(stage: MakeStage) -> None:
    peer = stage().log_on(next_out=5)
    peer.expect("2", f7="1", f16="4")
    peer.order("A1")
    peer.send("4", "123=Y|36=5|", number=1, more_head=f"43=Y{SOH}122={TIME}{SOH}")
    peer.expect("8", f11="A1")


def test_a_reset_moves_the_number_up(stage: MakeStage) -> None:
    peer = stage().log_on()
    peer.send("4", "36=20|", number=9)
    peer.next_out = 20
    assert peer.is_quiet()


def test_a_resend_has_application_messages_and_fills_the_rest(stage: MakeStage) -> None:
    peer = stage("rules: [{do: accept then high_number fill}]").log_on()
    peer.order("A1")
    sent = [peer.next(), peer.next()]
    assert [message.msg_seq_num for message in sent] == [2, 4]
    peer.send("2", "7=1|16=0|")
    peer.expect("4", f34="1", f36="2", f123="Y", f43="Y")
    peer.expect("8", f34="2", f43="Y", f17=sent[0].fields["17"], f122=sent[0].fields["52"])
    peer.expect("4", f34="3", f36="4")
    peer.expect("8", f34="4", f43="Y", f17=sent[1].fields["17"])
    assert peer.is_quiet()


@pytest.mark.parametrize(("fault", "numbers"), [("lost", [2, 4]), ("low_number", [2, 2, 4]), ("garbled", [2, 4])])
def test_faults_keep_the_stored_message_sound(stage: MakeStage, fault: str, numbers: list[int]) -> None:
    peer = stage(f"rules: [{{do: accept then {fault} fill 40 then fill 60}}]").log_on()
    peer.order("A1")
    assert [peer.next().msg_seq_num for _ in numbers] == numbers
    peer.send("2", "7=3|16=3|")
    peer.expect("8", f34="3", f14="40", f43="Y")
    assert peer.framer.garbled_count == (fault == "garbled")


def test_a_dropped_line_leaves_what_follows_for_later(stage: MakeStage) -> None:
    made = stage("rules: [{do: accept then drop then fill}]")
    peer = made.log_on()
    peer.order("A1")
    peer.order("A2")
    peer.expect("8", f39="0")
    with pytest.raises((EOFError, ConnectionResetError)):
        peer.next()
    again = made.connect(next_out=made.sim.received[-1].msg_seq_num + 1)
    assert again.log_on().msg_seq_num == 4
    again.send("2", "7=3|16=3|")
    again.expect("8", f39="2", f11="A1")
    assert made.sim.received_count == {"A1": 1}


@pytest.mark.parametrize(
    ("do", "answer"), [("reject not today", ("5", "not today")), ("drop", None), ("wait 10ms then accept", ("A", None))]
)
def test_logons_may_be_refused_or_delayed(stage: MakeStage, do: str, answer: tuple[str, str | None] | None) -> None:
    made = stage(f"rules: [{{on: logon, nth: 1, do: {do}}}]")
    peer = made.connect()
    peer.send("A", "98=0|108=30|")
    if answer is None:
        peer.expect_end()
    else:
        message = peer.next()
        assert (message.msg_type, message.fields.get("58")) == answer
    peer.close()


def test_a_logon_without_an_answer_leaves_the_peer_waiting(stage: MakeStage) -> None:
    made = stage("rules: [{on: logon, nth: 1, do: silent}]")
    peer = made.connect()
    peer.send("A", "98=0|108=30|")
    peer.socket.settimeout(0.2)
    with pytest.raises(TimeoutError):
        peer.next()
    assert not made.sim.is_logged_on()
    peer.socket.shutdown(2)
    again = made.connect()
    while True:
        again.send("A", "98=0|108=30|", number=1)
        try:
            again.expect("A")
            break
        except (EOFError, ConnectionResetError):  # the venue has not seen the end of the first one yet
            again = made.connect()


def test_silence_is_broken_by_heartbeats_and_then_asked_about(stage: MakeStage) -> None:
    peer = stage().connect()
    peer.log_on(heart_bt_int_s=1)
    kinds: list[str] = []

    def listen() -> None:
        while True:
            kinds.append(peer.next().msg_type)

    with pytest.raises((EOFError, ConnectionResetError)):
        listen()
    assert "0" in kinds
    assert kinds.count("1") == 1


def test_garbage_is_passed_over_and_a_flood_of_it_cut(stage: MakeStage) -> None:
    peer = stage().log_on()
    peer.socket.sendall(b"garbage" + encode("FIX.4.4", f"35=0{SOH}", "")[:-3] + b"000\x01")
    assert peer.is_quiet()
    peer.socket.sendall(b"x" * (1 << 20) + b"yy")
    with pytest.raises((EOFError, ConnectionResetError)):
        peer.next()


def test_reports_are_batched(stage: MakeStage) -> None:
    """Answers to a batch come in one write, or a benchmark would measure the simulator."""
    peer = stage("rules: [{do: accept then fill}]").log_on()
    orders = [
        encode("FIX.4.4", f"35=D{SOH}{peer.names}34={number}{SOH}", f"11=A{number}{SOH}55=A{SOH}54=1{SOH}38=1{SOH}")
        for number in range(2, 52)
    ]
    peer.socket.sendall(b"".join(orders))
    count, framer = 0, Framer(1 << 20)
    while count < 100:
        count += len(framer.feed(peer.socket.recv(1 << 20)))
    assert count == 100


def test_a_peer_that_goes_while_its_logon_waits_is_not_logged_on(stage: MakeStage) -> None:
    made = stage("rules: [{on: logon, nth: 1, do: wait 100ms then accept}]")
    peer = made.connect()
    peer.send("A", "98=0|108=30|")
    peer.close()
    again = made.connect(next_out=1)
    again.socket.settimeout(10)
    answer = None
    while answer is None:
        again.send("A", "98=0|108=30|", number=1)
        try:
            answer = again.next()
        except (EOFError, ConnectionResetError, BrokenPipeError):  # the venue has not seen the end of the first one yet
            again = made.connect()
    assert (answer.msg_type, answer.msg_seq_num) == ("A", 1)
