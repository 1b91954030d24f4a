"""What an account holds of an instrument: open quantity, position, cost, and what it is worth.

Quantities are in lots, prices in ticks, costs and values in ticks times lots: exact, and turned into money only where
they are added to those of other instruments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradsys_oms.core.commands import Scope
from tradsys_oms.core.limits.usage import STALE, Usage, value_all

if TYPE_CHECKING:
    from tradsys_oms.core.limits.account import Account
    from tradsys_oms.core.reference.instruments import Instrument


AVERAGE_SCALE: Final = 65_536
RECENT_MAX: Final = 64
"""Orders of a holding among which duplicates are looked for."""
UNVALUED_MAX: Final = 256
"""Holdings of a member that wait to be valued: all are, where somebody asks."""


class Holding(Usage):
    """An account in one instrument."""

    __slots__ = (
        "account",
        "average_size",
        "buy_qty",
        "cost",
        "day_cash",
        "day_value",
        "instrument",
        "mark",
        "position",
        "realised",
        "recent",
        "sell_qty",
    )

    def __init__(self, account: Account, instrument: Instrument) -> None:
        scope = account.scope
        super().__init__(Scope("holding", scope.name, scope.account, instrument.symbol), account.unvalued)
        self.buy_qty = 0
        """What open orders to buy have left."""
        self.sell_qty = 0
        self.average_size = 0
        """Average OrderQty of the orders that were entered, in lots times `AVERAGE_SCALE`."""
        self.position = 0
        """Bought less sold; below 0 short."""
        self.cost = 0
        """What the position was bought for (short: sold for, below 0), by average."""
        self.day_cash = 0
        """Sold less bought today."""
        self.mark = 0
        """The price at which it was last valued, 0 for never."""
        self.account = account
        self.instrument = instrument
        self.realised = 0
        """Realised since the journal began, by average cost."""
        self.day_value = 0
        """What the position was worth when the day began."""
        self.recent: dict[tuple[str, int, int], int] = {}
        """When an order with this side, price and quantity was last accepted; where duplicates are looked for."""

    @property
    def day_profit(self) -> int:
        """Profit of the day at the last mark."""
        return self.position * self.mark - self.day_value + self.day_cash

    @property
    def unrealised(self) -> int:
        """What the position is worth more than it cost."""
        return self.position * self.mark - self.cost

    def trade(self, qty: int, price: int) -> None:
        """Add `qty` (below 0: take away) that is traded at `price`, and let it be valued there when somebody asks."""
        self.change_position(qty, price)
        self.mark = price
        instrument, unvalued = self.instrument, self.unvalued
        if price != instrument.valued_mark:
            instrument.valued_mark = 0  # the next Revalue has to look at all again
        unvalued[self] = None
        if len(unvalued) > UNVALUED_MAX:
            value_all(unvalued)

    def change_position(self, qty: int, price: int) -> None:
        """Add `qty` (below 0: take away) that was traded at `price`."""
        position, worth = self.position, qty * price
        if position * qty >= 0:
            self.cost += worth
        elif abs(qty) <= abs(position):
            self._close(-qty, price)
        else:
            self._close(position, price)
            self.cost = (position + qty) * price
        self.position = position + qty
        self.day_cash -= worth

    def _close(self, qty: int, price: int) -> None:
        """Realise the part `qty` of the position, with its sign, at `price`."""
        part = abs(self.cost) * abs(qty) // abs(self.position)
        part = part if self.cost >= 0 else -part
        self.realised += qty * price - part
        self.cost -= part

    def value_at(self, mark: int) -> None:
        """Value the holding at a price, and bring the sums of its account and its member to it."""
        self.mark = mark
        if mark != self.instrument.valued_mark:
            self.instrument.valued_mark = 0  # the next Revalue has to look at all again
        self.value()

    def value(self) -> None:
        """Value the holding at its mark."""
        instrument, worth = self.instrument, self.position * self.mark
        numerator, denominator = instrument.money_numerator, instrument.money_denominator
        net = worth * numerator
        pnl = (worth - self.day_value + self.day_cash) * numerator
        if denominator != 1:
            net //= denominator
            pnl //= denominator
        gross = net if net >= 0 else -net
        more_net, more_gross, more_pnl = net - self.valued_net, gross - self.valued_gross, pnl - self.valued_pnl
        self.valued_net, self.valued_gross, self.valued_pnl = net, gross, pnl
        account = self.account
        member = account.member.usage
        account.valued_net += more_net
        account.valued_gross += more_gross
        account.valued_pnl += more_pnl
        member.valued_net += more_net
        member.valued_gross += more_gross
        member.valued_pnl += more_pnl
        self.ceiling = account.ceiling = member.ceiling = STALE

    def remember(self, side: str, price: int, qty: int, time_ns: int) -> None:
        """Note an order, so that the same one is found to be a duplicate; the oldest is forgotten."""
        recent, key = self.recent, (side, price, qty)
        recent.pop(key, None)
        recent[key] = time_ns
        if len(recent) > RECENT_MAX:
            del recent[next(iter(recent))]

    def row(self) -> tuple[object, ...]:
        """Give all that it knows."""
        quantities = (self.buy_qty, self.sell_qty, self.position, self.average_size)
        sums = (self.cost, self.realised, self.day_cash, self.day_value)
        return (
            *super().row(),
            *map(str, quantities),
            *map(str, sums),
            self.mark,
            self.entered,
            sorted((*key, time_ns) for key, time_ns in self.recent.items()),
        )


def begin_day(instrument: Instrument) -> None:
    """Value all holdings in an instrument, and let their usage of a day begin at 0, and the profit of the day at the
    present value.

    There may be a million of them, and one command goes through all: so it is one loop, without a call for each. Those
    that traded must have been valued, and who sums up the profit of many begins at 0 afterwards.
    """
    mark, numerator, denominator = instrument.mark_px, instrument.money_numerator, instrument.money_denominator
    for holding in instrument.holdings:
        worth = holding.position * mark
        if worth:
            net = worth * numerator
            if denominator != 1:
                net //= denominator
            holding.mark = mark
            if net != holding.valued_net:
                _revalue(holding, net)
            if mark != instrument.valued_mark:
                instrument.valued_mark = 0  # the next Revalue has to look at all again
        holding.day_value = worth
        holding.ceiling = STALE
        holding.entered_before = holding.entered
        holding.day_cash = holding.valued_pnl = holding.bought = holding.sold = holding.trades = 0
        if holding.warned:
            holding.warned.clear()


def _revalue(holding: Holding, net: int) -> None:
    """Let a holding be worth `net`, and bring the sums of its account and its member to it, but for the profit."""
    gross = net if net >= 0 else -net
    more_net, more_gross = net - holding.valued_net, gross - holding.valued_gross
    holding.valued_net, holding.valued_gross = net, gross
    account = holding.account
    account.valued_net += more_net
    account.valued_gross += more_gross
    member = account.member.usage
    member.valued_net += more_net
    member.valued_gross += more_gross
