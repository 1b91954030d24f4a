"""The real core against a naive one, on any stream of commands: the same reports, the same books, nothing lost."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.core_model import QTY_MAX, REFERENCE, TICK_E8, WIDTH, Line, Model
from tradsys_oms.core.commands import (
    CancelOrder,
    Command,
    NewOrder,
    QueryOrder,
    ReplaceOrder,
    SetInstrument,
    SetMember,
    SetSession,
)
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import CancelRejected, Event, Execution, OrderRejected, StatusUnknown
from tradsys_oms.core.fields import SCALE_E8

if TYPE_CHECKING:
    from collections.abc import Sequence

SESSIONS = ("A1", "A2", "B1", "C1")
SYMBOLS = ("ACME", "HOOLI")

Draft = tuple[str, str, int, int, str, str, str, str, int, int, int]

drafts: st.SearchStrategy[Draft] = st.tuples(
    st.sampled_from(["new", "new", "new", "cancel", "replace", "replace", "query"]),
    st.sampled_from(SESSIONS),
    st.integers(0, 25),  # how far back the ClOrdID lies; 0 is a fresh one, as are most
    st.integers(0, 8),  # how far back OrigClOrdID lies
    st.sampled_from(SYMBOLS),
    st.sampled_from("12"),
    st.sampled_from("222222213"),
    st.sampled_from("000013499"),
    st.integers(-1, 30),
    st.integers(-4, 4),
    st.integers(0, 40),
)


def setup() -> list[Command]:
    """Give the reference data that the streams trade on."""
    price_e8, qty_e8 = REFERENCE * TICK_E8, QTY_MAX * SCALE_E8
    band_bps = WIDTH * 10_000 // REFERENCE
    commands: list[Command] = [
        SetInstrument(symbol, TICK_E8, SCALE_E8, price_e8, band_bps, qty_e8, 0, "USD", True) for symbol in SYMBOLS
    ]
    commands += [SetMember(member, True) for member in "ABC"]
    return commands + [SetSession(session, session[0], True) for session in SESSIONS]


def stream(rows: Iterable[Draft]) -> Iterator[Command]:
    """Turn drafts into commands that mostly refer to something."""
    numbers = dict.fromkeys(SESSIONS, 0)
    sent: list[tuple[str, str, str, str]] = []
    for count, (kind, session, back, orig_back, symbol, side, ord_type, tif, qty, away, odd) in enumerate(rows):
        numbers[session] += 1
        number = numbers[session]
        clord_id = sent[-back][1] if 0 < back <= min(3, len(sent)) else f"id{count}"
        qty_e8 = QTY_MAX * SCALE_E8 + qty if odd == 1 else qty * SCALE_E8
        price_e8 = (REFERENCE + away * (WIDTH if odd == 2 else 1)) * TICK_E8 + (odd == 3)
        price = None if odd == 4 else price_e8
        if kind == "new":
            resend = odd < 8
            yield NewOrder(session, number, clord_id, "", symbol, side, ord_type, tif, qty_e8, price, resend)
        else:
            asker, orig, symbol, side = sent[-orig_back] if 0 < orig_back <= len(sent) else ("", "", symbol, side)
            session = asker if asker and odd > 8 else session
            numbers[session] = number = max(number, numbers[session] + 1)
            order_id = str(odd) if odd % 5 == 0 else ""
            if kind == "cancel":
                yield CancelOrder(session, number, clord_id, orig, order_id, symbol, side)
            elif kind == "replace":
                tif = tif if odd > 30 else "0"
                yield ReplaceOrder(
                    session, number, clord_id, orig, order_id, symbol, side, "2" if odd else "1", tif, qty_e8, price
                )
            else:
                yield QueryOrder(session, number, orig, order_id, symbol, side, "")
                continue
        sent.append((session, clord_id, symbol, side))


def told(event: Event) -> Line:
    """Reduce an event to what the model says of it."""
    match event:
        case Execution():
            state = (event.exec_type, event.session, event.order_id, event.clord_id, event.orig_clord_id)
            amounts = (event.order_qty, event.price, event.cum_qty, event.leaves_qty, event.cum_notional)
            fill = (event.last_qty, event.last_px, event.trade_index) if event.last_qty else ()
            return (*state, event.ord_status, *amounts, event.reason, *fill)
        case OrderRejected():
            return ("refused", event.session, event.clord_id, event.reason)
        case CancelRejected():
            ids = (event.clord_id, event.orig_clord_id, event.order_id)
            return ("refused", event.session, *ids, event.ord_status, event.reason)
        case StatusUnknown():
            return ("unknown", event.session, event.clord_id)
    raise AssertionError(event)


def depth(model: Model, symbol: str) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
    """Give the model's book as the real one shows its own."""
    sides = []
    for side, sign in (("1", -1), ("2", 1)):
        resting = [order for order in model.orders if order.is_open and (order.symbol, order.side) == (symbol, side)]
        prices = sorted({order.limit or 0 for order in resting}, key=lambda price: sign * price)
        levels = [[order.leaves for order in resting if order.limit == price] for price in prices]
        sides.append([(price, sum(level), len(level)) for price, level in zip(prices, levels, strict=True)])
    return sides[0], sides[1]


