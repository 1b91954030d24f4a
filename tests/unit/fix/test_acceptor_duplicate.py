"""A second connection of a session that is connected: closed without a word, or in the place of a dead first one."""

from __future__ import annotations

from pathlib import Path

from msgspec import structs

from tests.unit.fix.acceptor_client import LOGON, Client, listening, run, until
from tradsys_oms.fix.door.passwords import hash_password

REPLACES = {"replaces_silent": True}


@run
async def test_the_second_is_closed_without_a_word_and_the_first_lives(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        first = Client(exchange.acceptor.port)
        await first.logon()
        second = await Client(exchange.acceptor.port).connect()
        second.send("A", LOGON, seq_num=2)
        assert await second.is_cut()
        first.send("1", "112=ALIVE|")
        assert (await first.expect("0")).fields["112"] == "ALIVE"


@run
async def test_a_first_one_that_answers_stays(tmp_path: Path) -> None:
    async with listening(tmp_path, session=REPLACES) as exchange:
        first = Client(exchange.acceptor.port)
        await first.logon()
        second = await Client(exchange.acceptor.port).connect()
        second.send("A", LOGON, seq_num=2)
        assert (await first.expect("1")).fields["112"] == "PROBE"
        first.send("0", "112=PROBE|")
        assert await second.is_cut()
        first.send("1", "112=ALIVE|")
        assert (await first.expect("0")).fields["112"] == "ALIVE"
        assert exchange.log == [("online", "BROKER", 1)]


@run
async def test_a_silent_first_one_makes_place(tmp_path: Path) -> None:
    async with listening(tmp_path, session=REPLACES) as exchange:
        first = Client(exchange.acceptor.port)
        await first.logon()
        second = await Client(exchange.acceptor.port).connect()
        second.send("A", LOGON, seq_num=2)
        second.send("1", "112=BEHIND|", seq_num=3)
        logon = await second.expect("A")
        assert logon.msg_seq_num == 3  # the TestRequest to the first one was 2
        assert (await second.expect("0")).fields["112"] == "BEHIND"
        assert [(what, *rest[:2]) for what, *rest in exchange.log] == [
            ("online", "BROKER", 1),
            ("offline", "BROKER", 1),
            ("online", "BROKER", 2),
        ]
        assert exchange.drops["BROKER"] is True


@run
async def test_who_can_not_show_who_it_is_challenges_nobody(tmp_path: Path) -> None:
    settings = REPLACES | {"password_hash": hash_password("correct horse")}
    async with listening(tmp_path, session=settings) as exchange:
        first = Client(exchange.acceptor.port)
        await first.logon(LOGON + "553=BROKER|554=correct horse|")
        second = await Client(exchange.acceptor.port).connect()
        second.send("A", LOGON + "553=BROKER|554=wrong|", seq_num=2)
        assert (await second.expect("5")).fields["58"] == "Authentication failed"
        assert exchange.acceptor.sessions["BROKER"].next_out == 2


@run
async def test_a_challenger_that_leaves_leaves_no_trace(tmp_path: Path) -> None:
    async with listening(tmp_path, session=REPLACES) as exchange:
        first = Client(exchange.acceptor.port)
        await first.logon()
        second = await Client(exchange.acceptor.port).connect()
        second.send("A", LOGON, seq_num=2)
        await first.expect("1")
        second.writer.close()
        first.send("0", "112=PROBE|")
        await until(lambda: exchange.acceptor.connection_count == 1)
        first.send("1", "112=ALIVE|")
        await first.expect("0")


@run
async def test_a_challenger_whose_new_password_is_against_the_policy_is_told(tmp_path: Path) -> None:
    credentials = "553=BROKER|554=correct horse|"
    async with listening(tmp_path, session=REPLACES | {"password_hash": hash_password("correct horse")}) as exchange:
        first = Client(exchange.acceptor.port)
        await first.logon(LOGON + credentials)
        second = await Client(exchange.acceptor.port).connect()
        second.send("A", f"{LOGON}{credentials}925=short|", seq_num=2)
        assert "policy" in (await second.expect("5")).fields["58"]
        assert await second.is_cut()
        assert not exchange.acceptor.sessions["BROKER"].is_online


@run
async def test_a_challenger_whose_password_is_changed_meanwhile_is_cut(tmp_path: Path) -> None:
    async with listening(tmp_path, session=REPLACES | {"password_hash": hash_password("correct horse")}) as exchange:
        first = Client(exchange.acceptor.port)
        await first.logon(LOGON + "553=BROKER|554=correct horse|")
        second = await Client(exchange.acceptor.port).connect()
        second.send("A", LOGON + "553=BROKER|554=correct horse|", seq_num=2)
        await first.expect("1")
        settings = exchange.acceptor.sessions["BROKER"].settings
        exchange.acceptor.change_session(structs.replace(settings, password_hash=hash_password("another one")))
        assert await second.is_cut()
