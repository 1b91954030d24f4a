"""The acceptor on real sockets: who gets in, what comes in which order, and how it ends."""

from __future__ import annotations

import asyncio
import gc
import socket
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import uvloop

from tests.unit.fix.acceptor_client import LOGON, Client, listener, listening, run, until
from tests.unit.fix.fix_exchange import make, settings_for
from tests.unit.fix.session_peer import NS_PER_S, ORDER
from tradsys_oms.errors import InvariantError
from tradsys_oms.fix.connection import Connection
from tradsys_oms.fix.door.arrival import Arrival
from tradsys_oms.fix.errors import ListenFailed
from tradsys_oms.fix.session_states import State
from tradsys_oms.fix.store import OutboundStore


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


@pytest.mark.parametrize(
    "first",
    [b"", b"8=FIX.4.4\x019=60000\x0135=A\x01" + b"x" * 50_000, b"no FIX" * 10, b"8=FIX.4.4\x019=99999999\x0135=A\x01"],
)
def test_what_a_stranger_sent_is_freed_with_its_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: bytes
) -> None:
    """No garbage collector is needed, whose pauses all others would feel."""

    async def check() -> None:
        async with listening(tmp_path, logon_timeout_s=1) as exchange:
            welcome, left = exchange.acceptor.welcome, []

            def noted(arrival: Arrival) -> Connection:
                connection = welcome(arrival)
                left.append(weakref.ref(connection))
                return connection

            monkeypatch.setattr(exchange.acceptor, "welcome", noted)
            client = await Client(exchange.acceptor.port).connect()
            client.writer.write(first)
            assert await client.is_cut()
            await until(lambda: [known() for known in left] == [None])

    gc.disable()
    try:
        uvloop.run(check())
    finally:
        gc.enable()


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
async def test_a_broken_promise_is_handed_to_the_owner(tmp_path: Path) -> None:
    def broken(*_: Any) -> None:
        raise InvariantError("a promise is broken")

    async with listening(tmp_path) as exchange:
        exchange.deliver = broken  # type: ignore[assignment, method-assign]
        client = Client(exchange.acceptor.port)
        await client.logon()
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
        assert [path.name for path in (tmp_path / "store" / "BROKER").glob("*.*")] == [f"{1:020d}.msgs"]
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
async def test_a_change_of_version_that_is_taken_back_is_forgotten(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        acceptor = exchange.acceptor
        client = Client(acceptor.port)
        await client.logon()
        acceptor.change_session(settings_for("BROKER", "FIX.4.2"))
        await client.expect("5")
        acceptor.change_session(settings_for("BROKER", "FIX.4.4"))
        client.send("5")
        assert await client.is_cut()
        await until(lambda: not acceptor.sessions["BROKER"].is_online)
        assert acceptor.sessions["BROKER"].settings.appl_version == "FIX.4.4"
        assert (await client.logon()).begin_string == "FIX.4.4"
        client.writer.close()


@run
async def test_a_peer_that_is_not_read_is_not_taken_for_a_silent_one(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        acceptor, session = exchange.acceptor, exchange.acceptor.sessions["BROKER"]
        client = Client(acceptor.port)
        await client.logon()
        connection, now_ns = acceptor._online["BROKER"], time.time_ns()
        acceptor.pause_reading()
        for _ in range(5):
            now_ns += 40 * NS_PER_S
            connection.tick(now_ns)
        assert session.state is State.ONLINE
        acceptor.resume_reading()
        for state in (State.ONLINE, State.ENDING):
            now_ns += 36 * NS_PER_S
            connection.tick(now_ns)
            assert session.state is state, "a second after a TestRequest that nobody answers"


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
            await exchange.acceptor.start([listener(port=port)])
