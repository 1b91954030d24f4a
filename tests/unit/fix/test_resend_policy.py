"""ResendRequests that make no progress are slowed down and then end the session; resends take turns."""

from __future__ import annotations

from pathlib import Path

from tests.unit.fix.acceptor_client import Client, listening, run, until
from tests.unit.fix.session_peer import Peer, brief
from tradsys_oms.fix.actions import Resend
from tradsys_oms.fix.pending import PendingAge
from tradsys_oms.fix.resend_policy import RepeatedRequests, Turns, Verdict

S = 1_000_000_000
ANSWER, SLOW_DOWN, LOGOUT = Verdict.ANSWER, Verdict.SLOW_DOWN, Verdict.LOGOUT


def test_the_same_request_again_and_again() -> None:
    repeated = RepeatedRequests(4)
    assert [repeated.judge(1, S) for _ in range(5)] == [ANSWER, ANSWER, SLOW_DOWN, SLOW_DOWN, LOGOUT]


def test_progress_begins_the_count_anew() -> None:
    repeated = RepeatedRequests(2)
    assert [repeated.judge(begin, S) for begin in (1, 2, 3, 4, 5)] == [ANSWER] * 5
    assert [repeated.judge(begin, S) for begin in (5, 4)] == [SLOW_DOWN, LOGOUT]


def test_what_was_asked_for_long_ago_does_not_hinder_progress() -> None:
    repeated = RepeatedRequests(2)
    assert repeated.judge(999_999, S) is ANSWER
    assert [repeated.judge(begin, 62 * S) for begin in (1, 101, 201, 301)] == [ANSWER] * 4


def test_time_forgives() -> None:
    repeated = RepeatedRequests(2)
    assert [repeated.judge(1, seconds * S) for seconds in (1, 2, 63, 64)] == [ANSWER, SLOW_DOWN, ANSWER, SLOW_DOWN]


def test_a_session_slows_down_and_then_logs_out(tmp_path: Path) -> None:
    peer = Peer(tmp_path, resend_requests_max=2)
    peer.logon()
    delays = []
    for seq_num in (2, 3):
        (answer,) = peer.say("2", seq_num, "7=1|16=0|")
        assert isinstance(answer, Resend)
        delays.append(answer.delay_s)
    assert delays == [0, 1]
    assert brief(peer.say("2", 4, "7=1|16=0|")) == ["5 58=Too many ResendRequests for the same messages|"]


def test_turns_are_given_in_order_and_given_back() -> None:
    turns, started = Turns(2), []
    for who in "ABCD":
        turns.ask(who, lambda who=who: started.append(who))  # type: ignore[misc]
    assert started == ["A", "B"]
    turns.give_back("C")  # waits no more
    turns.give_back("A")
    assert started == ["A", "B", "D"]
    turns.ask("B", lambda: started.append("B again"))
    assert started[-1] == "B again"
    assert turns.waiting == 0


@run
async def test_two_peers_get_their_messages_again_one_after_the_other(tmp_path: Path) -> None:
    async with listening(tmp_path, "A", "B", resends_concurrent_max=1) as exchange:
        for name in ("A", "B"):
            for number in range(3000):
                exchange.acceptor.send_report(name, "8", f"37={number}\x01", S, (number + 1, 0))
        exchange.acceptor.flush()
        clients = [Client(exchange.acceptor.port, name) for name in ("A", "B")]
        for client in clients:
            await client.logon()
            client.send("2", "7=1|16=0|")
        for client in clients:
            for number in range(3000):
                message = await client.expect("8")
                assert (message.fields["37"], message.fields["43"]) == (str(number), "Y")
        await until(lambda: exchange.acceptor.resend_turns.waiting == 0)


def test_the_age_of_what_waits_is_that_of_its_oldest_byte() -> None:
    age = PendingAge()
    assert age.of(0, 100, 1 * S) == 0
    assert age.of(50, 150, 2 * S) == 0
    assert age.of(50, 150, 5 * S) == 3 * S
    assert age.of(60, 200, 6 * S) == 4 * S  # of 200 written 140 have left: 10 of the first note wait
    assert age.of(50, 200, 7 * S) == 1 * S  # the first note has left
    assert age.of(0, 200, 8 * S) == 0


def test_a_slow_reader_that_reads_is_not_old() -> None:
    age, written = PendingAge(), 0
    for second in range(1, 100):
        written += 100
        assert age.of(150, written, second * S) <= 2 * S


@run
async def test_who_waits_for_its_turn_gets_what_is_new_meanwhile(tmp_path: Path) -> None:
    async with listening(tmp_path, resends_concurrent_max=1) as exchange:
        acceptor = exchange.acceptor
        assert acceptor.resend_turns.take("somebody else")
        for number in (1, 2):
            acceptor.send_report("BROKER", "8", f"37={number}\x01", S, (number, 0))
        acceptor.flush()
        client = Client(acceptor.port)
        await client.logon()
        client.send("2", "7=1|16=0|")
        await until(lambda: acceptor.resend_turns.waiting)
        client.send("1", "112=LIVE|")
        assert (await client.expect("0")).fields["112"] == "LIVE"
        acceptor.resend_turns.give_back("somebody else")
        again = [await client.receive() for _ in range(3)]
        assert [(m.msg_type, m.msg_seq_num, m.poss_dup) for m in again] == [
            ("8", 1, True),
            ("8", 2, True),
            ("4", 3, True),
        ]
        assert again[2].fields["36"] == "4"  # what came live is not sent again
        client.send("1", "112=AFTER|")
        assert (await client.expect("0")).fields["112"] == "AFTER"
        assert acceptor.resend_turns.take("somebody else")
