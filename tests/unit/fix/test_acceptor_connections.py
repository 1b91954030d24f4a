"""The acceptor with real sockets: who gets in, what keeps its order, who is cut, and how it ends."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, cast

import pytest
import uvloop

from tests.unit.fix.fix_exchange import Exchange, make, settings_for
from tests.unit.fix.session_peer import ORDER
from tradsys_oms.errors import InvariantError
from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.errors import ListenFailed
from tradsys_oms.fix.framing import Framer
from tradsys_oms.fix.message import Message, parse
from tradsys_oms.fix.store import OutboundStore
from tradsys_oms.fix.timestamps import utc_timestamp

PATIENCE_S = 10
LOGON = "98=0|108=30|"
WRITERS: list[asyncio.StreamWriter] = []
"""Of all clients of a test."""


class Client:
    """A broker that does just what it is told."""

    def __init__(self, port: int, comp_id: str = "BROKER", *, target: str = "TRADSYS") -> None:
        self.port, self.comp_id, self.target = port, comp_id, target
        self.seq_num = 0
        self._framer = Framer(1 << 24)
        self._frames: list[bytes] = []

    async def connect(self) -> Client:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 24)
        WRITERS.append(self.writer)
        return self

    def make(self, msg_type: str, body: str = "", *, seq_num: int | None = None) -> bytes:
        if seq_num is None:
            self.seq_num += 1
            seq_num = self.seq_num
        stamp = utc_timestamp(time.time_ns())
        head = f"35={msg_type}\x0149={self.comp_id}\x0156={self.target}\x0134={seq_num}\x0152={stamp}\x01"
        return encode("FIX.4.4", head, body.replace("|", "\x01"))

    def send(self, msg_type: str, body: str = "", *, seq_num: int | None = None) -> None:
        self.writer.write(self.make(msg_type, body, seq_num=seq_num))

    async def receive(self) -> Message:
        while not self._frames:
            data = await asyncio.wait_for(self.reader.read(1 << 20), PATIENCE_S)
            if not data:
                raise ConnectionResetError
            self._frames = self._framer.feed(data)
        return parse(self._frames.pop(0))

    async def expect(self, msg_type: str) -> Message:
        message = await self.receive()
        assert message.msg_type == msg_type, message
        return message

    async def logon(self, body: str = LOGON) -> Message:
        await self.connect()
        self.send("A", body)
        return await self.expect("A")

    def stop_reading(self) -> None:
        cast(asyncio.ReadTransport, self.writer.transport).pause_reading()

    async def is_cut(self) -> bool:
        """Tell if the connection ends without another message."""
        try:
            message = await self.receive()
        except ConnectionError:
            self.writer.close()
            return True
        raise AssertionError(f"a message came: {message}")


async def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not happen"
        await asyncio.sleep(0.005)


@asynccontextmanager
async def listening(
    folder: Path, *brokers: str, commits_at_once: bool = True, **bounds: int
) -> AsyncIterator[Exchange]:
    exchange = make(folder, commits_at_once=commits_at_once, **bounds)
    for broker in brokers or ("BROKER",):
        exchange.serve(settings_for(broker, "FIX.4.4", logout_timeout_s=1))
    await exchange.acceptor.start("127.0.0.1", 0)
    try:
        yield exchange
    finally:
        exchange.commits_at_once = True
        exchange.commit()
        while WRITERS:
            writer = WRITERS.pop()
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
        await exchange.acceptor.stop("closing")
        exchange.acceptor.close()


def run(test: Callable[[Path], Awaitable[None]]) -> Callable[[Path], None]:
    """Run a test in a loop of its own."""

    def wrapped(tmp_path: Path) -> None:
        async def main() -> None:
            await test(tmp_path)

        uvloop.run(main())

    wrapped.__name__ = test.__name__
    return wrapped


@run
async def test_logon_order_logout(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        client = Client(exchange.acceptor.port)
        assert (await client.logon()).msg_seq_num == 1
        client.send("D", ORDER["FIX.4.4"])
        assert (await client.expect("8")).fields["11"] == "C1"
        client.send("5")
        await client.expect("5")
        assert await client.is_cut()
        await until(lambda: not exchange.acceptor.sessions["BROKER"].is_online)
        assert exchange.log == [("online", "BROKER", 1), ("offline", "BROKER", 3, "logged out by the peer")]


@run
async def test_many_messages_in_one_piece_and_one_message_in_many(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        client = await Client(exchange.acceptor.port).connect()
        client.writer.write(client.make("A", LOGON) + b"".join(client.make("D", ORDER["FIX.4.4"]) for _ in range(100)))
        assert [(await client.receive()).msg_type for _ in range(101)] == ["A"] + ["8"] * 100
        raw = client.make("D", ORDER["FIX.4.4"])
        for byte in raw:
            client.writer.write(bytes((byte,)))
            await client.writer.drain()
            await asyncio.sleep(0)
        await client.expect("8")
        assert [number for _, number in exchange.delivered] == list(range(2, 103))
        client.writer.close()


@pytest.mark.parametrize(
    "first",
    [
        lambda c: c.make("A", LOGON.replace("108", "109")),
        lambda c: c.make("0"),
        lambda c: c.make("D", ORDER["FIX.4.4"]),
        lambda c: b"GET / HTTP/1.1\r\n\r\n",
        lambda c: bytes(range(256)) * 20,
        lambda c: b"8=FIX.4.4\x019=99999999\x0135=A\x01",
        lambda c: c.make("A", LOGON).replace(b"FIX.4.4", b"FIX.4.3"),
        lambda c: Client(0, "STRANGER").make("A", LOGON),
        lambda c: Client(0, "BROKER", target="OTHER").make("A", LOGON),
    ],
)
def test_strangers_are_cut_without_a_word_and_leave_no_trace(tmp_path: Path, first: Callable[[Client], bytes]) -> None:
    async def check() -> None:
        async with listening(tmp_path) as exchange:
            client = await Client(exchange.acceptor.port).connect()
            client.writer.write(first(client))
            assert await client.is_cut()
            assert exchange.log == []
            await until(lambda: exchange.acceptor.refused_total == 1)
        store = OutboundStore.open(tmp_path / "store" / "BROKER", 0)
        assert store.next_seq_num == 1
        store.close()

    uvloop.run(check())


@run
async def test_a_second_connection_of_a_live_session_is_cut_and_the_first_lives_on(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        first = Client(exchange.acceptor.port)
        await first.logon()
        second = await Client(exchange.acceptor.port).connect()
        second.send("A", LOGON)
        assert await second.is_cut()
        first.send("1", "112=STILL|")
        assert (await first.expect("0")).fields["112"] == "STILL"
        first.writer.close()


@run
async def test_a_connection_without_a_logon_is_cut_in_time(tmp_path: Path) -> None:
    async with listening(tmp_path, logon_timeout_s=1) as exchange:
        client = await Client(exchange.acceptor.port).connect()
        assert await client.is_cut()


@run
async def test_too_many_connections_are_cut(tmp_path: Path) -> None:
    async with listening(tmp_path, connections_max=1) as exchange:
        first = Client(exchange.acceptor.port)
        await first.logon()
        assert await (await Client(exchange.acceptor.port).connect()).is_cut()
        first.writer.close()


@run
async def test_a_refused_logon_is_told_why(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        client = await Client(exchange.acceptor.port).connect()
        client.send("A", "98=0|108=4000|")
        assert (await client.expect("5")).fields["58"] == "HeartBtInt (108) must be from 1 to 3600"
        assert await client.is_cut()
        assert exchange.log == []


@run
async def test_nothing_leaves_before_it_is_durable_and_the_order_is_that_of_the_input(tmp_path: Path) -> None:
    async with listening(tmp_path, commits_at_once=False) as exchange:
        client = await Client(exchange.acceptor.port).connect()
        client.send("A", LOGON)
        client.send("1", "112=A|")
        client.send("D", ORDER["FIX.4.4"])
        client.send("1", "112=B|")
        client.send("D", "11=MISSING|55=ACME|54=1|38=1|40=2|60=20260101-00:00:00|")
        client.send("5")
        await until(lambda: len(exchange.delivered) == 2)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.reader.read(1), 0.05)
        exchange.commit()
        got = [await client.receive() for _ in range(6)]
        assert [(m.msg_type, m.msg_seq_num) for m in got] == list(zip("A080j5", range(1, 7), strict=True))
        assert await client.is_cut()


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
    async with listening(tmp_path, "BROKER", "OTHER", pending_bytes_max=100_000) as exchange:
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


@run
async def test_a_broken_promise_is_handed_to_the_owner(tmp_path: Path) -> None:
    def broken(*_: Any) -> None:
        raise InvariantError("a promise is broken")

    async with listening(tmp_path) as exchange:
        client = Client(exchange.acceptor.port)
        await client.logon()
        exchange.deliver = broken  # type: ignore[assignment, method-assign]
        client.send("D", ORDER["FIX.4.4"])
        assert await client.is_cut()
        assert isinstance(exchange.failure, InvariantError)


@run
async def test_a_store_that_can_not_be_written_sends_nothing_and_is_handed_to_the_owner(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        client = Client(exchange.acceptor.port)
        await client.logon()
        store = exchange.acceptor.sessions["BROKER"].store
        with open("/dev/full", "wb") as full:
            good, store._file = store._file, full.fileno()
            client.send("1", "112=A|")
            assert await client.is_cut()
            store._file = good
        assert "can't be written" in str(exchange.failure)


@run
async def test_heartbeats_come_and_a_silent_peer_is_cut(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        client = Client(exchange.acceptor.port)
        await client.logon("98=0|108=1|")
        assert [(await client.receive()).msg_type for _ in range(2)] == ["0", "1"]
        assert await client.is_cut()
        await until(lambda: len(exchange.log) == 2)
        assert exchange.log[-1] == ("offline", "BROKER", 1, "no answer to a TestRequest")


@run
async def test_reset_in_session_begins_a_new_store(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        client = Client(exchange.acceptor.port)
        await client.logon()
        client.send("D", ORDER["FIX.4.4"])
        await client.expect("8")
        client.seq_num = 0
        client.send("A", LOGON + "141=Y|")
        logon = await client.expect("A")
        assert (logon.msg_seq_num, logon.fields["141"]) == (1, "Y")
        client.send("D", ORDER["FIX.4.4"])
        assert (await client.expect("8")).msg_seq_num == 2
        assert [path.name for path in (tmp_path / "store" / "BROKER").iterdir()] == [f"{1:020d}.msgs"]
        client.writer.close()


@run
async def test_sessions_come_and_go_without_disturbing_others(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        acceptor = exchange.acceptor
        first = Client(acceptor.port)
        await first.logon()
        exchange.serve(settings_for("NEW", "FIX.4.4"))
        new = Client(acceptor.port, "NEW")
        await new.logon()
        acceptor.remove_session("NEW")
        assert (await new.expect("5")).fields["58"] == "session is not configured any more"
        new.send("5")
        assert await new.is_cut()
        await until(lambda: not acceptor.sessions["NEW"].is_online)
        again = await Client(acceptor.port, "NEW").connect()
        again.send("A", LOGON, seq_num=3)
        assert await again.is_cut()
        acceptor.change_session(settings_for("NEW", "FIX.4.4"))
        back = Client(acceptor.port, "NEW")
        back.seq_num = 2
        assert (await back.logon()).msg_seq_num == 3
        first.send("1", "112=HERE|")
        await first.expect("0")
        for client in (first, back):
            client.writer.close()


@run
async def test_a_session_that_changes_its_version_is_logged_out_first(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        client = Client(exchange.acceptor.port)
        await client.logon()
        exchange.acceptor.change_session(settings_for("BROKER", "FIX.4.2"))
        assert (await client.expect("5")).begin_string == "FIX.4.4"
        client.send("5")
        assert await client.is_cut()
        await until(lambda: exchange.acceptor.sessions["BROKER"].settings.begin_string == "FIX.4.2")


@run
async def test_reading_can_be_held_back(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        client = Client(exchange.acceptor.port)
        await client.logon()
        exchange.acceptor.pause_reading()
        client.send("D", ORDER["FIX.4.4"])
        await client.writer.drain()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.reader.read(1), 0.05)
        exchange.acceptor.resume_reading()
        await client.expect("8")
        client.writer.close()


@run
async def test_stop_logs_out_waits_for_the_answer_and_cuts_who_does_not_answer(tmp_path: Path) -> None:
    async with listening(tmp_path, "BROKER", "DEAF") as exchange:
        polite, deaf = Client(exchange.acceptor.port), Client(exchange.acceptor.port, "DEAF")
        await polite.logon()
        await deaf.logon()
        stopping = asyncio.ensure_future(exchange.acceptor.stop("closing"))
        assert (await polite.expect("5")).fields["58"] == "closing"
        polite.send("5")
        assert await polite.is_cut()
        await deaf.expect("5")
        assert await deaf.is_cut()
        await stopping
        assert [entry[0:2] for entry in exchange.log[2:]] == [("offline", "BROKER"), ("offline", "DEAF")]


@run
async def test_a_port_in_use_is_one_clear_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        exchange = make(tmp_path)
        with pytest.raises(ListenFailed, match=f"Can't listen for FIX on 127.0.0.1:{port}: .*fix.listen"):
            await exchange.acceptor.start("127.0.0.1", port)
