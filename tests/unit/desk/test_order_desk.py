"""What an operator does to one order, on a real core."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.desk.desk_exchange import E8, DeskExchange, run
from tradsys_oms.core.commands import CancelOne, RestateOne
from tradsys_oms.desk.operators import OperationRefused


def test_an_order_is_canceled_without_a_request(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        order_id = exchange.order("A1", "buy", 10, 9_900)
        seq = exchange.engine.last_seq
        said = await exchange.ask("order.act", action="cancel", order_id=order_id, preview=True)
        assert exchange.engine.last_seq == seq
        assert said["before"]["leaves_qty"] == "10"
        said = await exchange.act("order.act", "cancel", order_id=order_id)
        (report,) = exchange.executions()
        assert (report.session, report.exec_type, report.orig_clord_id) == ("A1", "4", "")
        assert report.text == "because (by night)"
        after = (said["after"]["ord_status"], said["after"]["leaves_qty"])
        assert after == (report.ord_status, str(report.leaves_qty))
        assert exchange.commands()[-1] == CancelOne(order_id, "because (by night)")

    run(tmp_path, scenario)


def test_an_order_is_done_for_the_day(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        order_id = exchange.order("A1", "buy", 10, 9_900)
        said = await exchange.act("order.act", "done-for-day", order_id=order_id)
        (report,) = exchange.executions()
        assert (report.exec_type, report.ord_status) == ("3", "3")
        after = (said["after"]["ord_status"], said["after"]["leaves_qty"])
        assert after == (report.ord_status, str(report.leaves_qty))
        assert exchange.engine.books["ACME"].depth(1)[0] == []

    run(tmp_path, scenario)


@pytest.mark.parametrize(
    ("terms", "after", "code"),
    [
        ({"order_qty": "6", "restatement_reason": "partial_decline"}, ("6", "99", "2"), 5),
        ({"price": "98.5", "restatement_reason": "repricing"}, ("10", "98.5", "6"), 3),
        ({"order_qty": "7", "price": "98", "restatement_reason": "verbal"}, ("7", "98", "3"), 2),
    ],
)
def test_an_order_is_restated_as_agreed(
    tmp_path: Path, terms: dict[str, str], after: tuple[str, str, str], code: int
) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        order_id = exchange.order("A1", "buy", 10, 9_900)
        exchange.order("B1", "sell", 4, 9_900)
        said = await exchange.act("order.act", "restate", order_id=order_id, **terms)
        assert tuple(said["after"][name] for name in ("order_qty", "price", "leaves_qty")) == after
        (report,) = exchange.executions()
        assert (report.exec_type, report.ord_status, report.cum_qty) == ("D", "1", 4)
        assert report.detail is not None
        assert report.detail.restatement_reason == code
        found = exchange.engine.orders.find(order_id)
        assert found is not None
        assert (found.order_qty, found.leaves_qty) == (int(after[0]), int(after[2]))
        command = exchange.commands()[-1]
        assert isinstance(command, RestateOne)
        assert (command.order_qty_e8, command.text) == (int(after[0]) * E8, "because (by night)")

    run(tmp_path, scenario)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"action": "explode"}, "there is no action 'explode'; actions are cancel, restate, done-for-day"),
        ({"order_id": 999}, "there is no order 999, or it is forgotten"),
        ({"order_id": "7"}, "there is no order '7'"),
        ({"action": "restate"}, "say what changes: --qty"),
        ({"action": "restate", "order_qty": "x", "restatement_reason": "verbal"}, "'x' is not a decimal"),
        ({"action": "restate", "order_qty": "-1", "restatement_reason": "verbal"}, "order_qty is above 0"),
        ({"action": "restate", "order_qty": "5"}, "the restatement reason is one of verbal, repricing"),
        ({"action": "restate", "order_qty": "11", "restatement_reason": "verbal"}, "only the member can ask for more"),
        ({"action": "restate", "order_qty": "1.5", "restatement_reason": "verbal"}, "not a multiple of the lot 1"),
        ({"action": "restate", "price": "98.005", "restatement_reason": "repricing"}, "not a multiple of the tick"),
    ],
)
def test_what_is_not_possible_gets_a_sentence(tmp_path: Path, arguments: dict[str, Any], sentence: str) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        order_id = exchange.order("A1", "buy", 10, 9_900)
        asked = {"action": "cancel", "order_id": order_id, "reason": "because"} | arguments
        with pytest.raises(OperationRefused, match=sentence):
            await exchange.ask("order.act", **asked)
        assert exchange.engine.last_seq == order_id

    run(tmp_path, scenario)


@pytest.mark.parametrize("action", ["cancel", "restate", "done-for-day"])
def test_an_order_that_is_no_longer_open_stays_as_it_is(tmp_path: Path, action: str) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        order_id = exchange.order("A1", "buy", 10, 9_900)
        exchange.cancel("A1", order_id)
        terms = {"order_qty": "5", "restatement_reason": "verbal"}
        with pytest.raises(OperationRefused, match=f"Order {order_id} is not open any more"):
            await exchange.act("order.act", action, order_id=order_id, **terms)

    run(tmp_path, scenario)
