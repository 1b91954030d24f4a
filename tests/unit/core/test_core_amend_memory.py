"""Busts and corrections where orders and trades are forgotten: what is remembered is bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from tests.unit.core.amending import Desk, hit
from tests.unit.core.conftest import Bound
from tradsys_oms.core.desk import amend_trade

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


def test_a_forgotten_order(make_exchange: type[Exchange]) -> None:
    exchange = make_exchange(finished_orders_max=1)
    desk = Desk(exchange)
    exchange.new("A1", "X", "buy", 40, 10_000)
    number = exchange.seq
    trade = hit(desk, 40)
    exchange.new("A1", "reject", "buy", 1, 30_000)
    assert desk.refused(trade).startswith("Order ")
    assert desk.refused(trade).endswith(" is no longer known: amend in clearing.")
    assert exchange.query("A1", "X", str(number)) == ["A1 X StatusUnknown: Unknown order X"]


def test_a_reinstated_order_is_remembered_while_it_trades(make_exchange: type[Exchange]) -> None:
    exchange = make_exchange(finished_orders_max=1)
    exchange.new("A1", "S", "sell", 10, 10_000)
    exchange.new("B1", "B", "buy", 5, 10_000)
    bust = Desk(exchange).trade()
    exchange.new("C1", "C", "sell", 3, 10_000)
    exchange.apply(structs.replace(bust, reinstate=True))
    assert exchange.depth() == ([], [(10_000, 8, 1)])
    assert exchange.query("B1", "B")[0].startswith("B1 B Status filled"), "it is the last one that has finished"


def test_an_order_that_the_other_side_made_forgotten_is_not_reinstated(make_exchange: type[Exchange]) -> None:
    exchange = make_exchange(finished_orders_max=1)
    exchange.new("A1", "S", "sell", 5, 10_000)
    exchange.new("B1", "B", "buy", 10, 10_000)
    bust = Desk(exchange).trade()
    exchange.new("C1", "all", "sell", 8, 10_000, exec_inst="G")
    lines = exchange.apply(structs.replace(bust, reinstate=True))
    assert "C1 all Trade filled 8@10000 cum 8 leaves 0" in lines[3]
    assert lines[4].startswith("A1 S Canceled canceled 5@10000 cum 0 leaves 0: Not reinstated")
    assert exchange.engine.open_order_count == 1


def test_amended_trades_are_remembered_up_to_a_maximum(make_exchange: type[Exchange], bound: Bound) -> None:
    bound(amend_trade, "AMENDED_TRADES_MAX", 2)
    exchange = make_exchange(finished_orders_max=8)
    desk = Desk(exchange)
    trades = []
    for number in range(3):
        exchange.new("A1", f"X{number}", "buy", 40, 10_000)
        trades.append(hit(desk, 40))
    desk.bust(trades[0])
    desk.bust(trades[1])
    assert desk.refused(trades[2]) == "2 trades are amended, the most that are remembered: amend in clearing."
    for number in range(4):
        exchange.new("A1", f"reject {number}", "buy", 1, 30_000)
    desk.bust(trades[2])
    assert desk.refused(trades[2]).endswith("was busted: it can't be amended again.")
