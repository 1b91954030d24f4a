"""Test cases 1S, 12 and 13: how a session begins and ends."""

from __future__ import annotations

import time
from pathlib import Path

from tests.unit.fix.acceptor_client import Client, listening
from tests.unit.fix.session_cases import case, online, over_tcp
from tests.unit.fix.session_peer import ORDER, Peer, brief

FIXT_ONLY = "1137=9|"
LOGON = "98=0|108=30|"


@case("1S.a")
def test_a_valid_logon_is_answered_with_a_logon(tmp_path: Path, version: str) -> None:
    version_field = FIXT_ONLY if version == "FIX.5.0SP2" else ""
    assert brief(Peer(tmp_path, version).logon()) == ["online 1", f"A 98=0|108=30|{version_field}"]


@case("1S.a")
def test_behind_a_gap_the_answer_is_a_logon_and_then_a_resend_request(tmp_path: Path, version: str) -> None:
    done = brief(Peer(tmp_path, version, next_in=3).logon(7))
    assert done[0] == "online 2"
    assert done[1].startswith("A 98=0|108=30|")
    assert done[2:] == ["2 7=3|16=0|"]


@case("1S.b")
@over_tcp
async def test_a_second_connection_is_closed_without_a_word_and_the_first_lives(tmp_path: Path, version: str) -> None:
    async with listening(tmp_path, version=version) as exchange:
        first = Client(exchange.acceptor.port, version=version)
        await first.logon()
        second = await Client(exchange.acceptor.port, version=version).connect()
        second.send("A", LOGON + FIXT_ONLY * (version == "FIX.5.0SP2"))
        assert await second.is_cut()
        first.send("1", "112=ALIVE|")
        assert (await first.expect("0")).fields["112"] == "ALIVE"


@case("1S.c")
@over_tcp
async def test_unknown_comp_ids_are_closed_without_a_word(tmp_path: Path, version: str) -> None:
    body = LOGON + FIXT_ONLY * (version == "FIX.5.0SP2")
    async with listening(tmp_path, version=version) as exchange:
        for comp_id, target in (("STRANGER", "TRADSYS"), ("BROKER", "OTHER")):
            client = await Client(exchange.acceptor.port, comp_id, target=target, version=version).connect()
            client.send("A", body)
            assert await client.is_cut()
        session = exchange.acceptor.sessions["BROKER"]
        assert (session.next_in, session.next_out, exchange.log) == (1, 1, [])


@case("1S.d")
def test_an_invalid_logon_ends_in_a_disconnect_and_moves_no_number(tmp_path: Path, version: str) -> None:
    wrong: list[tuple[str, dict[str, str]]] = [
        (LOGON, {"f52": "20250101-00:00:00"}),
        (LOGON, {"f52": "now"}),
        (LOGON, {"f34": ""}),
        ("98=0|", {}),
        ("98=1|108=30|", {}),
        ("98=0|108=-1|", {}),
        (LOGON + "9999=1|", {}),
    ]
    peer = Peer(tmp_path, version)
    for body, header in wrong:
        done = brief(peer.logon(1, body, **header))
        assert done[-1].startswith("disconnect: ")
        assert [line[:2] for line in done[:-1]] in ([], ["5 "])
        assert (peer.session.is_online, peer.session.next_in) == (False, 1)
    assert peer.logon()
    assert peer.session.is_online


@case("1S.d")
@over_tcp
async def test_only_fixt_must_say_its_application_version(tmp_path: Path, version: str) -> None:
    async with listening(tmp_path, version=version) as exchange:
        client = await Client(exchange.acceptor.port, version=version).connect()
        client.send("A", LOGON)
        if version == "FIX.5.0SP2":
            assert await client.is_cut()
        else:
            await client.expect("A")
        assert exchange.acceptor.sessions["BROKER"].is_online is (version != "FIX.5.0SP2")


@case("1S.e")
@over_tcp
async def test_whoever_does_not_begin_with_a_logon_is_cut(tmp_path: Path, version: str) -> None:
    async with listening(tmp_path, version=version) as exchange:
        for msg_type, body in (("0", ""), ("5", ""), ("D", ORDER[version])):
            client = await Client(exchange.acceptor.port, version=version).connect()
            client.send(msg_type, body)
            assert await client.is_cut()
        assert exchange.acceptor.sessions["BROKER"].next_in == 1


@case("12")
@over_tcp
async def test_our_logout_is_answered_and_the_line_is_closed(tmp_path: Path, version: str) -> None:
    async with listening(tmp_path, version=version) as exchange:
        client = Client(exchange.acceptor.port, version=version)
        await client.logon()
        exchange.acceptor.logout("BROKER", "The day is over")
        assert (await client.expect("5")).fields["58"] == "The day is over"
        client.send("5")
        assert await client.is_cut()


@case("12")
def test_our_logout_waits_ten_seconds_for_its_answer(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    assert brief(peer.session.logout("closing", peer.now_ns)) == ["5 58=closing|"]
    assert brief(peer.after(9.9)) == []
    assert brief(peer.after(0.1)) == ["disconnect: no answer to our Logout"]


@case("13.a")
def test_the_answer_to_our_logout_ends_the_session_without_a_message(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    peer.session.logout("closing", peer.now_ns)
    assert brief(peer.say("5", 2)) == ["disconnect: logged out"]


@case("13.b")
def test_a_logout_of_the_peer_is_answered(tmp_path: Path, version: str) -> None:
    assert brief(online(tmp_path, version).say("5", 2)) == ["5", "disconnect: logged out by the peer"]


@case("16")
@over_tcp
async def test_what_was_to_be_sent_while_the_line_was_down_is_there_to_be_asked_for(
    tmp_path: Path, version: str
) -> None:
    async with listening(tmp_path, version=version) as exchange:
        for number in (1, 2):
            exchange.acceptor.send_report("BROKER", "8", f"11=AWAY{number}\x01", time.time_ns(), (number, 0))
        exchange.acceptor.flush()
        client = Client(exchange.acceptor.port, version=version)
        assert (await client.logon()).msg_seq_num == 3
        client.send("2", "7=1|16=2|")
        for number in (1, 2):
            report = await client.expect("8")
            assert (report.msg_seq_num, report.poss_dup, report.fields["11"]) == (number, True, f"AWAY{number}")
            assert report.fields["122"] <= report.fields["52"]
