"""The limits of a lane in the form in which they are compared: the tightest of all scopes, in lots and money.

Worked out once, and again only when a limit or a block has changed (`Risk.version`). A limit that is not set is a
number that nothing reaches. Limits on usage are held at the part of them at which a warning is due: who passes that
goes the long way, which finds out whether it is a warning or an objection (`core.limits.objections`).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd
from typing import TYPE_CHECKING, Final, NamedTuple

from tradsys_oms.core.commands import NO_LIMITS, Limits
from tradsys_oms.core.limits.rates import Rate, Window, rate_of
from tradsys_oms.core.limits.restraints import Restraints
from tradsys_oms.core.limits.table import BREAKERS
from tradsys_oms.core.limits.usage import STALE, Usage
from tradsys_oms.core.limits.used import ORDERS_MIN
from tradsys_oms.core.limits.warnings import BASIS_POINTS, key_of

if TYPE_CHECKING:
    from tradsys_oms.core.limits.lane import Lane

UNBOUNDED: Final = 1 << 200
NEARLY_UNBOUNDED: Final = 1 << 150
"""Above all that is a limit, in whatever unit."""

BREAKER: Final = "breaker"
"""The kind of block that a circuit breaker of the flow sets."""
REJECTS, ORDERS, NOTIONAL, FILLS = BREAKERS


class UsageBounds(NamedTuple):
    """A usage and what it is compared with, in money or numbers."""

    usage: Usage
    open_orders: int
    orders_per_trade: int
    """Times `BASIS_POINTS`."""
    open_notional: int
    gross: int
    net: int
    cash_out: int
    traded: int
    pnl: int
    """Below 0: the profit that is the largest loss."""

    def measure(self) -> None:
        """Work out what the open orders of the usage may come to: in all, to buy, and to sell; and their number.

        It holds until something trades or is valued, and until a limit changes.
        """
        usage = self.usage
        usage.ceiling = min(self.open_notional, self.gross - usage.gross, self.traded - usage.traded)
        usage.buy_ceiling = min(self.net - usage.net, self.cash_out - usage.cash_out)
        usage.sell_ceiling = self.net + usage.net
        if usage.pnl < self.pnl:
            usage.ceiling = STALE
        orders = max(ORDERS_MIN - 1, self.orders_per_trade * (usage.trades or 1) // BASIS_POINTS)
        usage.entered_ceiling = min(usage.ended + self.open_orders, usage.entered_before + orders)

    def has_room(self, added_money: int, added_orders: int, *, is_buy: bool) -> bool:
        """Tell that what is added is within the ceilings, after they were worked out."""
        self.measure()
        usage = self.usage
        own = usage.open_buy if is_buy else usage.open_sell
        return (
            usage.open_buy + usage.open_sell + added_money <= usage.ceiling
            and own + added_money <= (usage.buy_ceiling if is_buy else usage.sell_ceiling)
            and (not added_orders or usage.entered < usage.entered_ceiling)
        )

    @property
    def is_bounded(self) -> bool:
        """There is a limit at all."""
        return min(*self[1:-1], -self.pnl) < NEARLY_UNBOUNDED


def _usage_bounds(usage: Usage, owners: tuple[Restraints, ...], warn_bps: int) -> UsageBounds:
    def bound(name: str, scale: int = 1) -> int:
        return _bound(usage, owners, name, warn_bps, scale)

    return UsageBounds(
        usage,
        bound("open_orders_max"),
        bound("orders_per_trade_max", BASIS_POINTS),
        bound("open_notional_max_e8"),
        bound("gross_position_max_e8"),
        bound("net_position_max_e8"),
        bound("credit_max_e8"),
        bound("traded_notional_max_e8"),
        -bound("daily_loss_max_e8"),
    )


def _bound(usage: Usage, owners: tuple[Restraints, ...], name: str, warn_bps: int, scale: int = 1) -> int:
    """Give the tightest of a limit, or the part of it at which a warning is due if none was given."""
    tightest = UNBOUNDED
    for owner in owners:
        value: int | None = getattr(owner.limits, name)
        if value is not None:
            is_warned = not warn_bps or key_of(owner, name) in usage.warned
            tightest = min(tightest, value * scale if is_warned else value * scale * warn_bps // BASIS_POINTS)
    return tightest


class Bounds:
    """The limits of a lane, together."""

    __slots__ = (
        "breakers",
        "collar_bps",
        "collar_high",
        "collar_low",
        "collar_px",
        "collar_ticks",
        "duplicate_window_ns",
        "fat_finger_multiple",
        "has_collar",
        "is_shut",
        "is_watchful",
        "long_qty",
        "market_order_qty",
        "message_rates",
        "message_windows",
        "ord_types",
        "order_notional",
        "order_qty",
        "order_rates",
        "order_windows",
        "rooms",
        "sale_is_covered",
        "short_qty",
        "short_sale",
        "tripped",
        "usages",
    )

    def __init__(
        self,
        lane: Lane,
        scopes: tuple[Restraints, ...],
        warn_bps: int,
        tripped: list[tuple[Usage, str]],
        *,
        is_refused: bool,
    ) -> None:
        limits = [scope.limits for scope in scopes if scope.limits is not NO_LIMITS]
        lot_e8 = lane.instrument.lot_e8
        self.is_shut = is_refused or any(
            scope.blocks or scope.limits.restriction or _bars(scope.limits, lane) for scope in scopes
        )
        """No order goes on without a closer look."""
        listed = [frozenset(given.ord_types) for given in limits if given.ord_types is not None]
        self.ord_types = frozenset.intersection(*listed) if listed else None
        self.short_sale = any(given.short_sale for given in limits)
        self.sale_is_covered = any(given.long_sale_covered for given in limits)
        self.order_qty = _tightest(limits, "order_qty_max_e8") // lot_e8
        self.order_notional = _tightest(limits, "order_notional_max_e8")
        self.market_order_qty = _tightest(limits, "market_order_qty_max_e8") // lot_e8
        self.collar_bps = _tightest(limits, "collar_bps")
        self.collar_ticks = _tightest(limits, "collar_ticks")
        self.has_collar = min(self.collar_bps, self.collar_ticks) < UNBOUNDED
        self.collar_px = self.collar_low = self.collar_high = 0
        """The reference price from which the collar was worked out last, 0 for none yet, and its lowest and highest."""
        self.fat_finger_multiple = min(
            (given.fat_finger_multiple or 0 for given in limits if given.fat_finger_multiple), default=0
        )
        """0 for none."""
        self.duplicate_window_ns = max((given.duplicate_window_ns or 0 for given in limits), default=0)
        self.is_watchful = bool(self.fat_finger_multiple or self.duplicate_window_ns)
        of_holding = (lane.instrument.restraints, lane.holding)
        owners: tuple[tuple[Usage, tuple[Restraints, ...]], ...] = (
            (lane.member, (lane.member,)),
            (lane.session, (lane.session,)),
            (lane.account, (lane.account,)),
            (lane.holding, of_holding),
        )
        bounds = [
            _usage_bounds(usage, restraints, warn_bps)
            for usage, restraints in owners
            if any(owner.limits is not NO_LIMITS for owner in restraints)
        ]
        self.usages = tuple(bound for bound in bounds if bound.is_bounded)
        for bound in self.usages:
            bound.usage.ceiling = STALE
        # Plain tuples are taken apart faster than named ones.
        self.rooms = tuple((most.usage, most) for most in self.usages)
        self.long_qty = _bound(lane.holding, of_holding, "long_qty_max_e8", warn_bps) // lot_e8
        self.short_qty = _bound(lane.holding, of_holding, "short_qty_max_e8", warn_bps) // lot_e8
        flows = (lane.member, lane.session, lane.account)
        self.breakers = tuple(breaker for usage in flows for breaker in breakers_of(usage))
        self.tripped = tripped
        """Who has let more pass than a breaker allows, and the name of the limit: blocked at the end of the command."""
        self.order_rates = _rates(flows, "orders_max")
        self.message_rates = _rates(flows, "messages_max")
        self.order_windows = tuple((rate.window, rate.increment_ns, rate.slack_ns) for rate in self.order_rates)
        self.message_windows = tuple((rate.window, rate.increment_ns, rate.slack_ns) for rate in self.message_rates)

    def set_collar(self, reference_px: int) -> None:
        """Work out the prices that are inside the collar."""
        width = min(self.collar_ticks, reference_px * self.collar_bps // BASIS_POINTS)
        self.collar_px, self.collar_low, self.collar_high = reference_px, reference_px - width, reference_px + width

    def took(self, time_ns: int, money: int) -> None:
        """Count a new order or a replace that is accepted against the rates of orders and the breakers of the flow;
        what is too much for these leaves the window full.
        """
        for window, increment_ns, _ in self.order_windows:
            empty_ns = window.empty_ns
            window.empty_ns = (empty_ns if empty_ns > time_ns else time_ns) + increment_ns
        for window, part_ns, numerator, denominator, window_ns, usage in self.breakers:
            more_ns = part_ns or money * numerator // denominator or 1
            empty_ns = window.empty_ns
            if empty_ns > time_ns:
                more_ns += empty_ns - time_ns
            if more_ns > window_ns:
                self.tripped.append((usage, ORDERS if part_ns else NOTIONAL))
                more_ns = window_ns
            window.empty_ns = time_ns + more_ns


def breakers_of(usage: Usage) -> Iterator[tuple[Window, int, int, int, int, Usage]]:
    """Go through the breakers of orders and of their notional: its window, the part of it that an order takes (0 for
    one of notional), what a unit of money takes as numerator and denominator, and its length. One that is open already
    counts nothing.
    """
    limits, rates = usage.limits, usage.rates
    if BREAKER in usage.blocks:
        return
    if limits.breaker_orders is not None:
        window_ns = limits.breaker_orders_window_ns or 1
        yield rates.setdefault(ORDERS, Window()), max(1, window_ns // limits.breaker_orders), 0, 1, window_ns, usage
    if limits.breaker_notional_e8 is not None:
        window_ns = limits.breaker_notional_window_ns or 1
        common = gcd(window_ns, limits.breaker_notional_e8)  # small numbers are divided in half the time
        part = window_ns // common, limits.breaker_notional_e8 // common
        yield rates.setdefault(NOTIONAL, Window()), 0, *part, window_ns, usage


def _tightest(limits: list[Limits], name: str) -> int:
    return min((value for given in limits if (value := getattr(given, name)) is not None), default=UNBOUNDED)


def _bars(limits: Limits, lane: Lane) -> bool:
    return limits.instruments is not None and lane.instrument.symbol not in limits.instruments


def _rates(usages: tuple[Usage, ...], name: str) -> tuple[Rate, ...]:
    return tuple(rate for usage in usages if (rate := rate_of(usage, name)) is not None)
