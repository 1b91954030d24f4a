"""Limits: what a member, a session, an account or an instrument may do. One struct for all levels, None for no limit.

Quantities and money are in units of 1e-8 (`_e8`), money of the base currency; times in ns. Which limit counts on which
level, and what each means, is the table of `core.limits.table`.
"""

from __future__ import annotations

from msgspec import Struct

from tradsys_oms.core.commands.base import JournaledCommand


class Scope(Struct, frozen=True, array_like=True, gc=False):
    """What limits and blocks are about: a place in firm -> session -> account -> instrument.

    The levels are `all`, `member` (name: the member), `session` (name: the session), `account` (name: the member, and
    `account`), `instrument` (`symbol`: each account's business in it) and `holding` (an account in one instrument:
    name, account and symbol).
    """

    level: str
    name: str = ""
    account: str = ""
    symbol: str = ""

    def __str__(self) -> str:
        """Give the scope as operators write it and as Text (58) names it."""
        parts = [part for part in (self.name, self.account, self.symbol) if part]
        return f"{self.level} {'/'.join(parts)}" if parts else self.level


class Limits(Struct, frozen=True, array_like=True, gc=False):
    """Limits of one scope; None (for a word: "") is no limit."""

    # What one order may be.
    order_qty_max_e8: int | None = None
    order_notional_max_e8: int | None = None
    market_order_qty_max_e8: int | None = None
    collar_bps: int | None = None
    collar_ticks: int | None = None
    fat_finger_multiple: int | None = None
    duplicate_window_ns: int | None = None
    instruments: tuple[str, ...] | None = None
    ord_types: tuple[str, ...] | None = None
    restriction: str = ""
    short_sale: str = ""
    long_sale_covered: bool | None = None
    # How often.
    orders_max: int | None = None
    orders_window_ns: int | None = None
    messages_max: int | None = None
    messages_window_ns: int | None = None
    # What all of them come to.
    open_orders_max: int | None = None
    open_notional_max_e8: int | None = None
    gross_position_max_e8: int | None = None
    net_position_max_e8: int | None = None
    long_qty_max_e8: int | None = None
    short_qty_max_e8: int | None = None
    credit_max_e8: int | None = None
    daily_loss_max_e8: int | None = None
    traded_notional_max_e8: int | None = None
    orders_per_trade_max: int | None = None
    # What pauses the flow.
    breaker_rejects: int | None = None
    breaker_rejects_window_ns: int | None = None
    breaker_orders: int | None = None
    breaker_orders_window_ns: int | None = None
    breaker_notional_e8: int | None = None
    breaker_notional_window_ns: int | None = None
    breaker_fills: int | None = None
    breaker_fills_window_ns: int | None = None


NO_LIMITS = Limits()


class SetLimits(JournaledCommand, frozen=True, tag=33):
    """The configuration gives a scope its limits: all of them, in place of those that it gave before.

    `Scope("account")` stands for each account that has none of its own, also for one that an order will make.
    """

    scope: Scope
    limits: Limits | None
    """None: the scope has none of its own any more, so an account has those of each account again."""


class ChangeLimits(JournaledCommand, frozen=True, tag=34):
    """An operator changes limits of a scope during the day; what he does not name stays.

    A change counts before the configuration, also before one that is loaded later, until it is reset.
    """

    scope: Scope
    changes: Limits
    """Limits with a new value."""
    lifted: tuple[str, ...]
    """Names of limits that are no more."""
    reset: tuple[str, ...]
    """Names of limits that are again as the configuration has them; ("*",) for all of the scope."""
    reason: str


class SetRiskRules(JournaledCommand, frozen=True, tag=43):
    """What holds for all limits."""

    warn_bps: int
    """A warning is given when the usage of a limit passes this part of it; 0 for never."""
    base_currency: str
    rates_e8: tuple[tuple[str, int], ...]
    """By currency: what one unit of it is worth in the base currency. A currency that is not named counts as one."""
