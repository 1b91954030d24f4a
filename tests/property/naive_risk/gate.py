"""The naive gate: docs/risk.md, sections 1, 4, 5 and 7, one limit after the other, each with all usage reckoned anew.

Not here: limits that look at the time (rates, duplicates, breakers), blocks, and accounts that are declared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from msgspec import structs

from tests.property.naive_risk.facts import Owner
from tests.property.naive_risk.reckoning import Held, Used, count_worth, held, place_of, places, used
from tests.property.naive_risk.witness import Witness
from tradsys_oms.core.commands import NO_LIMITS, ChangeLimits, Limits, NewOrder, ReplaceOrder, Scope, SetLimits
from tradsys_oms.core.fields import OrdRejReason, Side

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
}


@dataclass
class Ask:
    """A new order, or the new values of one; `more_...` is what it would add to what it has open already."""

    owner: Owner
    command: NewOrder | ReplaceOrder
    qty: int
    limit: int | None
    money: int
    more_qty: int
    more_money: int
    is_new: bool

    @property
    def is_buy(self) -> bool:
        return self.command.side == Side.BUY

    @property
    def adds(self) -> bool:
        return self.is_new or self.more_money > 0


@dataclass
class Gate:
    """Knows all limits, and says what an order is refused for."""

    witness: Witness
    configured: dict[Scope, GIVEN] = field(default_factory=dict)
    changed: dict[Scope, GIVEN] = field(default_factory=dict)

    def set_limits(self, command: SetLimits) -> None:
        if command.limits is None:
            self.configured.pop(command.scope, None)
        else:
            self.configured[command.scope] = given(command.limits)

    def change_limits(self, command: ChangeLimits) -> None:
        changed = self.changed.setdefault(command.scope, {})
        for name in list(changed) if command.reset == ("*",) else command.reset:
            changed.pop(name, None)
        changed |= given(command.changes) | dict.fromkeys(command.lifted)

    def limits(self, scope: Scope) -> GIVEN:
        """Give what holds for a scope now: what operators changed counts before the configuration."""
        both = self.configured.get(scope, {}) | self.changed.get(scope, {})
        return {name: value for name, value in both.items() if value is not None}

    def ask(
        self, owner: Owner, command: NewOrder | ReplaceOrder, qty: int, limit: int | None, order_id: int, cum: int
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
            qty,
            limit,
            self.witness.money(owner.symbol, qty * reserve_px),
            leaves - before_qty,
            self.witness.money(owner.symbol, leaves * reserve_px) - before_money,
            not order_id,
        )

    def reason(self, ask: Ask, entered_by: str = "") -> int | None:
        """Give the OrdRejReason of the first objection, from the widest scope on; None if there is none.

        The session that entered an order has a say too in what another one makes of it.
        """
        owner = ask.owner
        account = (owner.member, owner.account)
        own = replace(ask, owner=replace(owner, session=entered_by or owner.session))
        for asked, scope in (
            (ask, Scope("all")),
            (ask, Scope("member", owner.member)),
            (ask, Scope("session", owner.session)),
            (ask, Scope("account", *account)),
            (ask, Scope("instrument", symbol=owner.symbol)),
            (ask, Scope("holding", *account, owner.symbol)),
            (own, Scope("session", own.owner.session)),
        ):
            limits = self.limits(scope)
            for name, objects in OBJECTIONS.items():
                if name in limits and objects(self, asked, scope, limits[name]):
                    return REASONS.get(name, OrdRejReason.ORDER_EXCEEDS_LIMIT)
        return None

    def held(self, ask: Ask) -> Held:
        return held(self.witness, place_of(ask.owner))

    def used(self, ask: Ask, scope: Scope) -> Used:
        """Reckon the usage that a limit is compared with; that of an instrument with the holding's."""
        owner = ask.owner
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


def given(limits: Limits) -> GIVEN:
    nothing = structs.asdict(NO_LIMITS)
    return {name: value for name, value in structs.asdict(limits).items() if value != nothing[name]}


def closes(gate: Gate, ask: Ask) -> bool:
    """It can only bring the position nearer to zero (section 5)."""
    holding = gate.held(ask)
    if ask.is_buy:
        return ask.more_qty <= -holding.position - holding.buy_qty
    return ask.more_qty <= holding.position - holding.sell_qty


def restriction(gate: Gate, ask: Ask, scope: Scope, limit: str) -> bool:
    return limit == "block" or not closes(gate, ask)


def short_sale(gate: Gate, ask: Ask, scope: Scope, limit: str) -> bool:
    side = ask.command.side
    return side in ("5", "6") if limit == "forbidden" else side == "5" and ask.command.locate_reqd != "N"


def long_sale_covered(gate: Gate, ask: Ask, scope: Scope, limit: bool) -> bool:
    return limit and ask.command.side == Side.SELL and ask.more_qty > 0 and not closes(gate, ask)


