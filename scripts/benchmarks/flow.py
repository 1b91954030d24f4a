"""A flow of commands as an exchange sees it, made once and the same for every run.

Books are built up first. After that half of the commands are cancels and replaces of open orders, a tenth are orders
that cross the spread, and the rest are new passive orders, so that the number of open orders stays about the same.
Where instruments and orders are drawn evenly, every one is as likely as another, which is the worst case for the
processor's caches. A lively flow is like a market's: the n-th instrument trades 1/n as often as the first (Zipf), and
four of five cancels and replaces are about one of the last orders. The flow is made with an engine of its own at hand:
it must know which orders are still open.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from tradsys_oms.core.commands import CancelOrder, Command, NewOrder, ReplaceOrder, SetInstrument, SetMember, SetSession
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import Execution
from tradsys_oms.core.fields import SCALE_E8, OrdType, Side, TimeInForce

TICK_E8 = SCALE_E8 // 100
REFERENCE_TICKS = 10_000
DEPTH_TICKS = 100
"""Passive orders lie 1 to this many ticks from the reference price."""
RECENT_ORDERS = 2_000
RECENT_SHARE = 0.8
START_NS = 1_700_000_000_000_000_000
STEP_NS = 1_000


@dataclass
class Resting:
    """What a broker remembers of an order in the book."""

    session: str
    clord_id: str
    symbol: str
    side: str
    quantity: int
    price_ticks: int


class Flow:
    """Make commands; `commands` grows, `open_orders` follows the engine."""

    def __init__(
        self, instruments: int = 1_000, sessions: int = 20, open_orders: int = 100_000, *, is_lively: bool = False
    ) -> None:
        self._is_lively = is_lively
        self.commands: list[Command] = []
        self._engine = Engine()
        self._random = random.Random(20_240_229)  # noqa: S311 - a test load, the same every time
        self._symbols = [f"SYM{number:04d}" for number in range(instruments)]
        shares = [1 / (rank + 1) if is_lively else 1 for rank in range(instruments)]
        self._shares = list(accumulate(shares))
        self._sessions = [f"LOAD{number}" for number in range(sessions)]
        self._msg_seq_nums = dict.fromkeys(self._sessions, 0)
        self._open: dict[int, Resting] = {}
        self._open_ids: list[int] = []
        self._reference_data()
        while len(self._open) < open_orders:
            self._passive()
        self.setup_count = len(self.commands)

    def trade(self, count: int) -> None:
        """Append `count` commands of the mix."""
        for _ in range(count):
            draw = self._random.random()
            if draw < 0.35:
                self._cancel()
            elif draw < 0.5:
                self._replace()
            elif draw < 0.6:
                self._crossing()
            else:
                self._passive()

    def _reference_data(self) -> None:
        for symbol in self._symbols:
            price_e8 = REFERENCE_TICKS * TICK_E8
            self._apply(
                SetInstrument(symbol, TICK_E8, SCALE_E8, price_e8, 2_000, 1_000_000 * SCALE_E8, 0, "USD", enabled=True)
            )
        for session in self._sessions:
            self._apply(SetMember(session, enabled=True))
            self._apply(SetSession(session, session, enabled=True))

    def _passive(self) -> None:
        side = self._random.choice((Side.BUY, Side.SELL))
        symbol = self._random.choices(self._symbols, cum_weights=self._shares)[0]
        self._new_order(symbol, side, self._quantity(), self._passive_price(side))

    def _crossing(self) -> None:
        """Take the other side of the book of an order that rests there, up to its price."""
        resting = self._open[self._pick()]
        side = Side.SELL if resting.side == Side.BUY else Side.BUY
        best = self._best_price(resting.symbol, resting.side, resting.price_ticks)
        self._new_order(resting.symbol, side, self._quantity(), best)

    def _best_price(self, symbol: str, side: str, fallback_ticks: int) -> int:
        levels = self._engine.books[symbol].depth(1)
        chosen = levels[0] if side == Side.BUY else levels[1]
        return chosen[0][0] if chosen else fallback_ticks

    def _cancel(self) -> None:
        order = self._open[self._pick()]
        self._apply(
            CancelOrder(
                order.session, self._msg_seq_num(order), self._clord_id(), order.clord_id, "", order.symbol, order.side
            )
        )

    def _replace(self) -> None:
        order = self._open[self._pick()]
        price_ticks = self._random.choice((order.price_ticks, self._passive_price(order.side)))
        self._apply(
            ReplaceOrder(
                order.session,
                self._msg_seq_num(order),
                self._clord_id(),
                order.clord_id,
                "",
                order.symbol,
                order.side,
                OrdType.LIMIT,
                TimeInForce.DAY,
                max(order.quantity + self._random.randint(-50, 50), 1) * SCALE_E8,
                price_ticks * TICK_E8,
            )
        )

    def _new_order(self, symbol: str, side: str, quantity: int, price_ticks: int) -> None:
        session = self._random.choice(self._sessions)
        self._msg_seq_nums[session] += 1
        self._apply(
            NewOrder(
                session,
                self._msg_seq_nums[session],
                self._clord_id(),
                "ACCOUNT1",
                symbol,
                side,
                OrdType.LIMIT,
                TimeInForce.DAY,
                quantity * SCALE_E8,
                price_ticks * TICK_E8,
            )
        )

    def _apply(self, command: Command) -> None:
        self.commands.append(command)
        seq = len(self.commands)
        for event in self._engine.apply(seq, START_NS + seq * STEP_NS, command):
            if isinstance(event, Execution):
                self._follow(event)

    def _follow(self, event: Execution) -> None:
        if event.leaves_qty == 0:
            self._open.pop(event.order_id, None)
            return
        if event.order_id not in self._open:
            self._open_ids.append(event.order_id)
        assert event.price is not None  # noqa: S101 - for the type checker: this flow has limit orders only
        # A fill names the order as it stands; the session that entered it goes on asking for it.
        self._open[event.order_id] = Resting(
            event.session, event.clord_id, event.symbol, event.side, event.order_qty, event.price
        )

    def _pick(self) -> int:
        """Choose an open order; ids of finished ones are dropped when they are met."""
        while True:
            count = len(self._open_ids)
            is_recent = self._is_lively and self._random.random() < RECENT_SHARE
            place = self._random.randrange(max(count - RECENT_ORDERS, 0) if is_recent else 0, count)
            order_id = self._open_ids[place]
            if order_id in self._open:
                return order_id
            self._open_ids[place] = self._open_ids[-1]
            self._open_ids.pop()

    def _msg_seq_num(self, order: Resting) -> int:
        self._msg_seq_nums[order.session] += 1
        return self._msg_seq_nums[order.session]

    def _clord_id(self) -> str:
        return f"C{len(self.commands)}"

    def _quantity(self) -> int:
        return self._random.randint(1, 10) * 100

    def _passive_price(self, side: str) -> int:
        distance = self._random.randint(1, DEPTH_TICKS)
        return REFERENCE_TICKS - distance if side == Side.BUY else REFERENCE_TICKS + distance


def numbered(commands: Iterable[Command], first_seq: int) -> Iterator[tuple[int, int, Command]]:
    """Give each command its journal sequence and time."""
    for seq, command in enumerate(commands, first_seq):
        yield seq, START_NS + seq * STEP_NS, command
