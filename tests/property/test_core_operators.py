"""Members' and operators' requests in any order: the books stay whole, and both sides of each trade stay equal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradsys_oms.core import work
from tradsys_oms.core.book.book import BookSide
from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.commands import (
    AmendTrade,
    CancelOne,
    CancelOrder,
    CancelOrders,
    ChangePhase,
    Command,
    EndDay,
    GoOn,
    Instructions,
    MassCancelOrders,
    NewOrder,
    QueryOrders,
    ReplaceOrder,
    RestateOne,
    SetInstrument,
    SetMember,
    SetSession,
    StartDay,
)
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import Event, Execution, Refused
from tradsys_oms.core.fields import SCALE_E8
from tradsys_oms.core.lifecycle import FINAL
from tradsys_oms.core.phases.phases import PHASES
from tradsys_oms.core.reference.instruments import Instrument

TICK_E8 = SCALE_E8 // 100
SESSIONS = ("A1", "A2", "B1", "C1")
SYMBOLS = ("ACME", "HOOLI")
JUDGED = (CancelOne, RestateOne, AmendTrade)
SPECIAL: tuple[dict[str, Any], ...] = (
    {"display_qty_e8": 2 * SCALE_E8},
    {"display_qty_e8": 0},
    {"exec_inst": "G"},
    {"min_qty_e8": 3 * SCALE_E8},
    {"exec_inst": "6"},
)


class Floor:
    """An exchange that random people work on."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.engine = Engine()
        self.log: list[Command] = []
        self.trades: list[AmendTrade] = []
        self.dates = 20_260_101
        for symbol in SYMBOLS:
            self.apply(SetInstrument(symbol, TICK_E8, SCALE_E8, 100 * SCALE_E8, 2_000, 10**15, 0, "USD", True, "INDEX"))
        for member, policy in (("A", ""), ("B", "decrement"), ("C", "cancel_oldest")):
            self.apply(SetMember(member, True, "", policy))
        for session in SESSIONS:
            self.apply(SetSession(session, session[0], True))

    def apply(self, command: Command) -> None:
        """Apply a command; what the preview says of an operator's is what happens."""
        fault = self.engine.fault_of(command)
        self.log.append(command)
        events = self.engine.apply(len(self.log), len(self.log), command)
        if isinstance(command, JUDGED):
            assert (events == [Refused(fault)]) if fault else not any(isinstance(event, Refused) for event in events)
        self._note_trades(events)

    def _note_trades(self, events: list[Event]) -> None:
        fills = [event for event in events if isinstance(event, Execution) and event.trade_index >= 0]
        for one, other in zip(fills[::2], fills[1::2], strict=True):
            seq, index, qty, px = len(self.log), one.trade_index, one.last_qty, one.last_px
            self.trades.append(AmendTrade(seq, index, one.order_id, other.order_id, qty, px, 0, 0, False, "error"))

    def step(self) -> None:
        """Let somebody do something."""
        kinds: tuple[tuple[Callable[[], Command | None], int], ...] = (
            (self.new, 12),
            (self.cancel, 2),
            (self.replace, 3),
            (self.mass, 1),
            (self.restate, 2),
            (self.cancel_one, 1),
            (self.amend, 6),
            (self.phase, 1),
            (GoOn, 2),
        )
        make = self.random.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]
        command = make()
        if command is not None:
            self.apply(command)

    def order(self) -> Order | None:
        """Take an order, an open one more often than not."""
        orders = self.engine.list_orders(open_only=self.random.random() < 0.8)
        return self.random.choice(orders) if orders else None

    def clord_id(self) -> str:
        """Give a ClOrdID that is new."""
        return str(len(self.log))

    def price_e8(self) -> int:
        """Give a price in the middle of the market."""
        return self.random.randint(9_996, 10_004) * TICK_E8

    def qty_e8(self) -> int:
        """Give a small quantity."""
        return self.random.randint(1, 12) * SCALE_E8

    def new(self) -> Command:
        """Make an order of some kind."""
        random, tif = self.random, self.random.choice("0001134")
        ord_type, price_e8, asked = "2", self.price_e8(), None
        if tif in "01" and random.random() < 0.4:
            asked = Instructions(**random.choice(SPECIAL))
        elif tif in "01" and random.random() < 0.1:
            ord_type, asked = "P", Instructions(peg_price_type=random.choice("245"))
        elif tif in "01" and random.random() < 0.1:
            ord_type, asked = "4", Instructions(stop_px_e8=self.price_e8())
        return NewOrder(
            random.choice(SESSIONS),
            0,
            self.clord_id(),
            "",
            random.choice(SYMBOLS),
            random.choice("12"),
            ord_type,
            tif,
            self.qty_e8(),
            price_e8,
            instructions=asked,
        )

    def cancel(self) -> Command | None:
        """Cancel an order, over any session of its member."""
        order = self.order()
        if order is None:
            return None
        session = self.random.choice([session for session in SESSIONS if session[0] == order.member])
        return CancelOrder(session, 0, self.clord_id(), order.clord_id, "", order.symbol, order.side)

    def replace(self) -> Command | None:
        """Replace an order by one of the same kind."""
        order = self.order()
        if order is None:
            return None
        return ReplaceOrder(
            order.session,
            0,
            self.clord_id(),
            order.clord_id,
            "",
            order.symbol,
            order.side,
            order.ord_type,
            order.time_in_force,
            self.qty_e8(),
            self.price_e8(),
            instructions=order.special.instructions if order.special is not None else None,
        )

    def mass(self) -> Command:
        """Cancel or ask for many orders."""
        session, kind, side = (
            self.random.choice(SESSIONS),
            self.random.choice("127"),
            self.random.choice(["", "1", "2"]),
        )
        match self.random.randrange(3):
            case 0:
                return MassCancelOrders(session, 0, self.clord_id(), kind, "ACME", "INDEX", side)
            case 1:
                return QueryOrders(session, 0, "Q", kind, "ACME", "INDEX", side)
            case _:
                return CancelOrders(session, self.random.random() < 0.5, "gone")

    def restate(self) -> Command | None:
        """Restate an order, by a smaller quantity or another price."""
        order = self.order()
        if order is None:
            return None
        price_e8 = self.price_e8() if self.random.random() < 0.5 else None
        qty = max(order.order_qty - self.random.randint(0, 3), 1)
        return RestateOne(order.order_id, qty * SCALE_E8, price_e8, 2, "by phone")

    def cancel_one(self) -> Command | None:
        """Cancel an order or end its day."""
        order = self.order()
        return None if order is None else CancelOne(order.order_id, "by phone", self.random.random() < 0.5)

    def amend(self) -> Command | None:
        """Bust or correct a trade, also one that was amended before."""
        if not self.trades:
            return None
        trade = self.random.choice(self.trades)
        qty = self.random.choice([0, trade.traded_qty, trade.traded_qty + 1, max(trade.traded_qty - 2, 0)])
        return AmendTrade(
            trade.trade_seq,
            trade.trade_index,
            trade.first_order_id,
            trade.second_order_id,
            trade.traded_qty,
            trade.traded_px,
            qty,
            trade.traded_px + self.random.randint(-1, 1),
            self.random.random() < 0.7,
            "error",
        )

    def phase(self) -> Command:
        """Change the phase of an instrument, or its day."""
        symbol = self.random.choice(SYMBOLS)
        self.dates += 1
        match self.random.randrange(4):
            case 0:
                return EndDay(symbol)
            case 1:
                return StartDay(symbol, self.dates)
            case _:
                phase = self.engine.instruments[symbol].phase
                return ChangePhase(symbol, self.random.choice(PHASES[phase].next_phases), "")


