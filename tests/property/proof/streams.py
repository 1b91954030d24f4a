"""Commands by chance, realistic and nasty, that mostly refer to something that is there.

What a stream refers to is looked up in the naive exchange, which has carried out everything before. The same shape
gives the same stream as long as the naive exchange does the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.property.naive.things import Exchange, Instrument, Order
from tests.property.proof.asks import ask
from tests.property.proof.markets import LOT_E8, REFERENCE, SECOND_NS, SESSIONS, TICK_E8, Shape, chance_of, set_up
from tradsys_oms.core import commands
from tradsys_oms.core.commands import Command
from tradsys_oms.core.events import Event, Execution
from tradsys_oms.core.fields import ExecType
from tradsys_oms.core.phases.phases import Phase

TRADES_KEPT = 12


class Stream:
    """Makes one command after the other; `saw` tells it what became of the last one."""

    def __init__(self, shape: Shape, exchange: Exchange) -> None:
        self.shape = shape
        self.exchange = exchange
        self.chance = chance_of(shape)
        self.first = iter(set_up(shape, self.chance))
        self.now_ns = SECOND_NS
        self.count = 0
        self.numbers = dict.fromkeys(SESSIONS, 0)
        self.recent: list[str] = []
        self.trades: list[tuple[int, int, int, int, int, int]] = []
        """Place, orders, quantity and price of the last trades."""
        self.makers, self.weights = self._table()

    def _table(self) -> tuple[list[Callable[[], Command]], list[int]]:
        features = self.shape.features
        table: list[tuple[str, int, Callable[[], Command]]] = [
            ("", 60, self.new_order),
            ("", 14, self.cancel),
            ("replace", 18, self.replace),
            ("query", 3, self.query),
            ("mass", 1, self.mass_cancel),
            ("mass", 1, self.mass_status),
            ("phases", 4, self.change_phase),
            ("days", 2, self.roll_day),
            ("good_till", 2, lambda: commands.TimePassed()),
            ("desk", 1, self.cancel_one),
            ("desk", 2, self.restate_one),
            ("desk", 1, self.cancel_orders),
            ("amend", 3, self.amend_trade),
            ("status", 2, self.query_market),
        ]
        chosen = [(weight, make) for feature, weight, make in table if not feature or feature in features]
        return [make for _, make in chosen], [weight for weight, _ in chosen]

    def next(self) -> tuple[int, Command]:
        """Give the time and the command that come next."""
        self.count += 1
        for command in self.first:
            return self.now_ns, command
        self.now_ns += self.chance.choice((0, 1_000, SECOND_NS // 10, SECOND_NS // 2))
        if self.exchange.unfinished and self.chance.random() < 0.7:
            return self.now_ns, commands.GoOn()
        if self.chance.random() < 0.1:
            for instrument in self.exchange.instruments.values():
                if not instrument.phase_rules.takes_orders:
                    return self.now_ns, self.wake(instrument)
        (make,) = self.chance.choices(self.makers, self.weights)
        return self.now_ns, make()

    def wake(self, instrument: Instrument) -> Command:
        """Bring an instrument on that takes no orders: nothing much happens to it else."""
        symbol = instrument.data.symbol
        if instrument.day_is_ended:
            return commands.StartDay(symbol, max(instrument.trade_date, 20_260_100) + 1)
        phase = self.chance.choice(instrument.phase_rules.next_phases[:3])
        return commands.ChangePhase(symbol, phase, "woken")

    def saw(self, seq: int, events: list[Event]) -> None:
        """Remember the trades of a command."""
        fills = [event for event in events if isinstance(event, Execution) and event.exec_type == ExecType.TRADE]
        for first, second in zip(fills[::2], fills[1::2], strict=True):
            place = (seq, first.trade_index)
            self.trades.append((*place, first.order_id, second.order_id, first.last_qty, first.last_px))
        del self.trades[:-TRADES_KEPT]

    # what commands are made of

    def number(self, session: str) -> int:
        self.numbers[session] += 1
        return self.numbers[session]

    def session(self, order: Order | None = None) -> str:
        """Give a session; for an order mostly its own, or another one of its member."""
        if order is None:
            return self.chance.choice(list(SESSIONS))
        roll = self.chance.random()
        if roll < 0.05:
            return self.chance.choice([name for name, member in SESSIONS.items() if member != order.member])
        if roll < 0.3 and "own_cancel" in self.shape.features:
            return self.chance.choice([name for name, member in SESSIONS.items() if member == order.member])
        return order.session

    def clord_id(self) -> str:
        if self.recent and self.chance.random() < 0.03:
            return self.chance.choice(self.recent[-20:])
        self.recent.append(f"id{self.count}")
        del self.recent[:-40]
        return self.recent[-1]

    def symbol(self) -> str:
        return self.odd("NONE", self.chance.choice(self.shape.symbols), 0.005)

    def odd(self, strange: str, ordinary: str, share: float) -> str:
        is_odd = "invalid" in self.shape.features and self.chance.random() < share
        return strange if is_odd else ordinary

    def instrument(self) -> Instrument:
        return self.exchange.instruments[self.chance.choice(self.shape.symbols)]

    def middle(self, symbol: str) -> int:
        """Give the price around which orders come: that of the last trade, drawn to the reference."""
        known = self.exchange.instruments.get(symbol)
        return (known.last_px + REFERENCE) // 2 if known and known.last_px else REFERENCE

    def price_e8(self, symbol: str, side: str) -> int:
        width = self.shape.width
        away = self.chance.randint(-width, width) + (-1 if side == "1" else 1)
        price = (self.middle(symbol) + away) * TICK_E8
        if "invalid" in self.shape.features and self.chance.random() < 0.02:
            return self.chance.choice((price + 1, 0, -TICK_E8, 90 * TICK_E8, 500 * TICK_E8))
        return price

    def qty_e8(self) -> int:
        if "invalid" in self.shape.features and self.chance.random() < 0.02:
            return self.chance.choice((0, -LOT_E8, LOT_E8 + 1, 1_001 * LOT_E8, 20 * LOT_E8))
        return self.chance.randint(1, self.shape.qty_max) * LOT_E8

    def open_order(self) -> Order | None:
        """Give an open order, the late ones more often; sometimes one that is over."""
        orders = self.instrument().orders
        if orders and self.chance.random() < 0.95:
            return self.chance.choice(orders[-20:] if self.chance.random() < 0.5 else orders)
        known = list(self.exchange.orders.values())[-40:]
        return self.chance.choice(known) if known else None

    # the commands

    def new_order(self) -> Command:
        chance, session, symbol = self.chance, self.session(), self.symbol()
        side = self.odd("5", chance.choice("12"), 0.003)
        kind, tif, asks, price_e8, qty_e8 = ask(self, symbol, side)
        return commands.NewOrder(
            session,
            self.number(session),
            self.clord_id(),
            chance.choice(("", "ACC")),
            symbol,
            side,
            kind,
            tif,
            qty_e8,
            price_e8,
            chance.random() < 0.1,
            self.odd("What it asks for is not there", "", 0.003),
            self.odd("EUR", chance.choice(("", "USD")), 0.003),
            asks,
        )

    def reference(self, order: Order | None) -> tuple[str, str, str, str]:
        """Name an order: OrigClOrdID, OrderID, Symbol, Side; sometimes wrongly."""
        if order is None:
            return "nobody", self.odd("7", "", 0.3), self.shape.symbols[0], "1"
        roll = self.chance.random()
        orig, order_id = order.clord_id, self.chance.choice(("", "", str(order.order_id)))
        if roll < 0.03:
            orig, order_id = "", str(order.order_id)
        elif roll < 0.06 and self.recent and "own_cancel" in self.shape.features:
            orig = self.chance.choice(self.recent)
        elif roll < 0.07:
            order_id = "1"
        symbol = self.odd(self.chance.choice(self.shape.symbols), order.symbol, 0.02)
        return orig, order_id, symbol, self.odd("2", order.side, 0.02)

    def cancel(self) -> Command:
        order = self.open_order()
        session = self.session(order)
        return commands.CancelOrder(session, self.number(session), self.clord_id(), *self.reference(order))

    def query(self) -> Command:
        order = self.open_order()
        session = self.session(order)
        return commands.QueryOrder(session, self.number(session), *self.reference(order), self.chance.choice(("", "q")))

    def replace(self) -> Command:
        order = self.open_order()
        if order is None:
            return self.cancel()
        session = self.session(order)
        names = self.reference(order)
        kind, tif, asks, price_e8, qty_e8 = self.changed(order)
        number, clord_id = self.number(session), self.clord_id()
        return commands.ReplaceOrder(session, number, clord_id, *names, kind, tif, qty_e8, price_e8, "", "", asks)

    def changed(self, order: Order) -> tuple[str, str, commands.Instructions | None, int | None, int]:
        """Ask for an order as it is, but for one or two things."""
        chance = self.chance
        kind, tif, asks, price_e8 = order.ord_type, order.time_in_force, order.asks, None
        if order.limit is not None:
            price_e8 = order.limit * TICK_E8
        qty_e8 = order.qty * LOT_E8
        for _ in range(chance.choice((1, 1, 2))):
            roll = chance.random()
            if roll < 0.35:
                qty_e8 = max(order.qty + chance.choice((-3, -2, -1, 1, 3)), 1) * LOT_E8
                qty_e8 = max(qty_e8, (order.cum + 1) * LOT_E8) if "stop_short" not in self.shape.features else qty_e8
            elif roll < 0.7:
                price_e8 = self.price_e8(order.symbol, order.side) if price_e8 is not None else None
            else:
                kind, tif, asks = self.changed_terms(order, kind, tif, asks)
        return kind, tif, None if asks == commands.PLAIN else asks, price_e8, qty_e8

    def changed_terms(
        self, order: Order, kind: str, tif: str, asks: commands.Instructions
    ) -> tuple[str, str, commands.Instructions]:
        from tests.property.proof.asks import changed_asks

        if self.chance.random() < 0.4:
            times = "0134567" if "phases" in self.shape.features else "01346"
            other = self.odd(self.chance.choice(times), self.chance.choice("01"), 0.3)
            return self.odd("1", kind, 0.1), other, asks
        return kind, tif, changed_asks(self, order, asks)

    def mass_cancel(self) -> Command:
        session = self.session()
        return commands.MassCancelOrders(session, self.number(session), self.clord_id(), *self.mass())

    def mass_status(self) -> Command:
        session = self.session()
        return commands.QueryOrders(session, self.number(session), f"mass{self.count}", *self.mass())

    def mass(self) -> tuple[str, str, str, str, str]:
        kind = self.odd("9", self.chance.choice("127"), 0.05)
        symbol = self.symbol() if kind == "1" else ""
        underlying = self.odd("LEAD", "GOLD", 0.1) if kind == "2" else ""
        unsupported = self.odd("What it asks for is not there", "", 0.05)
        return kind, symbol, underlying, self.chance.choice(("", "", "1", "2")), unsupported

    def change_phase(self) -> Command:
        instrument = self.instrument()
        phase = self.chance.choice(instrument.phase_rules.next_phases)
        if self.chance.random() < 0.05:
            phase = self.chance.choice(("lunch", Phase.CONTINUOUS, Phase.PRE_OPEN))
        if instrument.phase == Phase.CONTINUOUS and self.chance.random() < 0.6:
            phase = Phase.VOLATILITY_AUCTION
        elif Phase.CONTINUOUS in instrument.phase_rules.next_phases and self.chance.random() < 0.5:
            phase = Phase.CONTINUOUS
        until_ns = self.now_ns + self.chance.randint(0, 3) * SECOND_NS if self.chance.random() < 0.3 else 0
        return commands.ChangePhase(instrument.data.symbol, phase, "by chance", until_ns)

    def roll_day(self) -> Command:
        """End or start a day where that may be; else close."""
        instrument = self.instrument()
        symbol, chance = instrument.data.symbol, self.chance
        is_wild = chance.random() < 0.1
        if instrument.phase != Phase.CLOSED and not is_wild:
            return commands.ChangePhase(symbol, Phase.CLOSED, "the day is over")
        if instrument.day_is_ended != is_wild:
            return commands.StartDay(
                symbol, max(instrument.trade_date, 20_260_100) + chance.randint(0 if is_wild else 1, 2)
            )
        return commands.EndDay(symbol)

    def cancel_one(self) -> Command:
        order = self.open_order()
        order_id = order.order_id if order else 1
        return commands.CancelOne(order_id, "by hand", self.chance.random() < 0.4)

    def restate_one(self) -> Command:
        order = self.open_order()
        if order is None:
            return commands.RestateOne(1, LOT_E8, None, 2, "by hand")
        qty = max(order.qty - self.chance.randint(0, 3), 1)
        has_price = self.chance.random() < 0.5 and (order.ord_type in "24" or "restate_any" in self.shape.features)
        price_e8 = self.price_e8(order.symbol, order.side) if has_price else None
        return commands.RestateOne(order.order_id, qty * LOT_E8, price_e8, self.chance.choice((2, 3, 5)), "by hand")

    def cancel_orders(self) -> Command:
        return commands.CancelOrders(self.session(), self.chance.random() < 0.5, "gone")

    def amend_trade(self) -> Command:
        if not self.trades:
            return commands.AmendTrade(1, 0, 1, 2, 1, 1, 0, 0, False, "by hand")
        seq, index, first, second, qty, px = self.chance.choice(self.trades)
        is_bust = self.chance.random() < 0.4
        new_qty = 0 if is_bust else self.chance.randint(max(qty - 3, 0), qty + 1)
        new_px = 0 if is_bust else px + self.chance.randint(-1, 1)
        reinstate = self.chance.random() < 0.5
        return commands.AmendTrade(seq, index, first, second, qty, px, new_qty, new_px, reinstate, "by hand")

    def query_market(self) -> Command:
        if self.chance.random() < 0.1:
            return commands.SessionOffline(self.session(), 0, "by chance")
        if self.chance.random() < 0.5:
            return commands.PublishIndication(self.symbol())
        session = self.session()
        request_id = f"status{self.count}"
        return commands.QueryMarket(
            session, self.number(session), request_id, self.symbol(), self.chance.choice("0112")
        )


def stream(shape: Shape, exchange: Exchange, length: int) -> Iterator[tuple[int, Command]]:
    """Give commands of a shape; `exchange` must carry out each one before the next is asked for."""
    source = Stream(shape, exchange)
    for _ in range(length):
        yield source.next()
        source.saw(exchange.seq, exchange.events)
