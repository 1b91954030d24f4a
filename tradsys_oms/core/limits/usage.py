"""What a scope has used of its limits: open orders and notional, what was traded today, what its positions are worth.

Money is in units of 1e-8 of the base currency. Orders and holdings count what they add, and take exactly that away
again, so the sums come back to where they were.

What positions are worth is worked out where somebody asks for it: a fill only notes that its holding is not valued yet
(`unvalued`), because most holdings trade many times between two questions. The sums are the same whenever that is done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradsys_oms.core.commands import Scope
from tradsys_oms.core.limits.restraints import Restraints

if TYPE_CHECKING:
    from tradsys_oms.core.limits.holding import Holding
    from tradsys_oms.core.limits.rates import Window

STALE: Final = -1
"""The ceiling of a usage whose amounts or limits have changed since it was worked out."""


class Usage(Restraints):
    """The usage of a member, a session, an account or a holding, and what stands against it."""

    __slots__ = (
        "bought",
        "buy_ceiling",
        "ceiling",
        "ended",
        "entered",
        "entered_before",
        "entered_ceiling",
        "open_buy",
        "open_sell",
        "rates",
        "sell_ceiling",
        "sold",
        "trades",
        "unvalued",
        "valued_gross",
        "valued_net",
        "valued_pnl",
    )

    def __init__(self, scope: Scope, unvalued: dict[Holding, None] | None = None) -> None:
        super().__init__(scope)
        self.unvalued: dict[Holding, None] = {} if unvalued is None else unvalued
        """Holdings of the member that traded and are not valued since; one dict for it, its accounts and holdings."""
        self.rates: dict[str, Window] = {}
        """By the limit of a rate: how full its window is."""
        self.entered_before = 0
        """Orders accepted before this day."""
        self.valued_gross = self.valued_net = self.valued_pnl = 0
        """What `gross`, `net` and `pnl` come to without the holdings that are not valued yet."""
        self.ceiling = STALE
        """What open orders may come to in all: worked out from the limits when it is needed (`UsageBounds.measure`)."""
        self.buy_ceiling = 0
        self.sell_ceiling = 0
        self.entered_ceiling = 0
        """What `entered` may come to; that it is more by now, because orders ended, is found out when it is needed."""
        # What every order changes stands side by side, to its end in `Holding`: of all holdings few are in the
        # processor's cache, and a compiled object keeps its values in this order.
        self.bought = 0
        """Notional bought today."""
        self.sold = 0
        self.trades = 0
        """Fills today."""
        self.entered = 0
        """Orders accepted since the journal began."""
        self.ended = 0
        """Those that are open no more."""
        self.open_buy = 0
        """Notional of open orders to buy."""
        self.open_sell = 0

    @property
    def open_orders(self) -> int:
        """Orders that are open."""
        return self.entered - self.ended

    @property
    def orders(self) -> int:
        """New orders accepted today."""
        return self.entered - self.entered_before

    @property
    def gross(self) -> int:
        """Sum of the values of positions, without their sign; not kept for sessions."""
        if self.unvalued:
            value_all(self.unvalued)
        return self.valued_gross

    @property
    def net(self) -> int:
        """The same with their sign."""
        if self.unvalued:
            value_all(self.unvalued)
        return self.valued_net

    @property
    def pnl(self) -> int:
        """Profit of the day, below 0 a loss; not kept for sessions."""
        if self.unvalued:
            value_all(self.unvalued)
        return self.valued_pnl

    @property
    def traded(self) -> int:
        """Notional traded today."""
        return self.bought + self.sold

    @property
    def cash_out(self) -> int:
        """Bought less sold today."""
        return self.bought - self.sold

    def begin_day(self) -> None:
        """Let the usage of a day begin at 0."""
        if self.unvalued:
            value_all(self.unvalued)
        self.ceiling = STALE
        self.entered_before = self.entered
        self.valued_pnl = self.bought = self.sold = self.trades = 0
        self.warned.clear()

    def row(self) -> tuple[object, ...]:
        """Give all that it knows, for the hash of the state; sums may be beyond 64 bits."""
        sums = (self.open_buy, self.open_sell, self.gross, self.net, self.pnl, self.bought, self.sold)
        return (
            *super().row(),
            sorted((name, window.empty_ns) for name, window in self.rates.items()),
            *map(str, sums),
            self.open_orders,
            self.orders,
            self.trades,
        )


def value_all(unvalued: dict[Holding, None]) -> None:
    """Value holdings that have traded."""
    for holding in unvalued:
        holding.value()
    unvalued.clear()
