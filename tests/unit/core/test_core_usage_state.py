"""Usage as a part of the state: it is in the hash, whatever its size, and there is no more of it than there may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.core.usages import reserved
from tradsys_oms.core.commands import SetMark
from tradsys_oms.core.fields import SCALE_E8

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

TICK_E8 = SCALE_E8 // 100


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
