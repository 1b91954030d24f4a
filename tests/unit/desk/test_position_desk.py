"""What an operator says about positions and marks: files that are loaded as a whole or not at all, and corrections."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.unit.desk.desk_exchange import E8, DeskExchange, run
from tradsys_oms.core.commands import SetAccount, SetMark, SetPosition
from tradsys_oms.core.limits.holding import Holding
from tradsys_oms.desk import csv_rows, position_desk
from tradsys_oms.desk.operators import OperationRefused

START = "member,account,symbol,qty,avg_px\n"
WHO = {"reason": "start of day", "user": "night"}


def written(tmp_path: Path, text: str, name: str = "start.csv") -> str:
    """Write a file; gives its path."""
    path = tmp_path / name
    path.write_text(text)
    return str(path)


def holding(exchange: DeskExchange, member: str, account: str, symbol: str = "ACME") -> Holding:
    return exchange.engine.members[member].accounts[account].holdings[symbol]


async def listed(exchange: DeskExchange, **arguments: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await exchange.ask("position.list", **arguments)
    return rows


def test_the_start_of_a_day_is_loaded(tmp_path: Path) -> None:
    path = written(tmp_path, START + "A,A1,ACME,10,99.5\nA,,HOOLI,-3,100\n\nB, B1 ,ACME,0,0\n")

    async def scenario(exchange: DeskExchange) -> None:
        said = await exchange.ask("position.load", file=path, preview=True)
        assert said["preview"] == [
            "3 positions are loaded as the start of the day: their profit of the day begins at 0.",
            "0 positions that the file does not name stay as they are.",
        ]
        assert exchange.engine.risk.holding_count == 0
        assert (await exchange.ask("position.load", file=path, **WHO))["count"] == 3
        assert [list(row.values()) for row in await listed(exchange)] == [
            ["A", "", "HOOLI", "-3", "100", "100", "reference", "0", "0", "0", "0", "0"],
            ["A", "A1", "ACME", "10", "99.5", "100", "reference", "0", "5", "5", "0", "0"],
        ]
        loaded = [command for command in exchange.commands() if isinstance(command, SetPosition)]
        assert {command.reason for command in loaded} == {"start of day (by night)"}

    run(tmp_path / "journal", scenario)


def test_what_the_file_does_not_name_stays_or_goes(tmp_path: Path) -> None:
    first = written(tmp_path, START + "A,A1,ACME,10,100\nA,A2,ACME,5,100\n")
    second = written(tmp_path, START + "A,A1,ACME,11,100\n", "second.csv")

    async def scenario(exchange: DeskExchange) -> None:
        await exchange.ask("position.load", file=first, **WHO)
        await exchange.ask("position.load", file=second, **WHO)
        assert [row["quantity"] for row in await listed(exchange)] == ["11", "5"]
        said = await exchange.ask("position.load", file=second, replace=True, preview=True)
        assert said["preview"][1] == "1 positions that the file does not name are set to 0."
        await exchange.ask("position.load", file=second, replace=True, **WHO)
        assert [row["account"] for row in await listed(exchange)] == ["A1"]

    run(tmp_path / "journal", scenario)


def test_a_file_with_faults_names_them_all_and_loads_nothing(tmp_path: Path) -> None:
    core = START + "A,A1,ACME,10,100\nC,A1,ACME,1,1\nA,A1,NONE,1,1\nA,A2,ACME,0.5,1\nB,NEW,ACME,1,1\n"
    text = START + "A,A1,ACME,ten,100\nA,A1,ACME,1,1\nA,A2,ACME\nA,A3,ACME,1,x\n"

    async def scenario(exchange: DeskExchange) -> None:
        exchange.submit(SetAccount("B", "B1", True))
        seq = exchange.engine.last_seq
        with pytest.raises(OperationRefused) as refused:
            await exchange.ask("position.load", file=written(tmp_path, core), **WHO)
        assert str(refused.value).splitlines() == [
            "start.csv has 4 faults, nothing is loaded",
            "line 3: Unknown member C.",
            "line 4: Unknown symbol NONE.",
            "line 5: A position in ACME is a number of whole lots, at an average price not below 0.",
            "line 6: Unknown account B/NEW.",
        ]
        with pytest.raises(OperationRefused, match="line 4: 3 values in place of 5") as refused:
            await exchange.ask("position.load", file=written(tmp_path, text), **WHO)
        text_of_lines = text.replace("A,A2,ACME\n", "")
        with pytest.raises(OperationRefused) as refused:
            await exchange.ask("position.load", file=written(tmp_path, text_of_lines), **WHO)
        assert str(refused.value).splitlines() == [
            "start.csv has 3 faults, nothing is loaded",
            "line 2: qty: 'ten' is not a decimal.",
            "line 3: A/A1/ACME is in line 2 already",
            "line 4: avg_px: 'x' is not a decimal.",
        ]
        assert exchange.engine.last_seq == seq

    run(tmp_path / "journal", scenario)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "the columns are member,account,symbol,qty,avg_px, not $"),
        ("member,account\n", "line 1: the columns are member,account,symbol,qty,avg_px, not member,account"),
        (START + 'A,A1,"ACME,1,1\n', "is no CSV file: unexpected end of data"),
        ("\x80", "is not a text in UTF-8: byte 0"),
        (START + "A,A1,ACME,1,1\n" * 4, "there are more than 3 rows"),
        (START + "#" * 200, "is larger than 100 bytes"),
    ],
)
def test_a_file_that_is_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, sentence: str
) -> None:
    monkeypatch.setattr(csv_rows, "ROWS_MAX", 3)
    monkeypatch.setattr(csv_rows, "FILE_BYTES_MAX", 100)
    path = tmp_path / "start.csv"
    path.write_bytes(text.encode("latin-1"))

    async def scenario(exchange: DeskExchange) -> None:
        with pytest.raises(OperationRefused, match=sentence):
            await exchange.ask("position.load", file=str(path), **WHO)

    run(tmp_path / "journal", scenario)


def test_a_file_must_be_there(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        with pytest.raises(OperationRefused, match="begins with /"):
            await exchange.ask("position.load", file="start.csv", **WHO)
        with pytest.raises(OperationRefused, match="can't be read: No such file"):
            await exchange.ask("position.load", file=str(tmp_path / "none.csv"), **WHO)
        with pytest.raises(OperationRefused, match="a reason is needed"):
            await exchange.ask("position.load", file=written(tmp_path, START))

    run(tmp_path / "journal", scenario)


def test_more_accounts_than_can_be_kept_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(position_desk, "HOLDINGS_MAX", 2)
    path = written(tmp_path, START + "".join(f"A,A{number},ACME,1,1\n" for number in range(3)))

    async def scenario(exchange: DeskExchange) -> None:
        with pytest.raises(OperationRefused, match="names 3 new accounts in instruments; at most 2 are kept"):
            await exchange.ask("position.load", file=path, **WHO)

    run(tmp_path / "journal", scenario)


def test_orders_have_their_turn_while_a_file_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(position_desk, "AT_ONCE", 10)
    path = written(tmp_path, START + "".join(f"A,A{number},ACME,1,1\n" for number in range(100)))

    async def scenario(exchange: DeskExchange) -> None:
        loading = asyncio.create_task(exchange.ask("position.load", file=path, **WHO))
        while exchange.engine.risk.holding_count < 10:
            await asyncio.sleep(0)
        assert exchange.engine.risk.holding_count < 100
        exchange.order("B1", "buy", 1, 9_900)
        await loading
        assert len(await listed(exchange, member="A")) == 100
        assert len(await listed(exchange, limit=7)) == 7

    run(tmp_path / "journal", scenario)


def test_positions_are_those_of_trades(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        exchange.order("A1", "buy", 4, 10_000)
        exchange.order("B1", "sell", 3, 10_000)
        exchange.order("B1", "sell", 2, 10_100)
        rows = await listed(exchange)
        assert [(row["member"], row["quantity"], row["avg_px"], row["open_sell_qty"]) for row in rows] == [
            ("A", "3", "100", "0"),
            ("B", "-3", "100", "2"),
        ]
        assert (await listed(exchange, member="A"))[0]["open_buy_qty"] == "1"
        assert await listed(exchange, symbol="HOOLI") == []
        assert await listed(exchange, account="A1") == []
        assert len(await listed(exchange, account="")) == 2

    run(tmp_path, scenario)


def test_a_position_is_corrected(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        exchange.order("A1", "buy", 4, 10_000)
        exchange.order("B1", "sell", 4, 10_000)
        place = {"member": "A", "account": "", "symbol": "ACME"}
        said = await exchange.ask("position.correct", **place, quantity="7", preview=True)
        assert said["preview"][0] == "A/ holds 7 ACME at 100 in place of 4."
        assert said["before"]["quantity"] == "4"
        assert holding(exchange, "A", "").position == 4
        await exchange.ask("position.correct", **place, quantity="7", **WHO)
        assert (holding(exchange, "A", "").position, holding(exchange, "A", "").pnl) == (7, 0)
        await exchange.ask("position.correct", **place, price="90", **WHO)
        assert (await listed(exchange, member="A"))[0]["avg_px"] == "90"
        await exchange.ask("position.correct", **place, quantity="0", **WHO)
        assert holding(exchange, "A", "").position == 0
        await exchange.ask("position.correct", **place, quantity="-2", price="99", **WHO)
        assert (await listed(exchange, member="A"))[0]["quantity"] == "-2"

    run(tmp_path, scenario)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"member": "A", "symbol": "ACME"}, "say what is corrected"),
        ({"member": "A", "symbol": "ACME", "quantity": "1"}, "say the price too"),
        ({"member": "A", "symbol": "ACME", "quantity": "x"}, "quantity: 'x' is not a decimal"),
        ({"member": "C", "symbol": "ACME", "quantity": "1", "price": "1"}, "Unknown member C"),
        ({"member": "A", "symbol": "NONE", "quantity": "1", "price": "1"}, "there is no instrument 'NONE'"),
        ({"member": "A", "symbol": "ACME", "quantity": "0.1", "price": "1"}, "whole lots"),
    ],
)
def test_a_correction_that_makes_no_sense_is_refused(tmp_path: Path, arguments: dict[str, str], sentence: str) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        with pytest.raises(Exception, match=sentence):
            await exchange.ask("position.correct", **arguments, **WHO)

    run(tmp_path, scenario)


def test_marks_are_set_and_loaded(tmp_path: Path) -> None:
    marks = written(tmp_path, "px,symbol\n101.5,HOOLI\n88,INIT\n", "marks.csv")

    async def scenario(exchange: DeskExchange) -> None:
        await exchange.ask("position.correct", member="A", symbol="ACME", quantity="5", price="100", **WHO)
        said = await exchange.ask("mark.set", symbol="ACME", price="99.5", preview=True)
        assert said["preview"] == [
            "ACME is worth 99.5 in place of 100, until its next trade.",
            "1 positions are valued at it within a second.",
        ]
        await exchange.ask("mark.set", symbol="ACME", price="99.5", **WHO)
        assert (await exchange.ask("mark.load", file=marks, **WHO))["count"] == 2
        known = exchange.engine.instruments
        assert [known[symbol].mark_px for symbol in ("ACME", "HOOLI", "INIT")] == [9_950, 10_150, 8_800]
        assert SetMark("INIT", 88 * E8, "start of day (by night)") in exchange.commands()
        for arguments, sentence in (
            ({"symbol": "ACME", "price": "0"}, "price is above 0"),
            ({"symbol": "ACME", "price": "1.001"}, "a number of ticks"),
            ({"symbol": "ACME"}, "say the price"),
            ({"symbol": "NONE", "price": "1"}, "there is no instrument 'NONE'"),
        ):
            with pytest.raises(Exception, match=sentence):
                await exchange.ask("mark.set", **arguments, **WHO)
        faulty = written(tmp_path, "symbol,px\nACME,1\nACME,2\nNONE,x\n", "marks.csv")
        with pytest.raises(OperationRefused, match=r"(?s)2 faults.*line 3: ACME is in line 2.*line 4: px: 'x'"):
            await exchange.ask("mark.load", file=faulty, **WHO)

    run(tmp_path / "journal", scenario)
