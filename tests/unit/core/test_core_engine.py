"""The engine as a whole: gapless commands, bounded memory, lists, counters, the hash of the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tradsys_oms.core.commands import Command, EngineStarted
from tradsys_oms.core.decimal_text import format_e8
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import Event
from tradsys_oms.errors import InvariantError

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


def test_a_gap_in_the_journal_stops_the_process() -> None:
    engine = Engine()
    engine.apply(1, 0, EngineStarted("1", "host", 1))
    for seq in (1, 3):
        with pytest.raises(InvariantError, match=f"Command {seq} can't follow command 1"):
            engine.apply(seq, 0, EngineStarted("1", "host", 1))


def test_every_command_has_a_handler(exchange: Exchange) -> None:
    assert set(exchange.engine.handled_commands) == set(Command.__args__)


def test_the_oldest_finished_order_is_forgotten_with_its_clord_ids(make_exchange: type[Exchange]) -> None:
    exchange = make_exchange(finished_orders_max=3)
    exchange.new("A1", "X", "buy", 1, 10_000)
    order_id = exchange.seq
    exchange.cancel("A1", "Y", "X")  # retires X, then the order under Y
    exchange.new("A1", "open", "buy", 1, 10_000)
    assert exchange.query("A1", "X")[0].startswith("A1 Y<X Status canceled")
    exchange.new("A1", "bad 1", "buy", 1, 99_999)
    exchange.new("A1", "bad 2", "buy", 1, 99_999)
    assert exchange.query("A1", "X") == ["A1 X StatusUnknown: Unknown order X"]
    assert exchange.engine.orders.find(order_id) is not None
    exchange.new("A1", "bad 3", "buy", 1, 99_999)
    assert exchange.query("A1", "Y", str(order_id)) == ["A1 Y StatusUnknown: Unknown order Y"]
    assert exchange.engine.orders.find(order_id) is None
    assert len(exchange.engine.orders) == 1
    assert exchange.new("A1", "X", "buy", 1, 10_000) == ["A1 X New new 1@10000 cum 0 leaves 1"]


def test_nothing_finished_is_kept_if_nothing_may_be(make_exchange: type[Exchange]) -> None:
    exchange = make_exchange(finished_orders_max=0)
    exchange.new("A1", "X", "buy", 1, 10_000)
    exchange.cancel("A1", "Y", "X")
    exchange.new("A1", "bad", "buy", 1, 99_999)
    assert len(exchange.engine.orders) == 0
    assert exchange.engine.members["A"].clord_ids == {}


def test_orders_are_listed_newest_first(exchange: Exchange) -> None:
    exchange.set_instrument("HOOLI")
    exchange.new("A1", "1", "buy", 1, 10_000)
    exchange.new("B1", "2", "buy", 1, 10_000)
    exchange.new("A2", "3", "buy", 1, 10_000, symbol="HOOLI")
    exchange.cancel("A1", "4", "1")

    def listed(**wanted: str | bool | int) -> list[str]:
        return [order.clord_id for order in exchange.engine.list_orders(**wanted)]  # type: ignore[arg-type]

    assert listed() == ["3", "2", "4"]
    assert listed(limit=2) == ["3", "2"]
    assert listed(open_only=True) == ["3", "2"]
    assert listed(member="A") == ["3", "4"]
    assert listed(session="A2") == ["3"]
    assert listed(symbol="ACME", open_only=True) == ["2"]
    assert list(exchange.engine.orders.open) == [order.order_id for order in exchange.engine.list_orders()[1::-1]]


def test_counters_follow_the_orders(exchange: Exchange) -> None:
    exchange.new("A1", "1", "buy", 10, 10_000)
    exchange.new("B1", "2", "sell", 4, 10_000)
    exchange.new("B1", "3", "sell", 4, 99_999)
    exchange.cancel("B1", "4", "nothing")
    engine = exchange.engine
    assert (engine.order_count, engine.open_order_count, engine.trade_count, engine.reject_count) == (2, 1, 1, 2)


def test_a_replay_has_the_same_hash_and_any_change_another(exchange: Exchange) -> None:
    hashes = [exchange.engine.state_hash()]
    exchange.new("A1", "1", "buy", 10, 10_000)
    hashes.append(exchange.engine.state_hash())
    exchange.new("B1", "2", "sell", 4, 10_000)
    hashes.append(exchange.engine.state_hash())
    exchange.replace("A1", "3", "1", 8, 10_000)
    hashes.append(exchange.engine.state_hash())
    assert len(set(hashes)) == 4
    assert exchange.replayed(exchange.log).state_hash() == hashes[-1]
    assert exchange.replayed(exchange.log[:-1]).state_hash() == hashes[-2]


def test_events_survive_the_journals_encoding(exchange: Exchange) -> None:
    exchange.set_instrument(band_bps=0)
    highest = (2**63 - 1) // 1_000_000
    exchange.new("A1", "1", "sell", 1_000_000, highest)
    exchange.new("B1", "2", "buy", 1_000_000, highest)
    packed = msgspec.msgpack.encode(exchange.events)
    assert msgspec.msgpack.decode(packed, type=list[Event]) == exchange.events


@pytest.mark.parametrize(
    ("value_e8", "text"),
    [
        (0, "0"),
        (1, "0.00000001"),
        (10_025_000_000, "100.25"),
        (-150_000_000, "-1.5"),
        (10**18, "10000000000"),
        (-1, "-0.00000001"),
    ],
)
def test_decimals_are_printed_exactly(value_e8: int, text: str) -> None:
    assert format_e8(value_e8) == text
