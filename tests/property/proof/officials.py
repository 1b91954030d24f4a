"""Commands that no order is about: mass requests, the market, operators and reference data, by chance."""

from __future__ import annotations

from msgspec.structs import replace

from tests.property.naive.things import Exchange, Instrument
from tests.property.proof.dates import later
from tests.property.proof.drawing import Drawing
from tests.property.proof.markets import LOT_E8, SECOND_NS, SESSIONS, Shape, instrument, member_data
from tradsys_oms.core import commands
from tradsys_oms.core.commands import Command
from tradsys_oms.core.phases.phases import Phase


class Officials(Drawing):
    """Makes them."""

    def __init__(self, shape: Shape, exchange: Exchange) -> None:
        super().__init__(shape, exchange)
        self.trades: list[tuple[int, int, int, int, int, int]] = []
        """Place, orders, quantity and price of the last trades."""

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
        return kind, symbol, underlying, self.chance.choice(self.sides()), unsupported

    def sides(self) -> tuple[str, ...]:
        return ("", "", "1", "2", "5", "6") if "short_sales" in self.shape.features else ("", "", "1", "2")

    def restrict_short_sale(self) -> Command:
        """Restrict, or lift the restriction, mostly where that is a change."""
        known = self.instrument()
        is_restricted = known.is_restricted != (self.chance.random() < 0.8)
        return commands.RestrictShortSale(self.odd("NONE", known.data.symbol, 0.05), is_restricted, "by chance")

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
            return commands.StartDay(symbol, later(instrument.trade_date, chance.randint(0 if is_wild else 1, 2)))
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

    def reference_data(self) -> Command:
        """Change a member, a session or an instrument; what is disabled is mostly enabled again soon."""
        roll = self.chance.random()
        if roll < 0.3:
            session, member = self.chance.choice(list(SESSIONS.items()))
            return commands.SetSession(session, member, self.chance.random() < 0.8)
        if roll < 0.6:
            return member_data(self.shape, self.chance, self.chance.choice(list(SESSIONS.values())), 0.8)
        before = self.instrument().data
        changed = instrument(self.shape, self.chance, before.symbol)
        underlying, matching = before.underlying, before.rules.matching
        return replace(
            changed,
            enabled=self.chance.random() < 0.8,
            underlying=underlying,
            has_phases=before.has_phases,
            rules=replace(changed.rules, matching=matching),
        )

    def wake(self, instrument: Instrument) -> Command:
        """Bring an instrument on that takes no orders: nothing much happens to it else."""
        symbol = instrument.data.symbol
        if instrument.day_is_ended:
            return commands.StartDay(symbol, later(instrument.trade_date, 1))
        if instrument.phase == Phase.CLOSED and "days" in self.shape.features and self.chance.random() < 0.4:
            return commands.EndDay(symbol)
        phase = self.chance.choice(instrument.phase_rules.next_phases[:3])
        return commands.ChangePhase(symbol, phase, "woken")
