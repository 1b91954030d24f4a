"""The price of an auction against its definition, tried price by price; and what its trades leave behind."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.book.special import Special
from tradsys_oms.core.commands import SetInstrument, SetMember
from tradsys_oms.core.events import Execution
from tradsys_oms.core.fields import SCALE_E8
from tradsys_oms.core.phases import auction
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.core.reference.members import Member
from tradsys_oms.core.reference.sessions import SessionState
from tradsys_oms.core.state import State
from tradsys_oms.core.work import Work

KINDS = {
    "plain": None,
    "iceberg": Special(display_qty=2),
    "hidden": Special(is_hidden=True),
    "min_qty": Special(min_qty=1),
    "all_or_none": Special(is_all_or_none=True),
}
ROWS = st.tuples(
    st.sampled_from("12"), st.integers(1, 9), st.integers(90, 110) | st.just(0), st.sampled_from(sorted(KINDS))
)
REFERENCES = st.integers(85, 115) | st.just(0)


def opened(rows: Iterable[tuple[str, int, int, str]]) -> tuple[State, Instrument, list[Order]]:
    """Put orders (side, quantity, price or 0 for market, kind) into a book."""
    state = State(1_000, 1_000)
    instrument = Instrument(SetInstrument("ACME", SCALE_E8, SCALE_E8, 0, 0, 1_000 * SCALE_E8, 0, "USD", True))
    state.instruments["ACME"] = instrument
    state.books["ACME"] = instrument.book
    member = Member(SetMember("A", True))
    state.members["A"] = member
    state.sessions["A1"] = session = SessionState("A1", member, True)
    lane = state.risk.lane(session, "", instrument)
    assert lane is not None
    orders = []
    for number, (side, qty, price, kind) in enumerate(rows, 1):
        order = Order(
            number, "A1", "A", member, instrument, lane, f"c{number}", "", "ACME", side, "2", "0", qty, price, qty, 0
        )
        special = KINDS[kind] if price else None
        if special is not None:
            order.special = Special(
                display_qty=min(special.display_qty, qty),
                is_hidden=special.is_hidden,
                min_qty=special.min_qty,
                is_all_or_none=special.is_all_or_none,
            )
        state.orders.accept(order)
        instrument.book.side(side).rest(order)
        orders.append(order)
    return state, instrument, orders


def definition(orders: list[Order], reference_px: int) -> tuple[int, int, int]:
    """Say the rule in the most obvious code."""
    taking_part = [order for order in orders if order.special is None or not order.special.is_conditional]
    candidates = {order.price for order in taking_part if order.price} | ({reference_px} if reference_px else set())
    found = []
    for price in sorted(candidates):
        buys = sum(order.leaves_qty for order in taking_part if order.side == "1" and may(order, price))
        sells = sum(order.leaves_qty for order in taking_part if order.side == "2" and may(order, price))
        distance = abs(price - reference_px) if reference_px else 0
        found.append((-min(buys, sells), abs(buys - sells), distance, -price, buys - sells))
    if not found or not min(found)[0]:
        return 0, 0, 0
    qty, _, _, price, imbalance = min(found)
    return -price, -qty, imbalance


def may(order: Order, price: int) -> bool:
    """Tell whether an order trades at a price."""
    if not order.price:
        return True
    return order.price >= price if order.side == "1" else order.price <= price


@settings(max_examples=500, deadline=None)
@given(st.lists(ROWS, max_size=14), REFERENCES)
def test_the_price_is_the_one_of_the_definition(rows: list[tuple[str, int, int, str]], reference_px: int) -> None:
    _, instrument, orders = opened(rows)
    assert auction.indication(instrument.book, reference_px) == definition(orders, reference_px)


@settings(max_examples=300, deadline=None)
@given(st.lists(ROWS, max_size=14), REFERENCES)
def test_what_is_traded_is_what_was_announced_and_nothing_is_left_to_trade(
    rows: list[tuple[str, int, int, str]], reference_px: int
) -> None:
    state, instrument, orders = opened(rows)
    price, qty, imbalance = auction.indication(instrument.book, reference_px)
    work = Work(state, 1, 1)
    if price:
        instrument.uncross_px = price
        assert auction.uncross(work, instrument)
    fills = [event for event in work.events if isinstance(event, Execution)]
    assert sum(fill.last_qty for fill in fills if fill.side == "1") == qty
    assert sum(fill.last_qty for fill in fills if fill.side == "2") == qty
    assert {fill.last_px for fill in fills} <= {price}
    assert all(order.order_qty == order.cum_qty + order.leaves_qty for order in orders)
    assert all(may(order, price) for order in orders if order.cum_qty)
    for side in (instrument.book.bids, instrument.book.asks):
        for level in side:
            assert level.qty == sum(order.leaves_qty for order in level)
            assert level.order_count == len(list(level))
    left = [order for order in orders if order.leaves_qty]
    assert {order.order_id for order in instrument.book} == {order.order_id for order in left}
    assert definition(left, reference_px)[1] == 0
    assert imbalance == sum(
        (order.leaves_qty if order.side == "1" else -order.leaves_qty)
        for order in left
        if price and may(order, price) and (order.special is None or not order.special.is_conditional)
    )
