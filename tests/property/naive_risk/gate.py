"""The naive gate: docs/risk.md, sections 1, 4 to 10, one limit after the other, each with all usage reckoned anew.

Not here: accounts that are declared, and what clearing firms do by message.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from msgspec import structs

from tests.property.naive_risk.asks import Ask
from tests.property.naive_risk.facts import Owner
from tests.property.naive_risk.objections import OF_ORDERS, OF_USAGE, is_beyond
from tests.property.naive_risk.pacing import Pace, rate_part
from tests.property.naive_risk.reckoning import Held, Used, count_worth, held, place_of, places, used
from tests.property.naive_risk.warnings import Warnings
from tests.property.naive_risk.witness import Witness
from tradsys_oms.core.commands import NO_LIMITS, ChangeLimits, Limits, NewOrder, ReplaceOrder, Scope, SetLimits
from tradsys_oms.core.fields import OrdRejReason

GIVEN = dict[str, Any]
"""Limits by name, those that are given; None for one that was taken away."""
REASONS = {
    "restriction": OrdRejReason.EXCHANGE_OPTION,
    "instruments": OrdRejReason.EXCHANGE_OPTION,
    "short_sale": OrdRejReason.EXCHANGE_OPTION,
    "long_sale_covered": OrdRejReason.EXCHANGE_OPTION,
    "ord_types": OrdRejReason.UNSUPPORTED_ORDER_CHARACTERISTIC,
    "collar_bps": OrdRejReason.PRICE_EXCEEDS_CURRENT_PRICE_BAND,
    "collar_ticks": OrdRejReason.PRICE_EXCEEDS_CURRENT_PRICE_BAND,
    "duplicate_window_ns": OrdRejReason.DUPLICATE_ORDER,
}
RATES = ("orders", "messages", "breaker_rejects", "breaker_orders", "breaker_notional", "breaker_fills")
"""Limits that come with a window: `orders_max` with `orders_window_ns`, `breaker_fills` with
`breaker_fills_window_ns`."""
Wanted = tuple[str, int | None, int]
"""Side, price and quantity of an order."""


@dataclass
class Gate:
    """Knows all limits and blocks, and says what an order is refused for."""

    witness: Witness
    configured: dict[Scope, GIVEN] = field(default_factory=dict)
    changed: dict[Scope, GIVEN] = field(default_factory=dict)
    blocks: dict[Scope, dict[str, str]] = field(default_factory=dict)
    """By scope and kind: the reason."""
    releases: dict[Scope, str] = field(default_factory=dict)
    """Who requested the release of a kill switch."""
    paces: dict[tuple[Scope, str], Pace] = field(default_factory=dict)
    accepted: list[tuple[int, Owner, Wanted]] = field(default_factory=list)
    """New orders that a limit on duplicates was asked about, and when they came."""
    accounts: dict[tuple[str, str], None] = field(default_factory=dict)
    """Member and account: those that there are."""
    asked: Ask | None = None
    """What this command has asked."""
    warnings: Warnings = field(init=False)

    def __post_init__(self) -> None:
        self.warnings = Warnings(self)

    def set_limits(self, command: SetLimits) -> None:
        before = self.limits(command.scope)
        if command.limits is None:
            self.configured.pop(command.scope, None)
        else:
            self.configured[command.scope] = given(command.limits)
        self.warnings.limits_changed(command.scope, before)

    def change_limits(self, command: ChangeLimits) -> None:
        before = self.limits(command.scope)
        changed = self.changed.setdefault(command.scope, {})
        for name in list(changed) if command.reset == ("*",) else with_windows(command.reset):
            changed.pop(name, None)
        changed |= given(command.changes) | dict.fromkeys(with_windows(command.lifted))
        self.warnings.limits_changed(command.scope, before)

    def limits(self, scope: Scope) -> GIVEN:
        """Give what holds for a scope now: what operators changed counts before the configuration."""
        both = self.configured.get(scope, {}) | self.changed.get(scope, {})
        return {name: value for name, value in both.items() if value is not None}

    def pace(self, scope: Scope, name: str) -> Pace:
        return self.paces.setdefault((scope, name), Pace())

    def ask(
        self,
        owner: Owner,
        command: NewOrder | ReplaceOrder,
        time_ns: int,
        qty: int,
        limit: int | None,
        order_id: int,
        cum: int,
    ) -> Ask:
        """Make what is asked; `order_id` is 0 for a new order."""
        reserve_px = limit or self.witness.unpriced_px(owner.symbol)
        leaves, before_qty, before_money = max(qty - cum, 0), 0, 0
        if order_id:
            order = self.witness.orders[order_id]
            before_qty = order.leaves
            before_money = self.witness.money(owner.symbol, before_qty * order.reserve_px)
        return Ask(
            owner,
            command,
            time_ns,
            qty,
            limit,
            self.witness.money(owner.symbol, qty * reserve_px),
            leaves - before_qty,
            self.witness.money(owner.symbol, leaves * reserve_px) - before_money,
            not order_id,
        )

    def judge(self, ask: Ask, entered_by: str = "") -> int | None:
        """Give the OrdRejReason of the first objection, from the widest scope on; None if there is none.

        The session that entered an order has a say too in what another one makes of it.
        """
        self.asked = ask
        is_too_often = not self.has_room_for_message(ask)
        if self.is_blocked(ask.owner):
            return OrdRejReason.EXCHANGE_OPTION
        if is_too_often:
            return OrdRejReason.ORDER_EXCEEDS_LIMIT
        reason = self.objection(ask, scopes_of(ask.owner))
        if reason is None and entered_by not in ("", ask.owner.session):
            own = replace(ask, owner=replace(ask.owner, session=entered_by))
            scope = Scope("session", entered_by)
            reason = OrdRejReason.EXCHANGE_OPTION if self.blocks.get(scope) else self.objection(own, [scope])
        if reason is not None:
            self.warnings.forget()
        return reason

    def has_room_for_message(self, ask: Ask) -> bool:
        """Count a message unless it is one too many for somebody."""
        rates = list(self.rates(flow_of(ask.owner.session, ask.owner.member, ask.owner.account), "messages"))
        has_room = all(pace.has_room(ask.time_ns, part_ns, most_ns) for pace, part_ns, most_ns in rates)
        for pace, part_ns, most_ns in rates if has_room else ():
            pace.take(ask.time_ns, part_ns, most_ns)
        return has_room

    def rates(self, scopes: list[Scope], name: str) -> list[tuple[Pace, int, int]]:
        """List the paces of a rate, with the part that one takes and the most that there may be."""
        found = []
        for scope in scopes:
            limits = self.limits(scope)
            if f"{name}_max" in limits:
                part_ns = rate_part(limits[f"{name}_max"], limits[f"{name}_window_ns"])
                found.append((self.pace(scope, f"{name}_max"), part_ns, limits[f"{name}_max"] * part_ns))
        return found

    def objection(self, ask: Ask, scopes: list[Scope]) -> int | None:
        for scope in scopes:
            limits = self.limits(scope)
            for name, objects in OF_ORDERS.items():
                if name in limits and objects(self, ask, scope, limits[name]):
                    return REASONS.get(name, OrdRejReason.ORDER_EXCEEDS_LIMIT)
            for name in OF_USAGE:
                if name in limits and is_beyond(self, ask, scope, name, limits[name]):
                    return OrdRejReason.ORDER_EXCEEDS_LIMIT
                if name in limits:
                    self.warnings.look(ask, scope, name, limits[name])
        return None

    def is_blocked(self, owner: Owner) -> bool:
        return any(self.blocks.get(scope) for scope in scopes_of(owner))

    def is_killed(self, owner: Owner) -> bool:
        return any("kill" in self.blocks.get(scope, {}) for scope in scopes_of(owner))

    def accepted_by(self, owner: Owner) -> list[tuple[int, Wanted]]:
        """List the orders of an account in an instrument, the first one first."""
        return [(time_ns, wanted) for time_ns, one, wanted in self.accepted if place_of(one) == place_of(owner)]

    def held(self, owner: Owner) -> Held:
        return held(self.witness, place_of(owner))

    def used(self, owner: Owner, scope: Scope) -> Used:
        """Reckon the usage that a limit is compared with; that of an instrument with the holding's."""
        keys: dict[str, Callable[[Owner], object]] = {
            "member": lambda one: one.member,
            "session": lambda one: one.session,
            "account": lambda one: (one.member, one.account),
        }
        key = keys.get(scope.level, place_of)
        sums = used(self.witness, lambda one: key(one) == key(owner))
        for place in places(self.witness):
            if scope.level != "session" and key(Owner("", *place)) == key(owner):
                count_worth(self.witness, sums, place[2], held(self.witness, place))
        return sums