def compare(rows: Sequence[Draft]) -> tuple[Engine, int]:
    """Run both on the same stream; they agree at every step. Give the engine and the last sequence."""
    engine, model = Engine(), Model()
    seq = 0
    bought = sold = 0
    for seq, command in enumerate([*setup(), *stream(rows)], 1):
        events = engine.apply(seq, seq, command)
        assert [told(event) for event in events] == model.apply(seq, command), command
        fills = [event for event in events if isinstance(event, Execution) and event.last_qty]
        bought += sum(fill.last_qty for fill in fills if fill.side == "1")
        sold += sum(fill.last_qty for fill in fills if fill.side == "2")
    assert bought == sold
    for symbol in SYMBOLS:
        assert engine.books[symbol].depth(100) == depth(model, symbol)
    for order in engine.list_orders(limit=100_000):
        assert order.cum_qty + order.leaves_qty == order.order_qty or order.ord_status == "4"
        assert (order.level is None) == (order.ord_status not in "01") == (order.leaves_qty == 0)
    assert engine.open_order_count == sum(order.is_open for order in model.orders) == len(engine.orders.open)
    return engine, seq


@settings(max_examples=60, deadline=None)
@given(st.lists(drafts, max_size=120))
def test_the_core_does_what_the_obvious_code_does(rows: list[Draft]) -> None:
    engine, seq = compare(rows)
    assert engine.last_seq == seq


def random_rows(seed: int, count: int) -> list[Draft]:
    """Draw a long stream; hypothesis itself prefers short ones."""
    chance = random.Random(seed)  # noqa: S311 - a test load, the same every time
    kinds = ["new", "new", "new", "cancel", "replace", "replace", "query"]
    return [
        (
            chance.choice(kinds),
            chance.choice(SESSIONS),
            chance.randint(0, 25),
            chance.randint(0, 8),
            chance.choice(SYMBOLS),
            chance.choice("12"),
            chance.choice("222222213"),
            chance.choice("000013499"),
            chance.randint(-1, 30),
            chance.randint(-4, 4),
            chance.randint(0, 40),
        )
        for _ in range(count)
    ]


def test_a_long_stream_and_then_every_order_ends_once() -> None:
    engine, seq = compare(random_rows(7, 3_000))
    assert engine.trade_count > 300
    assert engine.open_order_count > 10
    numbers = {name: session.last_msg_seq_num for name, session in engine.sessions.items()}
    for count, order in enumerate(list(engine.orders.open.values()), 1):
        numbers[order.session] += 1
        cancel = CancelOrder(
            order.session, numbers[order.session], f"end{count}", order.clord_id, "", order.symbol, order.side
        )
        (event,) = engine.apply(seq + count, 0, cancel)
        assert isinstance(event, Execution)
        assert (event.exec_type, event.ord_status, event.leaves_qty) == ("4", "4", 0)
    assert engine.open_order_count == 0
    assert all(engine.books[symbol].depth(1) == ([], []) for symbol in SYMBOLS)
    assert all(order.ord_status in "24" for order in engine.list_orders(limit=100_000))
