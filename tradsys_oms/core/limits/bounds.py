"""The limits of a lane in the form in which they are compared: the tightest of all scopes, in lots and money.

Worked out once, and again only when a limit or a block has changed (`Risk.version`). A limit that is not set is a
number that nothing reaches. Limits on usage are held at the part of them at which a warning is due: who passes that
goes the long way, which finds out whether it is a warning or an objection (`core.limits.objections`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradsys_oms.core.commands import NO_LIMITS, Limits
from tradsys_oms.core.limits.rates import Rate, rate_of
from tradsys_oms.core.limits.restraints import Restraints
from tradsys_oms.core.limits.usage import Usage
from tradsys_oms.core.limits.warnings import BASIS_POINTS, key_of

if TYPE_CHECKING:
    from tradsys_oms.core.limits.lane import Lane

UNBOUNDED: Final = 1 << 200
NEARLY_UNBOUNDED: Final = 1 << 150
"""Above all that is a limit, in whatever unit."""


class UsageBounds:
    """What a usage is compared with."""

    __slots__ = (
        "cash_out",
        "gross",
        "long_qty",
        "loss",
        "net",
        "open_notional",
        "open_orders",
        "orders_per_trade",
        "short_qty",
        "traded",
    )

    def __init__(self, usage: Usage, owners: tuple[Restraints, ...], warn_bps: int, lot_e8: int) -> None:
        def bound(name: str, scale: int = 1) -> int:
            return min(_bound(usage, owner, name, warn_bps, scale) for owner in owners)

        self.open_orders = bound("open_orders_max")
        self.open_notional = bound("open_notional_max_e8")
        self.gross = bound("gross_position_max_e8")
        self.net = bound("net_position_max_e8")
        self.long_qty = bound("long_qty_max_e8") // lot_e8
        self.short_qty = bound("short_qty_max_e8") // lot_e8
        self.cash_out = bound("credit_max_e8")
        self.traded = bound("traded_notional_max_e8")
        self.loss = bound("daily_loss_max_e8")
        self.orders_per_trade = bound("orders_per_trade_max", BASIS_POINTS)
        """Times `BASIS_POINTS`."""

    @property
    def is_bounded(self) -> bool:
        """There is a limit at all."""
        return any(getattr(self, name) < NEARLY_UNBOUNDED for name in self.__slots__)


def _bound(usage: Usage, owner: Restraints, name: str, warn_bps: int, scale: int) -> int:
    value: int | None = getattr(owner.limits, name)
    if value is None:
        return UNBOUNDED
    is_warned = key_of(owner, name) in usage.warned
    return value * scale if is_warned or not warn_bps else value * scale * warn_bps // BASIS_POINTS


class Bounds:
    """The limits of a lane, together."""

    __slots__ = (
        "collar_bps",
        "collar_ticks",
        "duplicate_window_ns",
        "fat_finger_multiple",
        "has_collar",
        "is_shut",
        "is_watchful",
        "market_order_qty",
        "message_rates",
        "ord_types",
        "order_notional",
        "order_qty",
        "order_rates",
        "position",
        "sale_is_covered",
        "short_sale",
        "usages",
    )

    def __init__(self, lane: Lane, scopes: tuple[Restraints, ...], warn_bps: int, *, is_refused: bool) -> None:
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
        self.fat_finger_multiple = min(
            (given.fat_finger_multiple or 0 for given in limits if given.fat_finger_multiple), default=0
        )
        """0 for none."""
        self.duplicate_window_ns = max((given.duplicate_window_ns or 0 for given in limits), default=0)
        self.is_watchful = bool(self.fat_finger_multiple or self.duplicate_window_ns)
        owners = (
            (lane.member, (lane.member,)),
            (lane.session, (lane.session,)),
            (lane.account, (lane.account,)),
            (lane.holding, (lane.instrument.restraints, lane.holding)),
        )
        bounds = [
            (usage, UsageBounds(usage, restraints, warn_bps, lot_e8))
            for usage, restraints in owners
            if any(owner.limits is not NO_LIMITS for owner in restraints)
        ]
        self.usages = tuple(pair for pair in bounds if pair[1].is_bounded)
        self.position = next((most for usage, most in self.usages if usage is lane.holding), None)
        """Of the holding."""
        flows = (lane.member, lane.session, lane.account)
        self.order_rates = _rates(flows, "orders_max")
        self.message_rates = _rates(flows, "messages_max")


def _tightest(limits: list[Limits], name: str) -> int:
    return min((value for given in limits if (value := getattr(given, name)) is not None), default=UNBOUNDED)


def _bars(limits: Limits, lane: Lane) -> bool:
    return limits.instruments is not None and lane.instrument.symbol not in limits.instruments


def _rates(usages: tuple[Usage, ...], name: str) -> tuple[Rate, ...]:
    return tuple(rate for usage in usages if (rate := rate_of(usage, name)) is not None)
