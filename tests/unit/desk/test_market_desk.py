"""What an operator does to the market: previews, refusals, halts of one, some and all, and trading days."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.unit.desk.desk_exchange import E8, TICK_E8, DeskExchange, run
from tradsys_oms.core.commands import (
    ChangePhase,
    EndDay,
    Instructions,
    MarketRules,
    RestrictShortSale,
    SetInstrument,
    StartDay,
)
from tradsys_oms.core.events import PhaseChanged
from tradsys_oms.desk.operators import OperationRefused

S = 10**9
ALL = {"all": True}


def phases(exchange: DeskExchange) -> dict[str, str]:
    return {symbol: known.phase for symbol, known in exchange.engine.instruments.items()}


async def operate(exchange: DeskExchange, action: str, **arguments: Any) -> Any:
    """Give what is said beforehand, and do it."""
    said = await exchange.ask("market.act", action=action, preview=True, **arguments)
    done = await exchange.act("market.act", action, **arguments)
    assert done["instruments"] == said["instruments"]
    return said


def changes(exchange: DeskExchange) -> list[ChangePhase]:
    return [command for command in exchange.commands() if isinstance(command, ChangePhase)]


@pytest.mark.parametrize("action", ["halt", "phase", "end-day", "start-day"])
def test_a_preview_changes_nothing(tmp_path: Path, action: str) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        if action.endswith("day"):
            await exchange.act("market.act", "phase", symbol="ACME", phase="closed")
        if action == "start-day":
            await exchange.act("market.act", "end-day", symbol="ACME")
        before, seq = exchange.engine.state_hash(), exchange.engine.last_seq
        more = {"phase": "volatility_auction", "trade_date": "20261123"}
        said = await exchange.ask("market.act", action=action, symbol="ACME", preview=True, **more)
        assert "ACME" in said["preview"][0]
        assert (exchange.engine.state_hash(), exchange.engine.last_seq) == (before, seq)

    run(tmp_path, scenario)


def test_a_halt_says_what_it_does_to_orders_and_does_it(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        exchange.order("A1", "buy", 10, 9_900)
        going = exchange.order("A1", "buy", 5, 9_800, instructions=Instructions(exec_inst="K"))
        said = await operate(exchange, "halt", symbol="ACME")
        assert said["preview"] == [
            "1 instrument from continuous to halted: ACME.",
            "1 open order kept, 1 canceled as they ask for on a halt.",
            "Nothing but cancels and questions is taken.",
            "It lasts until the schedule or an operator ends it.",
        ]
        assert phases(exchange) == {"ACME": "halted", "HOOLI": "continuous", "INIT": "continuous"}
        assert [(report.order_id, report.exec_type) for report in exchange.executions()] == [(going, "4")]
        assert changes(exchange) == [ChangePhase("ACME", "halted", "because (by night)", 0)]

    run(tmp_path, scenario)


def test_a_halt_of_the_whole_market_is_one_batch(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        await exchange.act("market.act", "halt", symbol="INIT")
        batches = exchange.batches
        said = await operate(exchange, "halt", **ALL)
        assert said["instruments"] == 2
        assert "In phase halted already, and left alone: INIT." in said["preview"]
        assert set(phases(exchange).values()) == {"halted"}
        assert exchange.batches == batches + 1
        assert [event.symbol for event in exchange.released if isinstance(event, PhaseChanged)] == ["ACME", "HOOLI"]
        with pytest.raises(OperationRefused, match="ACME, HOOLI, INIT are in phase halted already"):
            await exchange.act("market.act", "halt", **ALL)

    run(tmp_path, scenario)


def test_what_can_be_halted_is_halted(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        await exchange.act("market.act", "phase", symbol="INIT", phase="closed")
        await exchange.act("market.act", "end-day", symbol="INIT")
        exchange.submit(ChangePhase("HOOLI", "halted", "too far", time.time_ns() + 60 * S))
        said = await operate(exchange, "halt", **ALL)
        assert "1 instrument in halted with another end: HOOLI." in said["preview"]
        assert said["preview"][-1].startswith("Not halted: The trading day of INIT has ended")
        assert phases(exchange) == {"ACME": "halted", "HOOLI": "halted", "INIT": "closed"}
        assert exchange.engine.instruments["HOOLI"].phase_until_ns == 0, "the guard's halt is the operator's now"
        with pytest.raises(OperationRefused, match="The trading day of INIT has ended"):
            await exchange.act("market.act", "halt", symbol="INIT")

    run(tmp_path, scenario)


def test_a_group_is_its_instruments(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        await exchange.act("market.act", "halt", group="SHARES")
        assert phases(exchange) == {"ACME": "halted", "HOOLI": "halted", "INIT": "continuous"}
        rows = await exchange.ask("market.list", group="SHARES")
        assert [(row["symbol"], row["phase"]) for row in rows] == [("ACME", "halted"), ("HOOLI", "halted")]
        with pytest.raises(OperationRefused, match="there is no instrument of a group 'NONE'"):
            await exchange.act("market.act", "halt", group="NONE")

    run(tmp_path, scenario)


def test_trading_resumes_through_an_auction_that_ends_when_it_should(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        await exchange.act("market.act", "halt", **ALL)
        now_ns = time.time_ns()
        said = await operate(exchange, "resume", **ALL)
        assert "It lasts for the others until the schedule or an operator ends it." in said["preview"]
        resumed = changes(exchange)[-3:]
        assert {command.phase for command in resumed} == {"volatility_auction"}
        ends_ns = {command.symbol: command.until_ns for command in resumed}
        assert (ends_ns["ACME"], ends_ns["INIT"]) == (0, 0)
        assert now_ns + 60 * S <= ends_ns["HOOLI"] <= time.time_ns() + 60 * S
        await exchange.act("market.act", "halt", symbol="ACME")
        await exchange.act("market.act", "resume", symbol="ACME", auction_s=5)
        assert 0 < changes(exchange)[-1].until_ns <= time.time_ns() + 5 * S
        with pytest.raises(OperationRefused, match="ACME is not halted"):
            await exchange.act("market.act", "resume", symbol="ACME")

    run(tmp_path, scenario)


def test_a_restriction_of_short_sales_is_shown(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        facts = await exchange.ask("market.show", symbol="ACME")
        assert (facts["short_sale_restricted"], facts["short_sale_until"], facts["close_px"]) == (False, "", None)
        exchange.submit(RestrictShortSale("ACME", True, "news"))
        facts = await exchange.ask("market.show", symbol="ACME")
        assert (facts["short_sale_restricted"], facts["short_sale_until"]) == (True, "an operator lifts it")
        fall = MarketRules(short_sale_trigger_bps=1_000)
        exchange.submit(SetInstrument("FALL", TICK_E8, E8, 100 * E8, 0, 10**6 * E8, 0, "USD", True, rules=fall))
        exchange.order("A1", "buy", 10, 9_000, symbol="FALL")
        exchange.order("B1", "sell", 10, 9_000, symbol="FALL")
        facts = await exchange.ask("market.show", symbol="FALL")
        assert (facts["short_sale_restricted"], facts["short_sale_until"]) == (True, "the end of the next trading day")
        assert facts["rules"]["short_sale_trigger_percent"] == "10"

    run(tmp_path, scenario)


def test_an_auction_says_at_what_it_would_trade(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        await exchange.act("market.act", "phase", symbol="ACME", phase="volatility_auction")
        exchange.order("A1", "buy", 10, 10_010)
        exchange.order("B1", "sell", 4, 10_000)
        (row,) = (row for row in await exchange.ask("market.list") if row["symbol"] == "ACME")
        assert (row["indicative_px"], row["indicative_qty"], row["imbalance_qty"]) == ("100", "4", "6")
        said = await operate(exchange, "phase", symbol="ACME", phase="continuous")
        assert "The auction of ACME trades 4 at 100." in said["preview"]
        facts = await exchange.ask("market.show", symbol="ACME")
        assert (facts["last_px"], facts["auction_px"], facts["orders_open"]) == ("100", "100", 1)

    run(tmp_path, scenario)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"action": "explode"}, "there is no action 'explode'; actions are phase, halt"),
        ({"symbol": ""}, "say which instruments: one symbol, one group, or all"),
        ({"all": True}, "say which instruments: one symbol, one group, or all"),
        ({"phase": "lunch"}, "there is no phase 'lunch'; phases are closed"),
        ({"phase": "continuous"}, "ACME is in phase continuous already"),
        (
            {"phase": "pre_open"},
            "ACME can't go from continuous to pre_open, only to .* Nothing was changed",
        ),
        ({"symbol": "", "all": True, "phase": "opening_auction"}, r"ACME can't .* INIT can't .* Nothing was changed\."),
        ({"action": "resume"}, "ACME is not halted"),
        ({"action": "end-day"}, "only the day of a closed instrument can be ended"),
        ({"action": "start-day", "trade_date": "20261123"}, "a day begins for closed instruments only"),
        ({"action": "start-day", "trade_date": "tomorrow"}, "'tomorrow' is no trading day; write it as 20261123"),
        ({"reason": "  "}, "a reason is needed"),
        ({"reason": "one\x01two"}, "characters that can't be printed"),
        ({"reason": "x" * 201}, "the reason has 201 characters"),
    ],
)
def test_what_is_not_possible_gets_a_sentence(tmp_path: Path, arguments: dict[str, Any], sentence: str) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        asked = {"action": "phase", "symbol": "ACME", "phase": "halted", "reason": "because"} | arguments
        seq = exchange.engine.last_seq
        with pytest.raises(OperationRefused, match=sentence):
            await exchange.ask("market.act", **asked)
        assert exchange.engine.last_seq == seq

    run(tmp_path, scenario)


def test_a_day_ends_and_the_next_one_begins(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        today = exchange.order("A1", "buy", 10, 9_900)
        kept = exchange.order("A1", "buy", 5, 9_800, time_in_force="1")
        await exchange.act("market.act", "phase", group="SHARES", phase="closed")
        said = await operate(exchange, "end-day", **ALL)
        assert said["preview"] == [
            "The day of 2 instruments ends: ACME, HOOLI.",
            "1 order for the day expire, 1 GTC and GTD are done for the day.",
            "Not closed, or there already, and left alone: INIT.",
        ]
        assert [(report.order_id, report.exec_type) for report in exchange.executions()] == [(today, "C"), (kept, "3")]
        await exchange.act("market.act", "start-day", group="SHARES", trade_date="20261123")
        assert [(report.order_id, report.exec_type) for report in exchange.executions()] == [(kept, "D")]
        ends = [command for command in exchange.commands() if isinstance(command, EndDay | StartDay)]
        assert ends == [EndDay("ACME"), EndDay("HOOLI"), StartDay("ACME", 20261123), StartDay("HOOLI", 20261123)]
        assert (await exchange.ask("market.show", symbol="ACME"))["trade_date"] == "20261123"

    run(tmp_path, scenario)


def test_nothing_is_done_when_the_daemon_stops(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        exchange.operators.close()
        with pytest.raises(OperationRefused, match="the daemon is stopping"):
            await exchange.act("market.act", "halt", symbol="ACME")

    run(tmp_path, scenario)