def check_orders(engine: Engine) -> None:
    """Each order adds up, and the open ones are those that stand somewhere."""
    orders = engine.list_orders(limit=10**9)
    bought: Counter[str] = Counter()
    for order in orders:
        is_open = order.level is not None
        assert is_open == (order.leaves_qty > 0), order
        assert order.leaves_qty in (0, order.order_qty - order.cum_qty), order
        assert not (is_open and order.ord_status in FINAL), order
        sign = 1 if order.side == "1" else -1
        bought[order.symbol] += sign * order.cum_qty
        bought[f"{order.symbol} notional"] += sign * order.cum_notional
    assert not any(bought.values()), bought
    assert engine.open_order_count == sum(order.level is not None for order in orders)
    for session in SESSIONS:
        mine = [order for order in orders if order.session == session and order.level is not None]
        assert engine.open_orders_of(session) == len(mine)


def check_book(instrument: Instrument) -> None:
    """Each queue knows what stands in it."""
    book = instrument.book
    odd = len(book.stops.orders) + len(book.waiting.orders)
    for side in (book.bids, book.asks):
        check_side(side)
        odd += sum(order.special is not None and order.special.is_odd for level in side for order in level)
        odd += sum(1 for level in side if level.dark is not None for order in level.dark)
    assert instrument.care == odd + (instrument.phase != "continuous")


def check_side(side: BookSide) -> None:
    """Quantities and numbers of the queues of one side, and what icebergs show."""
    for level in side:
        for queue in (level, level.dark) if level.dark is not None else (level,):
            orders = list(queue)
            assert (queue.qty, queue.order_count) == (sum(order.leaves_qty for order in orders), len(orders))
            for order in orders:
                special = order.special
                assert order.level is queue
                if special is not None and special.display_qty:
                    assert 0 < special.shown_qty <= min(special.display_qty, order.leaves_qty)


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**32))
def test_the_exchange_stays_whole(seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(work, "ORDERS_MAX", 3)
        floor = Floor(Random(seed))  # noqa: S311 - no secret depends on it
        for _ in range(250):
            floor.step()
            check_orders(floor.engine)
            for instrument in floor.engine.instruments.values():
                check_book(instrument)
        again = Engine()
        for seq, command in enumerate(floor.log, 1):
            again.apply(seq, seq, command)
        assert again.state_hash() == floor.engine.state_hash()
