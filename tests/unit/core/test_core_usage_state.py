"""Usage as a part of the state: it is in the hash, whatever its size, and there is no more of it than there may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.core.conftest import Bound
from tests.unit.core.usages import reserved
from tradsys_oms.core.commands import NewOrder, SetMark, SetPosition
from tradsys_oms.core.fields import SCALE_E8
from tradsys_oms.core.limits import risk

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

TICK_E8 = SCALE_E8 // 100
LARGEST = 2**62


def test_the_hash_tells_which_order_counts_at_which_price(make_exchange: type[Exchange]) -> None:
    hashes = []
    for first, second in ((10_000, 11_000), (11_000, 10_000)):
        exchange = make_exchange()
        exchange.set_instrument(band_bps=0)
        for clord_id, mark in (("X", first), ("Y", second)):
            exchange.apply(SetMark("ACME", mark * TICK_E8, "file"))
            exchange.new("A1", clord_id, "buy", 1, None, ord_type="3", stop=20_000)
        exchange.apply(SetMark("ACME", 10_000 * TICK_E8, "file"))
        assert reserved(exchange) == "2 open, buy 210, sell 0, lots 2 and 0"
        hashes.append(exchange.engine.state_hash())
    assert hashes[0] != hashes[1]


def test_quantities_may_be_beyond_64_bits(exchange: Exchange) -> None:
    exchange.set_instrument("LARGE", tick_e8=1, lot_e8=1, reference=0, band_bps=0, qty_max_e8=LARGEST)
    for number in range(1, 6):
        exchange.apply(NewOrder("A1", number, f"X{number}", "house", "LARGE", "1", "2", "0", LARGEST, 1))
    exchange.apply(SetPosition("A", "house", "LARGE", 2**63, 0, False, ""))
    exchange.apply(NewOrder("B1", 1, "Y", "", "LARGE", "2", "2", "0", LARGEST, 1))
    holding = exchange.engine.members["A"].accounts["house"].holdings["LARGE"]
    assert holding.buy_qty == 4 * LARGEST
    assert holding.position == 3 * LARGEST
    assert exchange.engine.state_hash() == exchange.replayed(exchange.log).state_hash()


def test_a_full_exchange_makes_no_accounts_that_hold_nothing(exchange: Exchange, bound: Bound) -> None:
    exchange.new("A1", "X", "buy", 1, 10_000)
    bound(risk, "HOLDINGS_MAX", 1)
    exchange.new("A1", "known", "buy", 1, 10_000)
    for number in range(1, 4):
        lines = exchange.apply(
            NewOrder("B1", number, f"Y{number}", f"account {number}", "ACME", "1", "2", "0", SCALE_E8, 100 * SCALE_E8)
        )
        assert lines[0].startswith(f"B1 Y{number} OrderRejected reason 3: The exchange keeps its maximum of")
    assert exchange.apply(SetPosition("B", "other", "ACME", SCALE_E8, 0, False, "")) == [
        "Refused: The exchange keeps its maximum of 1 accounts in instruments."
    ]
    assert exchange.engine.members["B"].accounts == {}
    assert exchange.engine.sessions["B1"].lanes == {}
    assert exchange.engine.open_order_count == 2
