"""What an operator does to limits and blocks: previews, refusals, the kill switch, and who releases it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.desk.desk_exchange import E8, DeskExchange, run
from tradsys_oms.core.commands import (
    ApproveRelease,
    Block,
    ChangeLimits,
    Limits,
    RequestRelease,
    Scope,
    SetLimits,
    Unblock,
)
from tradsys_oms.core.events import BlockChanged, Execution, OrderRejected
from tradsys_oms.desk.operators import Operators
from tradsys_oms.desk.risk_desk import RiskDesk
from tradsys_oms.errors import TradsysError

MEMBER = {"level": "member", "name": "A"}
SCOPE = Scope("member", "A")


async def operate(exchange: DeskExchange, verb: str, *, user: str = "night", **arguments: Any) -> list[str]:
    """Preview it, which changes nothing, and do it; gives what is said beforehand."""
    await exchange.sequencer.committed()
    before = exchange.engine.state_hash()
    said = await exchange.ask(verb, **arguments, user=user, preview=True)
    assert exchange.engine.state_hash() == before
    exchange.released.clear()
    done = await exchange.ask(verb, **arguments, user=user, reason="because")
    assert (done["action"], done["scope"]) == (verb, said["scope"])
    assert exchange.engine.state_hash() != before
    sentences: list[str] = said["preview"]
    return sentences


async def refused(exchange: DeskExchange, verb: str, sentence: str, **arguments: Any) -> None:
    seq = exchange.engine.last_seq
    with pytest.raises(TradsysError, match=sentence):
        await exchange.ask(verb, **{"reason": "because", "user": "night", **arguments})
    assert exchange.engine.last_seq == seq


def limits_of(shown: dict[str, Any]) -> dict[str, tuple[str, str, str, str]]:
    return {row["limit"]: (row["value"], row["used"], row["configured"], row["changed"]) for row in shown["limits"]}


def test_limits_are_set_lifted_and_reset(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        exchange.submit(SetLimits(SCOPE, Limits(open_notional_max_e8=900 * E8, order_qty_max_e8=7 * E8)))
        exchange.order("A1", "buy", 5, 10_000)
        said = await operate(
            exchange, "risk.set", **MEMBER, limits={"open_notional_max": "499.5", "ord_types": "limit,market"}
        )
        assert said == [
            "ord_types of member A: no limit becomes limit,market.",
            "open_notional_max of member A: 900 becomes 499.5.",
            "Used already: open_notional_max is 500 for member A; orders that add to it are refused.",
            "This counts before the configuration until it is reset, also after a reload.",
        ]
        shown = await exchange.ask("risk.show", **MEMBER)
        assert limits_of(shown) == {
            "ord_types": ("limit,market", "", "", "limit,market"),
            "order_qty_max": ("7", "", "7", ""),
            "open_notional_max": ("499.5", "500", "900", "499.5"),
        }
        assert shown["usage"]["open_notional"] == "500"
        said = await operate(exchange, "risk.lift", **MEMBER, limits=["order_qty_max"])
        assert said[0] == "order_qty_max of member A: 7 becomes no limit."
        assert limits_of(await exchange.ask("risk.show", **MEMBER))["order_qty_max"] == ("", "", "7", "lifted")
        said = await operate(exchange, "risk.reset", **MEMBER, limits=["ord_types"])
        assert said == ["ord_types of member A: limit,market becomes no limit.", RESET]
        said = await operate(exchange, "risk.reset", **MEMBER)
        assert said == [
            "open_notional_max of member A: 499.5 becomes 900.",
            "order_qty_max of member A: no limit becomes 7.",
            RESET,
        ]
        assert limits_of(await exchange.ask("risk.show", **MEMBER)) == {
            "order_qty_max": ("7", "", "7", ""),
            "open_notional_max": ("900", "500", "900", ""),
        }
        changes = [command for command in exchange.commands() if isinstance(command, ChangeLimits)]
        assert {change.reason for change in changes} == {"because (by night)"}

    run(tmp_path, scenario)


RESET = "What the configuration says counts from then on."


def test_a_limit_of_an_instrument_is_that_of_each_account(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        exchange.order("A1", "buy", 5, 9_900)
        exchange.order("B1", "buy", 7, 9_900)
        scope = {"level": "instrument", "name": "ACME"}
        said = await operate(exchange, "risk.set", **scope, limits={"long_qty_max": "6", "open_orders_max": "0"})
        assert said[2:4] == [
            "Used already: open_orders_max is 1 for holding A/ACME and 1 more; orders that add to it are refused.",
            "Used already: long_qty_max is 7 for holding B/ACME; orders that add to it are refused.",
        ]
        assert limits_of(await exchange.ask("risk.show", **scope))["long_qty_max"] == ("6", "7", "", "6")

    run(tmp_path, scenario)


@pytest.mark.parametrize(
    ("verb", "arguments", "sentence"),
    [
        ("risk.set", {"limits": {}}, "say which limits"),
        ("risk.set", {"limits": ["open_orders_max"]}, "say which limits"),
        ("risk.set", {"limits": {"open_orders": "1"}}, "did you mean open_orders_max"),
        (
            *("risk.set", {"limits": {"long_qty_max": "1"}}),
            "Limit long_qty_max is none of member A: it is one of instrument, holding",
        ),
        ("risk.set", {"limits": {"orders_max": "1"}}, "orders_max and orders_window_s of member A go together"),
        ("risk.set", {"limits": {"instruments": "ACME,NOSUCH"}}, "there is no instrument 'NOSUCH'"),
        ("risk.set", {"limits": {"restriction": "none"}}, r"not among the values \(block or close_only\)"),
        (
            *("risk.set", {"level": "instrument", "name": "ACME", "limits": {"order_qty_max": "0.5"}}),
            "order_qty_max: 0.5 is not a multiple of 1, the lot of ACME",
        ),
        ("risk.set", {"limits": {"open_orders_max": "1"}, "reason": ""}, "a reason is needed"),
        ("risk.set", {"limits": {"open_orders_max": "1"}, "name": "C"}, "Unknown member C"),
        ("risk.lift", {}, "say which limits are lifted"),
        ("risk.lift", {"limits": "open_orders_max"}, "limits are a list of names"),
        ("risk.lift", {"limits": ["none"]}, "there is no limit 'none'"),
        ("risk.reset", {}, "no limit of member A was changed by an operator"),
        ("risk.reset", {"limits": ["open_orders_max"]}, "no limit of member A was changed"),
        ("risk.block", {"kind": "kill"}, "a block of the kind 'kill' is not set like this"),
        ("risk.block", {"kind": "breaker"}, "a block of the kind 'breaker' is not set like this"),
        ("risk.block", {"user": ""}, "who you are is needed"),
        ("risk.block", {"user": "x" * 65}, "who you are is needed"),
        ("risk.block", {"user": "a\nb"}, "who you are is needed"),
        ("risk.block", {"reason": ""}, "a reason is needed"),
        ("risk.unblock", {}, "No block of the kind operator is on member A"),
        ("risk.unblock", {"kind": "kill"}, "released by two people"),
        ("kill.act", {"reason": ""}, "a reason is needed"),
        ("kill.act", {"level": "holding", "name": "A/x/ACME"}, "There are no blocks on the level holding"),
        ("kill.request-release", {}, "No block of the kind kill is on member A"),
        ("kill.approve", {}, "No block of the kind kill is on member A"),
        ("risk.restrict-short-sale", {"restricted": True}, "is one of an instrument"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, verb: str, arguments: dict[str, Any], sentence: str) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        await refused(exchange, verb, sentence, **{**MEMBER, **arguments})

    run(tmp_path, scenario)


def test_a_block_refuses_new_orders_and_leaves_the_open_ones(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        order_id = exchange.order("A1", "buy", 5, 9_900)
        said = await operate(exchange, "risk.block", **MEMBER)
        assert said == [
            "No new orders and replaces of member A are taken, also after a restart, until the block is taken away.",
            "1 open order will stay, for brokers to cancel.",
        ]
        assert exchange.released == [BlockChanged(SCOPE, "operator", True, "because")]
        exchange.order("A1", "buy", 5, 9_900)
        await exchange.sequencer.committed()
        (rejected,) = [event for event in exchange.released if isinstance(event, OrderRejected)]
        assert "because" in rejected.text
        exchange.cancel("A1", order_id)
        assert exchange.engine.open_order_count == 0
        said = (await exchange.ask("risk.block", **MEMBER, user="night", preview=True))["preview"]
        assert said[1:] == [
            "0 open orders will stay, for brokers to cancel.",
            "It is blocked by one of the kind operator already: because",
        ]
        await operate(exchange, "risk.block", **MEMBER, kind="portfolio", cancel=True)
        assert await operate(exchange, "risk.unblock", **MEMBER) == [
            "The block of the kind operator goes; member A stays blocked by portfolio."
        ]
        said = await operate(exchange, "risk.unblock", **MEMBER, kind="portfolio")
        assert said == ["New orders and replaces of member A are taken again, within its limits. " + STAY]
        exchange.order("A1", "buy", 5, 9_900)
        assert exchange.engine.open_order_count == 1
        assert [command for command in exchange.commands() if isinstance(command, Block | Unblock)] == [
            Block(SCOPE, "operator", False, "night", "because"),
            Block(SCOPE, "portfolio", True, "night", "because"),
            Unblock(SCOPE, "operator", "night", "because"),
            Unblock(SCOPE, "portfolio", "night", "because"),
        ]

    run(tmp_path, scenario)


STAY = "Canceled orders stay canceled."


@pytest.mark.parametrize(
    ("level", "name", "canceled"),
    [("all", "", 4), ("member", "A", 2), ("session", "A1", 2), ("account", "A/", 2), ("instrument", "HOOLI", 2)],
)
def test_the_kill_switch_says_how_many_orders_it_cancels(tmp_path: Path, level: str, name: str, canceled: int) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        for session in ("A1", "B1"):
            for symbol in ("ACME", "HOOLI"):
                exchange.order(session, "buy", 1, 9_000, symbol=symbol)
        said = await operate(exchange, "kill.act", level=level, name=name)
        assert said[1] == f"{canceled} open orders will be canceled."
        assert len([event for event in exchange.released if isinstance(event, Execution)]) == canceled
        assert exchange.engine.open_order_count == 4 - canceled

    run(tmp_path, scenario)


def test_a_kill_switch_is_released_by_two_people(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        await operate(exchange, "kill.act", **MEMBER)
        (row,) = await exchange.ask("kill.list")
        assert list(row.values()) == ["member", "A", "kill", "because", 0, "", ""]
        await refused(exchange, "kill.approve", "Nobody has requested the release", **MEMBER)
        await refused(exchange, "kill.request-release", "who you are is needed", **MEMBER, user="")
        said = await operate(exchange, "kill.request-release", **MEMBER, user="eve")
        assert said == ["eve requests the release of member A; it stays blocked until another one approves."]
        (row,) = await exchange.ask("kill.list")
        assert (row["release_requested_by"], row["release_reason"]) == ("eve", "because")
        assert (await exchange.ask("risk.show", **MEMBER))["release_requested"] == "because (by eve)"
        await refused(exchange, "kill.approve", "it takes another one to approve it", **MEMBER, user="eve")
        said = await operate(exchange, "kill.approve", **MEMBER, user="bob")
        assert said == [
            "eve requested the release of member A: because",
            f"New orders and replaces of member A are taken again, within its limits. {STAY}",
        ]
        assert await exchange.ask("kill.list") == []
        exchange.order("A1", "buy", 1, 9_900)
        assert exchange.engine.open_order_count == 1
        releases = [command for command in exchange.commands() if isinstance(command, RequestRelease | ApproveRelease)]
        assert releases == [RequestRelease(SCOPE, "eve", "because"), ApproveRelease(SCOPE, "bob")]

    run(tmp_path, scenario)


def test_one_login_is_one_person_whatever_name_is_given(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        login = ["eve"]
        desk = RiskDesk(exchange.engine, exchange.sequencer, Operators(lambda: login[0]))
        exchange.handlers.update(desk.handlers())
        await operate(exchange, "kill.act", **MEMBER)
        await operate(exchange, "kill.request-release", **MEMBER, user="eve")
        await refused(exchange, "kill.approve", "eve requested the release", **MEMBER, user="bob")
        login[0] = "bob"
        await operate(exchange, "kill.approve", **MEMBER, user="eve")
        assert exchange.commands()[-1] == ApproveRelease(SCOPE, "bob")

    run(tmp_path, scenario)


def test_nobody_acts_while_the_daemon_stops(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        exchange.operators.close()
        for verb in ("kill.act", "kill.approve", "risk.set"):
            await refused(exchange, verb, "the daemon is stopping", **MEMBER, limits={"open_orders_max": "1"})

    run(tmp_path, scenario)


def test_scopes_are_listed(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        exchange.order("A1", "buy", 5, 9_900)
        one = Limits(open_orders_max=9)
        for scope in (Scope("instrument", symbol="ACME"), Scope("holding", "A", "", "ACME"), Scope("session", "B1")):
            exchange.submit(SetLimits(scope, one))
        rows = await exchange.ask("risk.list")
        assert [(row["level"], row["name"], row["limits"]) for row in rows] == [
            *(("member", "A", 0), ("member", "B", 0), ("session", "A1", 0), ("session", "B1", 1)),
            *(("account", "A/", 0), ("instrument", "ACME", 1), ("holding", "A//ACME", 1)),
        ]
        assert {row["open_notional"] for row in rows if row["name"] in ("A", "A1", "A/", "A//ACME")} == {"495"}
        assert [row["name"] for row in await exchange.ask("risk.list", limited=True)] == ["B1", "ACME", "A//ACME"]
        assert [row["name"] for row in await exchange.ask("risk.list", member="B")] == ["B", "B1"]
        await operate(exchange, "risk.block", level="all", name="")
        (row,) = [row for row in await exchange.ask("risk.list", limited=True) if row["level"] == "all"]
        assert row["blocks"] == "operator"

    run(tmp_path, scenario)
