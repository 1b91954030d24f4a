"""What an operator enters for a member that telephones, on a real core."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.desk.desk_exchange import E8, TICK_E8, DeskExchange, run
from tradsys_oms.core.commands import Block, EnterOrder, Instructions, NewOrder, Scope
from tradsys_oms.desk.operators import OperationRefused
from tradsys_oms.errors import TradsysError

ORDER = {"session": "A1", "side": "buy", "symbol": "ACME"}
MANUAL = Instructions(is_manual=True)


async def enter(exchange: DeskExchange, **more: Any) -> Any:
    await exchange.sequencer.committed()
    exchange.released.clear()
    return await exchange.ask("order.enter", **{**ORDER, "reason": "called", "user": "night", **more})


def test_an_order_is_entered(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        seq = exchange.engine.last_seq
        said = await enter(exchange, order_qty="10", price="99.5", preview=True)
        assert exchange.engine.last_seq == seq
        assert said == {
            "preview": [
                "A orders to buy 10 ACME at 99.5.",
                "A1 gets reports that it has not asked for, without ClOrdID.",
                "Limits are looked at when the order is entered.",
            ]
        }
        done = await enter(exchange, order_qty="10", price="99.5")
        (report,) = exchange.executions()
        assert (done["order_id"], done["order"]["price"]) == (seq + 1, "99.5")
        assert done["order"]["instructions"] == "ManualOrderIndicator Y"
        assert (report.session, report.order_id, report.clord_id, report.exec_type) == ("A1", seq + 1, "", "0")
        order = NewOrder("A1", 0, "", "", "ACME", "1", "2", "0", 10 * E8, 9_950 * TICK_E8, instructions=MANUAL)
        assert exchange.commands()[-1] == EnterOrder(order, "called (by night)")

    run(tmp_path, scenario)


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({"order_qty": "5"}, "buy 5 ACME at the market"),
        ({"order_qty": "5", "side": "sell_short", "price": "101", "located": True}, "sell short 5 ACME at 101"),
        ({"order_qty": "5", "stop_px": "101"}, "buy 5 ACME at the market"),
        ({"cash_order_qty": "1050", "price": "101"}, "buy 10 ACME at 101"),
        ({"order_qty": "5", "price": "101", "time_in_force": "1", "account": "X"}, "buy 5 ACME at 101"),
    ],
)
def test_kinds_of_orders(tmp_path: Path, more: dict[str, Any], wanted: str) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        said = await enter(exchange, **more, preview=True)
        assert said["preview"][0] == f"A orders to {wanted}."
        done = await enter(exchange, **more)
        command = exchange.commands()[-1]
        assert isinstance(command, EnterOrder)
        order = command.order
        asked = order.instructions
        assert asked is not None
        assert (
            order.ord_type
            == {(False, False): "1", (True, False): "2", (False, True): "3"}["price" in more, "stop_px" in more]
        )
        assert order.locate_reqd == ("N" if "located" in more else "")
        assert (order.time_in_force, order.account) == (more.get("time_in_force", "0"), more.get("account", ""))
        assert done["order"]["order_qty"] == wanted.split(" ACME")[0].split()[-1]

    run(tmp_path, scenario)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"session": "Q9"}, "there is no session 'Q9'; `tradsys session list` lists them"),
        ({"symbol": "NONE"}, "there is no instrument 'NONE'"),
        ({"side": "up"}, "the side is one of buy, sell, sell_short, sell_short_exempt"),
        ({"order_qty": None}, "say how much: a quantity for OrderQty, or --cash for CashOrderQty, not both"),
        ({"cash_order_qty": "5"}, "say how much: a quantity for OrderQty, or --cash for CashOrderQty, not both"),
        ({"order_qty": "-5"}, "order_qty is above 0, not -5"),
        ({"order_qty": "much"}, "order_qty: "),
        ({"order_qty": "0.5"}, "OrderQty 0.5 is not a multiple of the lot 1."),
        ({"account": "x" * 65}, "account is at most 64 characters that can be printed"),
        ({"account": "a\x01b"}, "account is at most 64 characters that can be printed"),
        ({"time_in_force": "9"}, "TimeInForce 9 is not supported with OrdType 1."),
        ({"ex_destination": "MOON"}, "ExDestination MOON is not known here."),
        ({"reason": ""}, "a reason is needed"),
    ],
)
def test_what_can_not_be_entered(tmp_path: Path, more: dict[str, Any], sentence: str) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        with pytest.raises(TradsysError) as refused:
            await enter(exchange, **{"order_qty": "5", **more})
        assert str(refused.value).startswith(sentence)
        await exchange.sequencer.committed()
        assert exchange.executions() == [], "the member hears nothing of it"

    run(tmp_path, scenario)


def test_a_message_may_have_been_lost(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        said = await enter(exchange, order_qty="5", lost_clord_id="X", preview=True)
        assert said["preview"][-1] == "Should X come after all, it is refused as a duplicate of this order."
        done = await enter(exchange, order_qty="5", lost_clord_id="X")
        assert done["order"]["instructions"] == "ManualOrderIndicator Y, lost ClOrdID X"
        with pytest.raises(OperationRefused, match=r"ClOrdID X of A has come"):
            await enter(exchange, order_qty="5", lost_clord_id="X")

    run(tmp_path, scenario)


def test_a_block_of_the_member_holds(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        exchange.submit(Block(Scope("member", "A"), "kill", True, "ops", "runaway"))
        with pytest.raises(OperationRefused, match=r"Member A takes no new orders \(kill\): runaway\."):
            await enter(exchange, order_qty="5")
        assert exchange.executions() == []
        assert isinstance(exchange.commands()[-1], EnterOrder), "that it was tried is on record"

    run(tmp_path, scenario)