def lots_e8(gate: Gate, ask: Ask, qty: int) -> int:
    return qty * gate.witness.instruments[ask.owner.symbol].lot_e8


def collar(gate: Gate, ask: Ask, scope: Scope, limit: int, unit: int) -> bool:
    reference = gate.witness.reference_px(ask.owner.symbol)
    if ask.limit is None:
        return False
    most = limit if unit == 1 else reference * limit
    return abs(ask.limit - reference) * unit > most


def fat_finger(gate: Gate, ask: Ask, scope: Scope, limit: int) -> bool:
    holding = gate.held(ask)
    return len(holding.sizes) >= 20 and ask.qty * 65_536 > limit * holding.average_size


def open_orders(gate: Gate, ask: Ask, scope: Scope, limit: int) -> bool:
    return ask.is_new and gate.used(ask, scope).open_orders + 1 > limit


def open_notional(gate: Gate, ask: Ask, scope: Scope, limit: int) -> bool:
    sums = gate.used(ask, scope)
    return ask.adds and sums.open_buy + sums.open_sell + ask.more_money > limit


def gross_position(gate: Gate, ask: Ask, scope: Scope, limit: int) -> bool:
    sums = gate.used(ask, scope)
    return ask.adds and sums.gross + sums.open_buy + sums.open_sell + ask.more_money > limit


def net_position(gate: Gate, ask: Ask, scope: Scope, limit: int) -> bool:
    sums = gate.used(ask, scope)
    if ask.is_buy:
        return ask.adds and sums.net + sums.open_buy + ask.more_money > limit
    return ask.adds and sums.net - sums.open_sell - ask.more_money < -limit


def long_qty(gate: Gate, ask: Ask, scope: Scope, limit: int) -> bool:
    holding = gate.held(ask)
    qty = holding.position + holding.buy_qty + ask.more_qty
    return ask.is_buy and ask.more_qty > 0 and lots_e8(gate, ask, qty) > limit


def short_qty(gate: Gate, ask: Ask, scope: Scope, limit: int) -> bool:
    holding = gate.held(ask)
    qty = holding.position - holding.sell_qty - ask.more_qty
    return not ask.is_buy and ask.more_qty > 0 and lots_e8(gate, ask, qty) < -limit


def credit(gate: Gate, ask: Ask, scope: Scope, limit: int) -> bool:
    sums = gate.used(ask, scope)
    return ask.is_buy and ask.adds and sums.cash_out + sums.open_buy + ask.more_money > limit


def traded_notional(gate: Gate, ask: Ask, scope: Scope, limit: int) -> bool:
    sums = gate.used(ask, scope)
    return ask.adds and sums.traded + sums.open_buy + sums.open_sell + ask.more_money > limit


def daily_loss(gate: Gate, ask: Ask, scope: Scope, limit: int) -> bool:
    return ask.adds and -gate.used(ask, scope).pnl > limit and not closes(gate, ask)


def orders_per_trade(gate: Gate, ask: Ask, scope: Scope, limit: int) -> bool:
    sums = gate.used(ask, scope)
    return ask.is_new and sums.orders + 1 >= 100 and sums.orders + 1 > limit * max(sums.trades, 1)


OBJECTIONS: dict[str, Callable[[Gate, Ask, Scope, Any], bool]] = {
    "restriction": restriction,
    "instruments": lambda gate, ask, scope, limit: ask.owner.symbol not in limit,
    "ord_types": lambda gate, ask, scope, limit: ask.command.ord_type not in limit,
    "short_sale": short_sale,
    "long_sale_covered": long_sale_covered,
    "order_qty_max_e8": lambda gate, ask, scope, limit: lots_e8(gate, ask, ask.qty) > limit,
    "order_notional_max_e8": lambda gate, ask, scope, limit: ask.money > limit,
    "market_order_qty_max_e8": lambda gate, ask, scope, limit: (
        ask.limit is None and lots_e8(gate, ask, ask.qty) > limit
    ),
    "collar_bps": lambda gate, ask, scope, limit: collar(gate, ask, scope, limit, 10_000),
    "collar_ticks": lambda gate, ask, scope, limit: collar(gate, ask, scope, limit, 1),
    "fat_finger_multiple": fat_finger,
    "open_orders_max": open_orders,
    "open_notional_max_e8": open_notional,
    "gross_position_max_e8": gross_position,
    "net_position_max_e8": net_position,
    "long_qty_max_e8": long_qty,
    "short_qty_max_e8": short_qty,
    "credit_max_e8": credit,
    "traded_notional_max_e8": traded_notional,
    "daily_loss_max_e8": daily_loss,
    "orders_per_trade_max": orders_per_trade,
}
"""In the order of the table."""
