"""Commands by chance, realistic and nasty, that mostly refer to something that is there.

What a stream refers to is looked up in the naive exchange, which has carried out everything before. The same shape
gives the same stream as long as the naive exchange does the same.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.property.naive.things import Exchange, Order
from tests.property.proof.asks import ask, changed_asks
from tests.property.proof.markets import ACCOUNTS, LOT_E8, SECOND_NS, TICK_E8, Shape, set_up
from tests.property.proof.moneys import Moneys
from tests.property.proof.officials import Officials
from tests.property.proof.policing import Policing
from tradsys_oms.core import commands
from tradsys_oms.core.commands import Command
from tradsys_oms.core.events import Event, Execution
from tradsys_oms.core.fields import ExecType

TRADES_KEPT = 12


class Stream(Officials, Moneys, Policing):
    """Makes one command after the other; `saw` tells it what became of the last one."""

    def __init__(self, shape: Shape, exchange: Exchange) -> None:
        super().__init__(shape, exchange)
        self.first = iter(set_up(shape, self.chance))
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
            ("reference", 2, self.reference_data),
            ("short_sales", 1, self.restrict_short_sale),
            ("money", 2, self.revalue),
            ("money", 1, self.set_position),
            ("money", 1, self.set_mark),
            ("money", 1, self.begin_risk_day),
            ("money", 1, self.set_rules),
            ("marks", 4, self.venue_quote),
            ("marks", 1, self.venue_link),
            ("gate", 2, self.set_limits),
            ("gate", 4, self.change_limits),
            ("blocks", 1, self.block),
            ("blocks", 8, self.unblock),
            ("flow", 4, self.unblock),
            ("flow", 2, self.change_limits),
            ("pace", 2, self.change_limits),
            ("warnings", 2, self.change_limits),
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
        if self.chance.random() < 0.25:
            for instrument in self.exchange.instruments.values():
                if not instrument.phase_rules.takes_orders:
                    return self.now_ns, self.wake(instrument)
        (make,) = self.chance.choices(self.makers, self.weights)
        return self.now_ns, make()

    def saw(self, seq: int, events: list[Event]) -> None:
        """Remember the trades of a command."""
        fills = [event for event in events if isinstance(event, Execution) and event.exec_type == ExecType.TRADE]
        for first, second in zip(fills[::2], fills[1::2], strict=True):
            place = (seq, first.trade_index)
            self.trades.append((*place, first.order_id, second.order_id, first.last_qty, first.last_px))
        del self.trades[:-TRADES_KEPT]

    def new_order(self) -> Command:
        chance, session, symbol = self.chance, self.session(), self.symbol()
        side = self.odd("7", self.side(), 0.003)
        kind, tif, asks, price_e8, qty_e8 = ask(self, symbol, side)
        return commands.NewOrder(
            session,
            self.number(session),
            self.clord_id(),
            chance.choice(ACCOUNTS),
            symbol,
            side,
            kind,
            tif,
            qty_e8,
            price_e8,
            chance.random() < 0.1,
            self.odd("What it asks for is not there", "", 0.003),
            self.odd("XXX", chance.choice(("", self.currency(symbol))), 0.003),
            asks,
            self.locate_reqd(),
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
        return commands.ReplaceOrder(
            session, number, clord_id, *names, kind, tif, qty_e8, price_e8, "", "", asks, self.locate_reqd()
        )

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
        if self.chance.random() < 0.4:
            times = "0134567" if "phases" in self.shape.features else "01346"
            other = self.odd(self.chance.choice(times), self.chance.choice("01"), 0.3)
            return self.odd("1", kind, 0.1), other, asks
        return kind, tif, changed_asks(self, order, asks)