def scopes_of(owner: Owner) -> list[Scope]:
    """List the scopes of an order, from the widest to the narrowest."""
    account = (owner.member, owner.account)
    return [
        Scope("all"),
        Scope("member", owner.member),
        Scope("session", owner.session),
        Scope("account", *account),
        Scope("instrument", symbol=owner.symbol),
        Scope("holding", *account, owner.symbol),
    ]


def flow_of(session: str, member: str, account: str | None) -> list[Scope]:
    """List the scopes whose flow is counted; `account` is None where none is known."""
    own = [] if account is None else [Scope("account", member, account)]
    return [Scope("member", member), Scope("session", session), *own]


def given(limits: Limits) -> GIVEN:
    nothing = structs.asdict(NO_LIMITS)
    return {name: value for name, value in structs.asdict(limits).items() if value != nothing[name]}


def with_windows(names: tuple[str, ...]) -> list[str]:
    """List limits with their partners: a rate and its window are one limit."""
    return [*names, *(partner for name in names for rate in RATES for partner in partners(rate, name))]


def partners(rate: str, name: str) -> list[str]:
    pair = [name for name in structs.asdict(NO_LIMITS) if name in (f"{rate}_max", rate, f"{rate}_e8")]
    pair.append(f"{rate}_window_ns")
    return pair if name in pair else []
