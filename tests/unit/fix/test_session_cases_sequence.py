"""Test cases 2.a to 2.g, 8, 9, 10, 11, 19 and 20: what the numbers of messages mean."""

from __future__ import annotations

from pathlib import Path

from tests.unit.fix.acceptor_client import Client, listening
from tests.unit.fix.session_cases import case, online, over_tcp, reason
from tests.unit.fix.session_peer import ORDER, brief
from tradsys_oms.fix.session_states import State

PAST, FUTURE = "20251231-23:59:00", "20260101-00:00:30"


@case("2.a")
def test_a_message_in_its_turn_is_taken(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    assert [brief(peer.order(number)) for number in (2, 3, 4)] == [["deliver 2"], ["deliver 3"], ["deliver 4"]]


@case("2.b")
def test_a_message_behind_a_gap_is_kept_and_the_gap_asked_for(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    assert brief(peer.order(4)) == ["2 7=2|16=0|"]
    assert brief(peer.order(2, f43="Y", f122=PAST)) == ["deliver 2"]
    assert brief(peer.order(3, f43="Y", f122=PAST)) == ["deliver 3", "deliver 4"]


@case("2.c")
def test_a_number_of_the_past_ends_the_session(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    assert brief(peer.order(1)) == ["5 58=MsgSeqNum too low, expecting 2 but received 1|"]
    assert brief(peer.after(1.9)) == []
    assert brief(peer.after(0.1)) == ["disconnect: no answer to our Logout"]
    assert peer.session.next_in == 2


@case("2.e")
def test_a_duplicate_is_left_if_it_was_received_and_else_taken(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    peer.order(2)
    assert brief(peer.order(2, f43="Y", f122=PAST)) == []
    assert brief(peer.order(3, f43="Y", f122=PAST)) == ["deliver 3"]


@case("2.f")
def test_a_duplicate_older_than_its_original_is_rejected_and_counted(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    assert brief(peer.order(2, f43="Y", f122=FUTURE)) == [
        "3 45=2|372=D|373=10|58=SendingTime accuracy problem|",
        "5 58=SendingTime accuracy problem|",
    ]
    assert peer.session.next_in == 3


@case("2.g")
def test_a_duplicate_without_orig_sending_time_is_rejected(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    peer.order(2)
    assert brief(peer.order(2, f43="Y")) == ["3 45=2|371=122|372=D|373=1|58=Required tag missing|"]
    assert brief(peer.order(3)) == ["deliver 3"]


@case("8")
@over_tcp
async def test_a_resend_has_the_application_messages_and_a_gap_fill_for_the_others(
    tmp_path: Path, version: str
) -> None:
    async with listening(tmp_path, version=version) as exchange:
        client = Client(exchange.acceptor.port, version=version)
        await client.logon()
        client.send("1", "112=A|")
        await client.expect("0")
        for _ in range(2):
            client.send("D", ORDER[version])
            await client.expect("8")
        client.send("2", "7=1|16=0|")
        got = [await client.receive() for _ in range(3)]
        assert [(m.msg_type, m.msg_seq_num, m.poss_dup) for m in got] == [
            ("4", 1, True),
            ("8", 3, True),
            ("8", 4, True),
        ]
        assert (got[0].fields["123"], got[0].fields["36"]) == ("Y", "3")
        client.send("1", "112=B|")
        assert (await client.expect("0")).msg_seq_num == 5


@case("9")
def test_both_numbers_start_again_by_a_logon_in_session(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    peer.order(2)
    extra = "1137=9|" if version == "FIX.5.0SP2" else ""
    done = brief(peer.say("A", 1, f"98=0|108=30|141=Y|{extra}"))
    assert done[0].startswith("resetnumbers: ")
    assert done[1] == f"A 98=0|108=30|141=Y|{extra}"
    assert brief(peer.order(2)) == ["deliver 2"]


@case("10.a")
def test_a_gap_fill_behind_a_gap_waits_for_its_turn(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    assert brief(peer.say("4", 3, "123=Y|36=9|")) == ["2 7=2|16=0|"]
    assert brief(peer.order(2)) == ["deliver 2"]
    assert peer.session.next_in == 9


@case("10.b")
def test_a_gap_fill_moves_on(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    assert brief(peer.say("4", 2, "123=Y|36=9|")) == []
    assert brief(peer.order(9)) == ["deliver 9"]


@case("10.c")
def test_a_gap_fill_of_the_past_that_may_be_a_duplicate_is_left(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    assert brief(peer.say("4", 1, "123=Y|36=9|", f43="Y", f122=PAST)) == []
    assert peer.session.next_in == 2


@case("10.d")
def test_a_gap_fill_of_the_past_ends_the_session(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    assert brief(peer.say("4", 1, "123=Y|36=9|")) == ["5 58=MsgSeqNum too low, expecting 2 but received 1|"]
    assert peer.session.state is State.ENDING


@case("10.e")
def test_a_gap_fill_can_not_lower_the_number(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    for number, new_seq_no in ((2, 1), (3, 3)):
        (line,) = brief(peer.say("4", number, f"123=Y|36={new_seq_no}|"))
        assert line.startswith(f"3 45={number}|371=36|372=4|373=5|58=Attempt to lower sequence number")
    assert brief(peer.order(4)) == ["deliver 4"]


@case("11.a")
def test_a_reset_counts_whatever_its_own_number(tmp_path: Path, version: str) -> None:
    for number in (1, 2, 7):
        peer = online(tmp_path / str(number), version)
        assert brief(peer.say("4", number, "36=20|")) == []
        assert brief(peer.order(20)) == ["deliver 20"]


@case("11.b")
def test_a_reset_to_the_expected_number_changes_nothing(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    assert brief(peer.say("4", 2, "123=N|36=2|")) == []
    assert brief(peer.order(2)) == ["deliver 2"]


@case("11.c")
def test_a_reset_can_not_lower_the_number_and_is_not_counted(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    peer.order(2)
    (line,) = brief(peer.say("4", 3, "36=2|"))
    assert line.startswith("3 45=3|371=36|372=4|373=5|")
    assert brief(peer.order(3)) == ["deliver 3"]


@case("19.a", "19.b")
def test_a_possible_resend_is_the_application_s_to_judge(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    assert brief(peer.order(2)) == ["deliver 2"]
    assert brief(peer.order(3, f97="Y")) == ["deliver 3"]


@case("20")
def test_a_resend_request_is_answered_while_we_wait_for_our_own(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    assert brief(peer.order(4)) == ["2 7=2|16=0|"]
    assert brief(peer.say("2", 5, "7=1|16=0|")) == ["resend 1 0"]
    assert brief(peer.say("4", 2, "123=Y|36=4|", f43="Y", f122=PAST)) == ["deliver 4"]
    assert peer.session.next_in == 6


@case("2.b")
def test_a_gap_is_asked_for_again_when_nothing_comes(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    assert brief(peer.order(4)) == ["2 7=2|16=0|"]
    assert brief(peer.order(5)) == []
    peer.now_ns += 31_000_000_000
    assert brief(peer.order(6)) == ["2 7=2|16=0|"]


@case("8")
@over_tcp
async def test_what_was_never_sent_can_not_be_asked_for(tmp_path: Path, version: str) -> None:
    async with listening(tmp_path, version=version) as exchange:
        client = Client(exchange.acceptor.port, version=version)
        await client.logon()
        client.send("2", "7=50|16=60|")
        reject = await client.expect("3")
        assert (reject.fields["371"], f"373={reject.fields['373']}|") == ("7", reason(version, 5))
