"""The core does what the naive exchange does: the same events, the same books, and nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.naive.things import Exchange
from tests.property.proof.bulk import Tally, close, prove, prove_shape
from tests.property.proof.markets import FEATURES, SYMBOLS, Shape
from tradsys_oms.core.fields import OrdStatus
from tradsys_oms.core.lifecycle import FINAL

COMMANDS = 200_000
PARTS = 8
SHORT_SALES = frozenset(
    (
        *("short_sales", "stop", "peg", "hidden", "iceberg", "min_qty", "all_or_none", "post_only"),
        *("replace", "desk", "amend", "phases", "days"),
    )
)
FLOW = frozenset(("gate", "pace", "flow", "blocks", "warnings", "money", "replace", "own_cancel", "mass"))

shapes = st.builds(
    Shape,
    seed=st.integers(0, 2**32),
    features=st.frozensets(st.sampled_from(sorted(FEATURES))),
    symbols=st.sampled_from([("TIME",), ("RATA",), ("LEAD",), SYMBOLS]),
    width=st.integers(1, 6),
    qty_max=st.integers(1, 30),
    special_percent=st.sampled_from([0, 50, 100]),
)


def silent(tally: Tally) -> None:
    """Say nothing on the way."""


@pytest.mark.parametrize("part", range(PARTS))
def test_bulk_of_commands(part: int) -> None:
    tally = prove(1 + part * 1_000, COMMANDS // PARTS, FEATURES, silent)
    assert tally.commands == COMMANDS // PARTS
    assert tally.trades > tally.commands // 25  # limits and blocks refuse many orders
    assert tally.orders > tally.commands // 10


def test_short_sales_in_all_that_they_meet() -> None:
    tally = prove(20_000, 20_000, SHORT_SALES, silent)
    assert tally.trades > tally.commands // 20


def test_limits_on_the_flow_and_blocks_in_plain_markets() -> None:
    tally = prove(30_000, 20_000, FLOW, silent)
    assert tally.trades > tally.commands // 50


@settings(max_examples=30, deadline=None)
@given(shapes, st.integers(20, 300))
def test_any_shape(shape: Shape, length: int) -> None:
    assert prove_shape(shape, length).seq == length


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_order_ends_once(seed: int) -> None:
    pair = prove_shape(Shape(seed, FEATURES - {"few_fills", "gate"}), 1_500)
    assert any(instrument.orders for instrument in pair.naive.instruments.values())
    close(pair)
    assert pair.real.open_order_count == 0
    assert all(list(book.open_orders()) == [] for book in pair.real.books.values())
    ends = {order.ord_status for order in pair.real.list_orders(limit=100_000)}
    assert ends <= FINAL | {OrdStatus.DONE_FOR_DAY}
    assert all(is_over(pair.naive, order_id, watched.status) for order_id, watched in pair.invariants.orders.items())


def is_over(exchange: Exchange, order_id: int, status: str) -> bool:
    return exchange.orders[order_id].is_over and exchange.orders[order_id].status == status
