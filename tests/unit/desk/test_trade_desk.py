"""Busts and corrections by an operator: what is said beforehand is what both sides are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.desk.desk_exchange import DeskExchange, run
from tradsys_oms.core.commands import AmendTrade
from tradsys_oms.core.events import Execution
from tradsys_oms.desk.operators import OperationRefused
from tradsys_oms.desk.trade_records import UnknownTrade

Side = tuple[str, ...]


async def trade(exchange: DeskExchange, buy_qty: int = 10, sell_qty: int = 4) -> tuple[int, int, str]:
    """Trade at 100; gives the OrderIDs of buyer and seller, and the TradeID."""
    buy = exchange.order("A1", "buy", buy_qty, 10_000)
    sell = exchange.order("B1", "sell", sell_qty, 9_990)
    await exchange.sequencer.committed()
    return buy, sell, f"{sell}-1"


def told_last(reports: list[Execution]) -> list[Side]:
    """Give the state of each order as its last report has it."""
    last = {report.order_id: report for report in reports}
    return sorted(
        tuple(map(str, (report.order_id, report.cum_qty, report.leaves_qty, report.ord_status)))
        for report in last.values()
    )


def said_after(said: dict[str, Any]) -> list[Side]:
    names = ("order_id", "cum_qty", "leaves_qty", "ord_status")
    return [tuple(str(row[name]) for name in names) for row in said["sides"] if row["when"] == "after"]


@pytest.mark.parametrize("reinstate", [False, True])
def test_a_bust_is_told_as_it_was_previewed(tmp_path: Path, reinstate: bool) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        buy, sell, trade_id = await trade(exchange)
        exchange.cancel("A1", buy)  # so that the seller, who may come back, finds nobody to trade with
        seq = exchange.engine.last_seq
        said = await exchange.ask("trade.act", action="bust", trade_id=trade_id, reinstate=reinstate, preview=True)
        assert exchange.engine.last_seq == seq
        assert said["preview"][0] == f"Trade {trade_id} in ACME, 4 at 100, is busted; A and B get a report."
        await exchange.act("trade.act", "bust", trade_id=trade_id, reinstate=reinstate)
        assert told_last(exchange.executions()) == sorted(said_after(said))
        busts = [report for report in exchange.executions() if report.exec_type == "H"]
        refs = {
            report.order_id: (report.detail.exec_ref_seq, report.detail.exec_ref_index)
            for report in busts
            if report.detail is not None
        }
        assert refs == {sell: (sell, 1), buy: (sell, 2)}
        assert [(report.last_qty, report.last_px) for report in busts] == [(0, 0), (0, 0)]
        command = exchange.commands()[-1]
        assert command == AmendTrade(sell, 1, sell, buy, 4, 10_000, 0, 0, reinstate, "because (by night)")
        with pytest.raises(OperationRefused, match="was busted: it can't be amended again"):
            await exchange.act("trade.act", "bust", trade_id=trade_id)

    run(tmp_path, scenario)


def test_corrections_go_on_from_the_last_one(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        _, sell, trade_id = await trade(exchange)
        said = await exchange.act("trade.act", "correct", trade_id=trade_id, price="99.95")
        assert "4 at 100, is corrected to 4 at 99.95" in said["preview"][0]
        assert told_last(exchange.executions()) == sorted(said_after(said))
        said = await exchange.act("trade.act", "correct", trade_id=trade_id, quantity="3")
        assert "4 at 99.95, is corrected to 3 at 99.95" in said["preview"][0]
        assert told_last(exchange.executions()) == sorted(said_after(said))
        facts = await exchange.ask("trade.show", trade_id=trade_id)
        assert (facts["status"], facts["quantity"], facts["price"]) == ("corrected", "3", "99.95")
        assert (facts["traded_quantity"], facts["traded_price"]) == ("4", "100")
        assert [(row["quantity"], row["price"], row["reason"]) for row in facts["amendments"]] == [
            ("4", "99.95", "because (by night)"),
            ("3", "99.95", "because (by night)"),
        ]
        assert (facts["sell"]["exec_id"], facts["buy"]["exec_id"]) == (f"{sell}-1", f"{sell}-2")
        with pytest.raises(OperationRefused, match="has that quantity and price already"):
            await exchange.act("trade.act", "correct", trade_id=trade_id, quantity="3")

    run(tmp_path, scenario)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"action": "explode"}, "there is no action 'explode'; actions are bust, correct"),
        ({"action": "correct"}, "say what is corrected: --qty"),
        ({"action": "correct", "quantity": "1.5"}, r"quantity 1\.5 is no multiple of 1"),
        ({"action": "correct", "price": "99.999"}, r"price 99\.999 is no multiple of 0\.01"),
        ({"action": "correct", "price": "0"}, "price is above 0"),
        ({"action": "correct", "quantity": "11"}, "has 0 left: a trade can't give it 7 more"),
        ({"reason": ""}, "a reason is needed"),
    ],
)
def test_what_is_not_possible_gets_a_sentence(tmp_path: Path, arguments: dict[str, Any], sentence: str) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        _, _, trade_id = await trade(exchange)
        seq = exchange.engine.last_seq
        asked = {"action": "bust", "trade_id": trade_id, "reason": "because"} | arguments
        with pytest.raises(OperationRefused, match=sentence):
            await exchange.ask("trade.act", **asked)
        assert exchange.engine.last_seq == seq

    run(tmp_path, scenario)


@pytest.mark.parametrize("trade_id", ["", "7", "0-0", "1-0", "9-2", "9-0", "99999-1", "9-1-1", "x-1", "-1-1"])
def test_what_is_no_trade_is_not_found(tmp_path: Path, trade_id: str) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        _, sell, _ = await trade(exchange)
        assert sell == 9
        for verb in ("trade.show", "trade.act"):
            with pytest.raises(UnknownTrade, match="the journal has no trade"):
                await exchange.ask(verb, action="bust", trade_id=trade_id, reason="because")

    run(tmp_path, scenario)
