"""The lane of an order: the scopes that it passes through, from its member to what its account holds.

All orders of a session with the same account and instrument share one. It is the only place that changes what they
have used: when an order opens, changes, fills and ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradsys_oms.core.fields import Side
from tradsys_oms.core.limits.holding import AVERAGE_SCALE
from tradsys_oms.core.limits.usage import STALE

if TYPE_CHECKING:
    from tradsys_oms.core.book.orders import Order
    from tradsys_oms.core.limits.account import Account
    from tradsys_oms.core.limits.bounds import Bounds
    from tradsys_oms.core.limits.holding import Holding
    from tradsys_oms.core.limits.usage import Usage
    from tradsys_oms.core.reference.instruments import Instrument

BUY: Final = Side.BUY
AVERAGE_ORDERS: Final = 16
"""The average size moves by this part of the difference with each order."""


class Lane:
    """Session, account and instrument, and whose usage they count in."""

    __slots__ = ("account", "bounds", "holding", "instrument", "member", "session", "version")

    def __init__(self, member: Usage, session: Usage, account: Account, holding: Holding) -> None:
        self.member = member
        self.session = session
        self.account = account
        self.holding = holding
        self.instrument: Instrument = holding.instrument
        self.version = -1
        """Of the limits from which `bounds` were worked out."""
        self.bounds: Bounds | None = None
        """What its orders are compared with, None where nothing stands against them."""

    def entered(self, order: Order, reserve_px: int, limit: int, time_ns: int) -> None:
        """Count a new order that is accepted and open.

        `reserve_px` is the price at which it counts, `limit` its price as it was asked for, 0 for none.
        """
        member, session, account, holding = self.member, self.session, self.account, self.holding
        qty = order.order_qty
        if holding.entered:
            holding.average_size += (qty * AVERAGE_SCALE - holding.average_size) // AVERAGE_ORDERS
        else:
            holding.average_size = qty * AVERAGE_SCALE
        member.entered += 1
        session.entered += 1
        account.entered += 1
        holding.entered += 1
        money = qty * reserve_px * self.instrument.money_numerator
        if self.instrument.money_denominator != 1:
            money //= self.instrument.money_denominator
        if order.side == BUY:
            holding.buy_qty += qty
            holding.open_buy += money
            account.open_buy += money
            session.open_buy += money
            member.open_buy += money
        else:
            holding.sell_qty += qty
            holding.open_sell += money
            account.open_sell += money
            session.open_sell += money
            member.open_sell += money
        order.reserved_qty = qty
        order.reserved_px = reserve_px
        bounds = self.bounds
        if bounds is not None:
            if bounds.duplicate_window_ns:
                holding.remember(order.side, limit, qty, time_ns)
            bounds.took(time_ns, money)

    def reopened(self, order: Order, reserve_px: int) -> None:
        """Count an order that had ended as open again."""
        for usage in (self.member, self.session, self.account, self.holding):
            usage.ended -= 1
            usage.ceiling = STALE
        self.reserve(order, order.leaves_qty, reserve_px)

    def ended(self, order: Order) -> None:
        """Give back what an order still had reserved."""
        member, session, account, holding = self.member, self.session, self.account, self.holding
        member.ended += 1
        session.ended += 1
        account.ended += 1
        holding.ended += 1
        qty = order.reserved_qty
        if not qty:
            return
        money = qty * order.reserved_px * self.instrument.money_numerator
        if self.instrument.money_denominator != 1:
            money //= self.instrument.money_denominator
        if order.side == BUY:
            holding.buy_qty -= qty
            holding.open_buy -= money
            account.open_buy -= money
            session.open_buy -= money
            member.open_buy -= money
        else:
            holding.sell_qty -= qty
            holding.open_sell -= money
            account.open_sell -= money
            session.open_sell -= money
            member.open_sell -= money
        order.reserved_qty = order.reserved_px = 0

    def reserve(self, order: Order, qty: int, reserve_px: int) -> None:
        """Count `qty` at `reserve_px` as what an order has open, in place of what it had."""
        instrument, holding, before_qty = self.instrument, self.holding, order.reserved_qty
        before, after = before_qty * order.reserved_px, qty * reserve_px
        if instrument.money_denominator == 1:
            more = (after - before) * instrument.money_numerator
        else:
            more = instrument.money(after) - instrument.money(before)
        if order.side == BUY:
            holding.buy_qty += qty - before_qty
            self.member.open_buy += more
            self.session.open_buy += more
            self.account.open_buy += more
            holding.open_buy += more
        else:
            holding.sell_qty += qty - before_qty
            self.member.open_sell += more
            self.session.open_sell += more
            self.account.open_sell += more
            holding.open_sell += more
        order.reserved_qty = qty
        order.reserved_px = reserve_px

    def filled(self, order: Order, qty: int, price: int) -> None:
        """Count a fill of an order, which has taken it off its LeavesQty already; one with nothing left is about to
        end.
        """
        if order.leaves_qty and order.reserved_qty:
            self.reserve(order, order.leaves_qty, order.reserved_px)
        member, session, account, holding = self.member, self.session, self.account, self.holding
        money = qty * price * self.instrument.money_numerator
        if self.instrument.money_denominator != 1:
            money //= self.instrument.money_denominator
        session.ceiling = STALE  # those of the others become so when the holding is valued
        member.trades += 1
        session.trades += 1
        account.trades += 1
        holding.trades += 1
        if order.side == BUY:
            member.bought += money
            session.bought += money
            account.bought += money
            holding.bought += money
            holding.trade(qty, price)
        else:
            member.sold += money
            session.sold += money
            account.sold += money
            holding.sold += money
            holding.trade(-qty, price)

    def amended(
        self, order: Order, qty_before: int, price_before: int, qty: int, price: int, *, is_of_today: bool
    ) -> None:
        """Count a fill of an order as what it was made by a bust (`qty` 0) or a correction.

        One of a day before is no part of what was traded and paid today, whatever it is made now.
        """
        instrument, holding = self.instrument, self.holding
        sign = 1 if order.side == BUY else -1
        if is_of_today:
            more = instrument.money(qty * price) - instrument.money(qty_before * price_before)
            for usage in (self.member, self.session, self.account, holding):
                usage.ceiling = STALE
                if sign > 0:
                    usage.bought += more
                else:
                    usage.sold += more
        holding.change_position(-sign * qty_before, price_before)
        if qty:
            holding.change_position(sign * qty, price)
        holding.value_at(instrument.mark_px)
