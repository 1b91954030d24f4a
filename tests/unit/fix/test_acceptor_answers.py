"""The acceptor on real sockets: resends, slow and half-closed peers, rejects, and faults of ours."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from pathlib import Path

import pytest

from tests.unit.fix.acceptor_client import LOGON, Client, listening, run, until
from tests.unit.fix.session_peer import ORDER


@run
async def test_reports_wait_for_a_broker_that_is_away(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        for number in range(3):
            exchange.acceptor.send_report("BROKER", "8", f"11=AWAY{number}\x01", time.time_ns(), (number + 1, 0))
        exchange.acceptor.flush()
        client = Client(exchange.acceptor.port)
        assert (await client.logon()).msg_seq_num == 4
        client.send("2", "7=1|16=0|")
        got = [await client.receive() for _ in range(4)]
        assert [(m.fields.get("11", m.msg_type), m.poss_dup) for m in got] == [
            ("AWAY0", True),
            ("AWAY1", True),
            ("AWAY2", True),
            ("4", True),
        ]
        client.writer.close()


@run
async def test_a_long_resend_keeps_every_number_in_order(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        filler = "x" * 300
        for number in range(1, 5001):
            exchange.acceptor.send_report(
                "BROKER", "8", f"11=C{number}\x0158={filler}\x01", time.time_ns(), (number, 0)
            )
        exchange.acceptor.flush()
        client = Client(exchange.acceptor.port)
        await client.logon()
        client.send("2", "7=1|16=5000|")
        for _ in range(50):
            client.send("D", ORDER["FIX.4.4"])
            await asyncio.sleep(0)
        client.send("1", "112=LAST|")
        numbers = [(await client.receive()) for _ in range(5051)]
        assert [m.msg_seq_num for m in numbers] == [*range(1, 5001), *range(5002, 5053)]
        assert all(m.poss_dup is (m.msg_seq_num <= 5000) for m in numbers)
        client.send("D", ORDER["FIX.4.4"])
        assert (await client.expect("8")).msg_seq_num == 5053
        client.writer.close()


@run
async def test_a_second_resend_request_leaves_what_was_never_sent_to_be_sent_once(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        client = Client(exchange.acceptor.port)
        await client.logon()
        asked = [client.make("D", ORDER["FIX.4.4"].replace("C1", f"C{number}")) for number in range(3)]
        asked += [client.make("2", "7=2|16=0|"), client.make("D", ORDER["FIX.4.4"].replace("C1", "C9"))]
        asked += [client.make("2", "7=2|16=0|"), client.make("2", "7=5|16=0|"), client.make("1", "112=LAST|")]
        client.writer.write(b"".join(asked))
        got = [await client.receive()]
        while got[-1].msg_type != "0":
            got.append(await client.receive())
        assert [m.msg_seq_num for m in got if not m.poss_dup] == [2, 3, 4, 5, 6]
        assert [m.msg_seq_num for m in got if m.poss_dup] == [2, 3, 4] * 2
        client.writer.close()


@run
async def test_a_resend_request_for_what_was_never_sent_is_rejected(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        client = Client(exchange.acceptor.port)
        await client.logon()
        client.send("2", "7=9|16=0|")
        reject = await client.expect("3")
        assert (reject.fields["371"], reject.fields["373"], reject.fields["45"]) == ("7", "5", "2")
        client.writer.close()


@run
async def test_a_slow_reader_is_cut_and_others_do_not_notice(tmp_path: Path) -> None:
    async with listening(tmp_path, "BROKER", "OTHER", session={"pending_bytes_max": 100_000}) as exchange:
        slow, other = Client(exchange.acceptor.port), Client(exchange.acceptor.port, "OTHER")
        await slow.logon()
        await other.logon()
        slow.stop_reading()
        session = exchange.acceptor.sessions["BROKER"]
        sent = 0
        while session.is_online:
            for _ in range(100):
                sent += 1
                exchange.acceptor.send_report("BROKER", "8", "58=" + "x" * 1000 + "\x01", time.time_ns(), (sent, 0))
            exchange.acceptor.flush()
            await asyncio.sleep(0)
            assert sent < 100_000
        assert exchange.log[-1][3].startswith("slow reader")
        other.send("1", "112=HERE|")
        assert (await other.expect("0")).fields["112"] == "HERE"
        assert session.next_out == sent + 2
        slow.writer.close()
        other.writer.close()


@run
async def test_too_many_resend_requests_at_once_are_cut(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        client = Client(exchange.acceptor.port)
        for number in range(1, 300):
            exchange.acceptor.send_report("BROKER", "8", "58=" + "x" * 1000 + "\x01", time.time_ns(), (number, 0))
        await client.logon()
        client.writer.write(b"".join(client.make("2", "7=1|16=0|") for _ in range(20)))
        await until(lambda: exchange.log[-1][0] == "offline")
        assert exchange.log[-1][3] == "too many ResendRequests"
        client.writer.close()


@run
async def test_a_fault_of_ours_is_rejected_and_the_session_lives(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        client = Client(exchange.acceptor.port)
        await client.logon()
        client.send("D", ORDER["FIX.4.4"].replace("C1", "FAULT"))
        reject = await client.expect("j")
        assert (reject.fields["45"], reject.fields["380"]) == ("2", "0")
        client.send("D", ORDER["FIX.4.4"])
        await client.expect("8")
        assert exchange.acceptor.sessions["BROKER"].counters.failures == 1
        client.writer.close()


@run
async def test_a_fault_of_ours_behind_a_gap_costs_no_other_message(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        client = Client(exchange.acceptor.port)
        await client.logon()
        for number, clord_id in ((3, "FAULT"), (4, "C4"), (2, "C2")):
            client.send("D", ORDER["FIX.4.4"].replace("C1", clord_id), seq_num=number)
        got = [await client.receive() for _ in range(4)]
        assert [m.fields.get("11", m.fields.get("379", m.msg_type)) for m in got] == ["2", "C2", "FAULT", "C4"]
        assert [number for _, number in exchange.delivered] == [2, 3, 4]
        client.writer.close()


@run
async def test_the_application_may_reject_what_it_is_handed(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        client = Client(exchange.acceptor.port)
        await client.logon()
        client.send("D", ORDER["FIX.4.4"].replace("C1", "MISSING"))
        assert (await client.expect("j")).fields["380"] == "5"
        client.send("D", ORDER["FIX.4.4"].replace("C1", "RANGE"))
        assert (await client.expect("3")).fields["371"] == "44"
        assert exchange.acceptor.sessions["BROKER"].counters.rejects == 2
        client.writer.close()


@run
async def test_a_reject_whose_connection_is_gone_is_kept_for_the_peer(tmp_path: Path) -> None:
    async with listening(tmp_path, commits_at_once=False) as exchange:
        client = await Client(exchange.acceptor.port).connect()
        client.send("A", LOGON)
        for body in (ORDER["FIX.4.4"].replace("C1", "MISSING"), "11=C2|", ORDER["FIX.4.4"].replace("C1", "FAULT")):
            client.send("D", body)
        client.send("2", "7=99|16=0|")
        client.send("1", "112=A|")
        await until(lambda: exchange.acceptor.sessions["BROKER"].next_in == 7)
        line = client.writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # cut, without a clean end
        client.writer.transport.abort()
        await until(lambda: exchange.log[-1][0] == "offline")
        exchange.commit()
        exchange.commits_at_once = True
        assert (await client.logon()).msg_seq_num == 5
        client.send("2", "7=1|16=0|")
        got = [await client.receive() for _ in range(5)]
        assert [(m.msg_type, m.msg_seq_num, m.fields.get("45")) for m in got] == [
            ("j", 1, "2"),
            ("3", 2, "3"),
            ("j", 3, "4"),
            ("3", 4, "5"),
            ("4", 5, None),
        ]
        client.writer.close()


@run
async def test_a_peer_that_half_closes_gets_the_answers_to_what_it_sent(tmp_path: Path) -> None:
    async with listening(tmp_path, commits_at_once=False) as exchange:
        client = await Client(exchange.acceptor.port).connect()
        client.writer.write(
            client.make("A", LOGON)
            + b"".join(client.make("D", ORDER["FIX.4.4"].replace("C1", f"C{number}")) for number in range(3))
            + client.make("5")
        )
        client.writer.write_eof()
        await until(lambda: len(exchange.delivered) == 3)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.reader.read(1), 0.05)
        exchange.commit()
        got = [await client.receive() for _ in range(5)]
        assert [(m.msg_type, m.fields.get("11")) for m in got] == [
            ("A", None),
            ("8", "C0"),
            ("8", "C1"),
            ("8", "C2"),
            ("5", None),
        ]
        assert await client.is_cut()
        await until(lambda: exchange.log[-1][0] == "offline")
        assert exchange.log[-1][2:] == (5, "logged out by the peer")


@run
async def test_a_peer_that_half_closes_without_a_logout_gets_its_answers_and_is_closed(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        for number in range(3000):
            exchange.acceptor.send_report("BROKER", "8", f"58={'x' * 100}\x01", time.time_ns(), (number + 1, 0))
        exchange.acceptor.flush()
        client = await Client(exchange.acceptor.port).connect()
        client.send("A", LOGON)
        client.send("D", ORDER["FIX.4.4"])
        client.send("2", "7=1|16=3000|")
        client.writer.write_eof()
        got = [await client.receive() for _ in range(3002)]
        assert [m.msg_seq_num for m in got] == [3001, 3002, *range(1, 3001)]
        assert await client.is_cut()
        await until(lambda: exchange.log[-1][0] == "offline")
        assert exchange.log[-1][2:] == (3, "the peer closed the connection")


@run
async def test_a_peer_that_half_closes_does_not_wait_for_ever_for_a_commit(tmp_path: Path) -> None:
    async with listening(tmp_path, commits_at_once=False) as exchange:
        client = await Client(exchange.acceptor.port).connect()
        client.send("A", LOGON)
        client.writer.write_eof()
        assert await client.is_cut()
        await until(lambda: exchange.log[-1][0] == "offline")


@run
async def test_a_refused_logon_is_told_why_also_after_a_half_close(tmp_path: Path) -> None:
    async with listening(tmp_path, commits_at_once=False) as exchange:
        client = await Client(exchange.acceptor.port).connect()
        client.send("A", "98=0|108=30|464=Y|")
        client.writer.write_eof()
        await until(lambda: exchange.acceptor.connections_total)
        await asyncio.sleep(0.05)
        exchange.commit()
        assert (await client.expect("5")).fields["58"].startswith("TestMessageIndicator")
        assert await client.is_cut()


@run
async def test_a_stranger_that_half_closes_is_closed(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        client = await Client(exchange.acceptor.port).connect()
        client.writer.write_eof()
        assert await client.is_cut()
        await until(lambda: exchange.acceptor.refused_total == 1)
