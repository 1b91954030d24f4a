"""Users and passwords on real sockets: who is let in, what the others hear, and what changes while one waits."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvloop

from tests.unit.fix.acceptor_client import Client, listening, until
from tests.unit.fix.fix_exchange import Exchange, settings_for
from tests.unit.fix.session_peer import ORDER
from tradsys_oms.fix.door.authentication import AuthenticationSettings
from tradsys_oms.fix.door.passwords import hash_password
from tradsys_oms.fix.message import Message

PASSWORD = "correct horse"  # noqa: S105 - of the tests
GOOD_HASH = hash_password(PASSWORD)
GOOD = f"553=BROKER|554={PASSWORD}|"
VERSIONS = ["FIX.4.2", "FIX.4.4", "FIX.5.0SP2"]
FAILED = "Authentication failed"
DELAY_MS = 50


class Peer(Client):
    """A broker that speaks the version of its test."""

    @property
    def logon_body(self) -> str:
        return "98=0|108=30|" + ("1137=9|" if self.version == "FIX.5.0SP2" else "")

    async def offer(self, credentials: str, *, seq_num: int | None = None) -> Message:
        """Connect, send a Logon, and give the answer."""
        await self.connect()
        self.send("A", self.logon_body + credentials, seq_num=seq_num)
        return await self.receive()


class Door:
    """An acceptor with one session that asks for a password."""

    def __init__(self, exchange: Exchange, version: str) -> None:
        self.exchange, self.version = exchange, version
        self.acceptor = exchange.acceptor
        self.change(password_hash=GOOD_HASH)
        self.session = self.acceptor.sessions["BROKER"]

    def change(self, **settings: Any) -> None:
        self.acceptor.change_session(settings_for("BROKER", self.version, **settings))

    def peer(self) -> Peer:
        return Peer(self.acceptor.port, version=self.version)

    async def is_refused(self, credentials: str) -> bool:
        """Tell if credentials get the one answer of all failures, and nothing moves; False if one is let in."""
        peer = self.peer()
        answer = await peer.offer(credentials, seq_num=1)
        if answer.msg_type == "A":
            peer.writer.close()
            await until(lambda: not self.session.is_online)
            return False
        status = {"1409": "5"} if self.version == "FIX.5.0SP2" else {}
        body = {tag: value for tag, value in answer.fields.items() if tag not in ("8", "9", "10", "52")}
        assert body == {"35": "5", "49": "TRADSYS", "56": "BROKER", "34": "1", "58": FAILED} | status
        assert await peer.is_cut()
        assert (self.session.next_in, self.session.next_out, self.session.store.next_seq_num) == (1, 1, 1)
        assert self.exchange.log == []
        return True


@asynccontextmanager
async def asking(folder: Path, version: str = "FIX.4.4", **settings: Any) -> AsyncIterator[Door]:
    settings.setdefault("failure_delay_ms", DELAY_MS)
    async with listening(folder, authentication=AuthenticationSettings(**settings)) as exchange:
        yield Door(exchange, version)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_right_password_lets_in(tmp_path: Path, version: str) -> None:
    async def check() -> None:
        async with asking(tmp_path, version) as door:
            peer = door.peer()
            assert (await peer.offer(GOOD)).msg_type == "A"
            peer.send("D", ORDER[version])
            assert (await peer.expect("8")).fields["11"] == "C1"
            peer.writer.close()

    uvloop.run(check())


@pytest.mark.parametrize("version", VERSIONS)
def test_all_failures_look_the_same_and_move_nothing(tmp_path: Path, version: str) -> None:
    async def check() -> None:
        async with asking(tmp_path, version, failures_max=4) as door:
            for credentials in (
                "",
                "553=BROKER|",
                "553=BROKER|554=correct horsf|",
                f"553=SOMEBODY|554={PASSWORD}|",
                GOOD,  # locked out by now
            ):
                assert await door.is_refused(credentials)
            assert door.acceptor.authentication.failures_total == 5
            assert door.acceptor.authentication.lockouts_total == 1

    uvloop.run(check())


@pytest.mark.parametrize(
    ("settings", "credentials", "is_refused"),
    [
        ({}, "", False),
        ({}, "553=BROKER|", True),
        ({}, f"554={PASSWORD}|", True),
        ({}, "925=another password|", True),
        ({"username": "trader"}, "553=trader|", False),
        ({"username": "trader"}, "553=BROKER|", True),
        ({"username": "trader"}, "", True),
        ({"username": "trader"}, "553=trader|554=x|", True),
        ({"username": "trader", "password_hash": GOOD_HASH}, f"553=trader|554={PASSWORD}|", False),
        ({"username": "trader", "password_hash": GOOD_HASH}, GOOD, True),
        ({"password_hash": GOOD_HASH}, f"554={PASSWORD}|", True),
        ({"password_hash": GOOD_HASH}, f"95=13|96={PASSWORD}|", True),
    ],
)
def test_what_is_asked_is_what_must_be_given(
    tmp_path: Path, settings: dict[str, str], credentials: str, is_refused: bool
) -> None:
    async def check() -> None:
        async with asking(tmp_path) as door:
            door.change(**settings)
            assert await door.is_refused(credentials) is is_refused

    uvloop.run(check())


def test_a_refused_broker_logs_on_as_if_nothing_had_been(tmp_path: Path) -> None:
    async def check() -> None:
        async with asking(tmp_path) as door:
            assert await door.is_refused("553=BROKER|554=wrong|")
            answer = await door.peer().offer(GOOD)
            assert (answer.msg_type, answer.msg_seq_num) == ("A", 1)

    uvloop.run(check())


def test_a_broker_that_counted_its_refusals_is_in_step(tmp_path: Path) -> None:
    async def check() -> None:
        async with asking(tmp_path) as door:
            assert await door.is_refused("553=BROKER|554=wrong|")
            assert await door.is_refused("553=BROKER|554=wrong|")
            answer = await door.peer().offer(GOOD, seq_num=5)  # two Logons, and its answers to two Logouts
            assert (answer.msg_type, answer.msg_seq_num) == ("A", 3)

    uvloop.run(check())


def test_a_stranger_can_not_make_a_logout_that_is_counted(tmp_path: Path) -> None:
    async def check() -> None:
        async with asking(tmp_path) as door:
            peer = await door.peer().connect()
            peer.send("A", "98=0|108=99999|553=BROKER|554=wrong|")
            assert (await peer.expect("5")).fields["58"] == FAILED
            assert door.session.next_out == 1
            known = await door.peer().connect()
            known.send("A", "98=0|108=99999|" + GOOD)
            assert (await known.expect("5")).fields["58"].startswith("HeartBtInt")
            assert door.session.next_out == 2

    uvloop.run(check())


def test_what_comes_behind_the_logon_waits_for_its_password(tmp_path: Path) -> None:
    async def check() -> None:
        async with asking(tmp_path) as door:
            peer = await door.peer().connect()
            orders = [peer.make("D", ORDER["FIX.4.4"].replace("C1", f"C{number}"), seq_num=number) for number in (2, 3)]
            peer.writer.write(peer.make("A", peer.logon_body + GOOD) + orders[0] + orders[1][:30])
            await until(lambda: door.acceptor.authentication.waiting)
            peer.writer.write(orders[1][30:] + peer.make("1", "112=LAST|", seq_num=4))
            assert door.exchange.delivered == []
            got = [await peer.receive() for _ in range(4)]
            assert [(m.msg_type, m.fields.get("11")) for m in got] == [
                ("A", None),
                ("8", "C2"),
                ("8", "C3"),
                ("0", None),
            ]
            peer.writer.close()

    uvloop.run(check())


def test_nobody_is_read_while_a_password_is_judged_even_when_reading_goes_on(tmp_path: Path) -> None:
    async def check() -> None:
        async with asking(tmp_path, failure_delay_ms=500) as door:
            peer = await door.peer().connect()
            peer.writer.write(peer.make("A", peer.logon_body + "553=BROKER|554=wrong|") + peer.make("1", "112=A|") * 9)
            await until(lambda: door.acceptor.authentication.failures_total)
            door.acceptor.pause_reading()
            door.acceptor.resume_reading()
            peer.send("1", "112=B|")
            assert (await peer.expect("5")).fields["58"] == FAILED
            assert await peer.is_cut()

    uvloop.run(check())


@pytest.mark.parametrize("is_abrupt", [True, False])
def test_a_peer_may_vanish_while_its_password_is_judged(tmp_path: Path, is_abrupt: bool) -> None:
    async def check() -> None:
        async with asking(tmp_path) as door:
            for credentials in (GOOD, "553=BROKER|554=wrong|"):
                peer = await door.peer().connect()
                peer.send("A", peer.logon_body + credentials, seq_num=door.session.next_in)
                await until(lambda: door.acceptor.authentication.waiting)
                if is_abrupt:
                    line = peer.writer.get_extra_info("socket")
                    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    peer.writer.transport.abort()
                else:
                    peer.writer.close()
                await until(lambda: door.acceptor.connection_count == 0)
                assert not door.session.is_online
            assert (await door.peer().offer(GOOD, seq_num=door.session.next_in)).msg_type == "A"
            assert (door.acceptor.failures, door.exchange.failure) == (0, None)

    uvloop.run(check())


def test_of_two_logons_at_the_same_time_one_wins(tmp_path: Path) -> None:
    async def check() -> None:
        async with asking(tmp_path) as door:
            peers = [await door.peer().connect() for _ in range(2)]
            for peer in peers:
                peer.send("A", peer.logon_body + GOOD)
            ends = await asyncio.gather(*(peer.receive() for peer in peers), return_exceptions=True)
            assert sorted(type(end).__name__ for end in ends) == ["ConnectionResetError", "Message"]
            winner = peers[0] if isinstance(ends[0], Message) else peers[1]
            winner.send("1", "112=STILL|")
            await winner.expect("0")

    uvloop.run(check())


def test_a_connected_session_tells_nothing_to_somebody_without_its_password(tmp_path: Path) -> None:
    async def check() -> None:
        async with asking(tmp_path) as door:
            first = door.peer()
            await first.offer(GOOD)
            second = await door.peer().offer("553=BROKER|554=wrong|", seq_num=1)
            assert (second.fields["58"], second.msg_seq_num, door.session.next_out) == (FAILED, 2, 2)
            third = await door.peer().connect()
            third.send("A", third.logon_body + GOOD)
            assert await third.is_cut()
            first.send("1", "112=STILL|")
            assert (await first.expect("0")).msg_seq_num == 2

    uvloop.run(check())


@pytest.mark.parametrize(
    "change",
    [
        lambda door: door.acceptor.remove_session("BROKER"),
        lambda door: door.change(password_hash=hash_password("another one")),
        lambda door: door.change(password_hash=GOOD_HASH, username="trader"),
        lambda door: door.change(password_hash=GOOD_HASH, allow=("192.0.2.1",)),
        lambda door: door.change(password_hash=GOOD_HASH, listeners=("other",)),
        lambda door: door.acceptor.change_session(settings_for("BROKER", "FIX.4.2", password_hash=GOOD_HASH)),
    ],
)
def test_a_session_that_changes_while_its_password_is_judged_is_not_entered(tmp_path: Path, change: Any) -> None:
    async def check() -> None:
        async with asking(tmp_path) as door:
            peer = await door.peer().connect()
            peer.send("A", peer.logon_body + GOOD)
            await until(lambda: door.acceptor.authentication.waiting)
            change(door)
            assert await peer.is_cut()
            assert (door.exchange.log, door.session.next_out) == ([], 1)

    uvloop.run(check())


def test_a_change_of_other_settings_does_not_disturb_who_is_logging_on(tmp_path: Path) -> None:
    async def check() -> None:
        async with asking(tmp_path) as door:
            peer = await door.peer().connect()
            peer.send("A", peer.logon_body + GOOD)
            await until(lambda: door.acceptor.authentication.waiting)
            door.change(password_hash=GOOD_HASH, heart_bt_int_max_s=60)
            await peer.expect("A")

    uvloop.run(check())


def test_stopping_ends_who_is_still_being_judged(tmp_path: Path) -> None:
    async def check() -> None:
        async with asking(tmp_path) as door:
            peer = await door.peer().connect()
            peer.send("A", peer.logon_body + GOOD)
            await until(lambda: door.acceptor.authentication.waiting)
            await door.acceptor.stop("closing")
            assert await peer.is_cut()
            assert door.exchange.log == []

    uvloop.run(check())


def test_when_too_many_logons_wait_a_further_one_is_closed_without_a_word(tmp_path: Path) -> None:
    async def check() -> None:
        async with asking(tmp_path, waiting_max=0) as door:
            peer = await door.peer().connect()
            peer.send("A", peer.logon_body + GOOD)
            assert await peer.is_cut()

    uvloop.run(check())


@pytest.mark.parametrize("version", VERSIONS)
def test_a_new_password_is_taken_over(tmp_path: Path, version: str) -> None:
    async def check() -> None:
        async with asking(tmp_path, version) as door:
            peer = door.peer()
            answer = await peer.offer(GOOD + "925=battery staple|")
            assert answer.msg_type == "A"
            assert answer.fields.get("1409") == ("1" if version == "FIX.5.0SP2" else None)
            assert door.exchange.log == [("password", "BROKER"), ("online", "BROKER", 1)]
            peer.send("5")
            await peer.expect("5")
            assert await peer.is_cut()
            await until(lambda: not door.session.is_online)
            old = await door.peer().offer(GOOD, seq_num=3)
            assert (old.msg_type, old.fields["58"]) == ("5", FAILED)
            assert (await door.peer().offer("553=BROKER|554=battery staple|", seq_num=3)).msg_type == "A"

    uvloop.run(check())


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("new_password", ["short", PASSWORD, "x" * 129, "with\x02control"])
def test_a_new_password_against_the_policy_is_refused_with_a_logout(
    tmp_path: Path, version: str, new_password: str
) -> None:
    async def check() -> None:
        async with asking(tmp_path, version) as door:
            answer = await door.peer().offer(GOOD + f"925={new_password}|")
            assert answer.msg_type == "5"
            assert answer.fields["58"] == "New session password does not comply with policy"
            assert answer.fields.get("1409") == ("3" if version == "FIX.5.0SP2" else None)
            assert door.exchange.log == []
            assert (await door.peer().offer(GOOD)).msg_type == "A"

    uvloop.run(check())


def test_a_new_password_of_a_refused_logon_is_not_taken_over(tmp_path: Path) -> None:
    async def check() -> None:
        async with asking(tmp_path) as door:
            peer = await door.peer().connect()
            peer.send("A", "98=0|108=99999|925=battery staple|" + GOOD)
            assert (await peer.expect("5")).fields["58"].startswith("HeartBtInt")
            assert door.exchange.log == []
            assert (await door.peer().offer(GOOD)).msg_type == "A"

    uvloop.run(check())


def test_a_password_is_changed_before_the_logon_is_answered(tmp_path: Path) -> None:
    async def check() -> None:
        async with asking(tmp_path) as door:
            door.exchange.commits_at_once = False
            peer = await door.peer().connect()
            peer.send("A", peer.logon_body + GOOD + "925=battery staple|")
            await until(lambda: len(door.exchange.log) == 2)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(peer.reader.read(1), 0.05)
            door.exchange.commit()
            await peer.expect("A")

    uvloop.run(check())
