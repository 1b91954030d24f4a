"""What commands of a stream are made of: numbers, names, prices and orders that are there, by chance."""

from __future__ import annotations

from tests.property.naive.things import Exchange, Instrument, Order
from tests.property.proof.markets import LOT_E8, REFERENCE, SECOND_NS, SESSIONS, TICK_E8, Shape, chance_of


class Drawing:
    """Draws from a shape's chance and from what the naive exchange holds now."""

    def __init__(self, shape: Shape, exchange: Exchange) -> None:
        self.shape = shape
        self.exchange = exchange
        self.chance = chance_of(shape)
        self.now_ns = SECOND_NS
        self.count = 0
        self.numbers = dict.fromkeys(SESSIONS, 0)
        self.recent: list[str] = []

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

    def side(self) -> str:
        return self.chance.choice("111256555" if "short_sales" in self.shape.features else "12")

    def locate_reqd(self) -> str:
        return self.chance.choice(("", "Y", "N")) if "short_sales" in self.shape.features else ""

    def symbol(self) -> str:
        return self.odd("NONE", self.chance.choice(self.shape.symbols), 0.005)

    def currency(self, symbol: str) -> str:
        known = self.exchange.instruments.get(symbol)
        return known.data.currency if known else ""

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
