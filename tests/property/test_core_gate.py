"""The gate and the words for those that it does not let through always agree; and limits are what was said last.

An order that `admits` lets through is one that no limit objects to or warns of. The other way round it is the same but
for four limits that only the long way looks into: `close_only`, short sales, covered sales, and the loss of the day for
an order that closes.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tradsys_oms.core.commands import (
    NO_LIMITS,
    BeginRiskDay,
    CancelOrder,
    ChangeLimits,
    Command,
    Limits,
    NewOrder,
    ReplaceOrder,
    Revalue,
    Scope,
    SetAccount,
    SetInstrument,
    SetLimits,
    SetMark,
    SetMember,
    SetPosition,
    SetRiskRules,
    SetSession,
    SetVenue,
    VenueQuote,
)
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.limits.asked import Asked
from tradsys_oms.core.limits.bounds import Bounds
from tradsys_oms.core.limits.gate import admits
from tradsys_oms.core.limits.lane import Lane
from tradsys_oms.core.limits.objections import objection
from tradsys_oms.core.limits.prices import unpriced_px
from tradsys_oms.core.limits.risk import EACH_ACCOUNT
from tradsys_oms.core.limits.table import LIMITS, PARTNERS

E8 = 10**8
TICK_E8 = 10**6
LOT_E8 = E8 // 2
SYMBOLS = ("ACME", "ACME", "EURO")
SESSIONS = ("A1", "A1", "A2", "B1")
ACCOUNTS = ("house", "house", "client")
STEPS = 100
SHORT_SALES = ("5", "6")

scopes = st.one_of(
    st.just(Scope("all")),
    st.just(EACH_ACCOUNT),
    st.sampled_from("AAB").map(lambda name: Scope("member", name)),
    st.sampled_from(SESSIONS).map(lambda name: Scope("session", name)),
    st.builds(lambda name, account: Scope("account", name, account), st.sampled_from("AAB"), st.sampled_from(ACCOUNTS)),
    st.sampled_from(SYMBOLS).map(lambda symbol: Scope("instrument", symbol=symbol)),
    st.builds(
        lambda name, account, symbol: Scope("holding", name, account, symbol),
        st.sampled_from("AAB"),
        st.sampled_from(ACCOUNTS),
        st.sampled_from(SYMBOLS),
    ),
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "restriction": st.sampled_from(["close_only", "close_only", "block"]),
    "instruments": st.sampled_from([("ACME", "EURO"), ("ACME",)]),
    "ord_types": st.sampled_from([("1", "2"), ("2",), ("2", "3")]),
    "short_sale": st.sampled_from(["forbidden", "located"]),
    "long_sale_covered": st.booleans(),
    "collar_bps": st.sampled_from([0, 5, 8, 10]),
    "collar_ticks": st.sampled_from([0, 5, 8, 10]),
    "fat_finger_multiple": st.integers(1, 3),
    "duplicate_window_ns": st.sampled_from([1, 500, 20_000]),
    "orders_per_trade_max": st.sampled_from([0, 1, 3, 120]),
    "open_orders_max": st.sampled_from([0, 5, 10, 20, 50]),
}
BY_UNIT: dict[str, st.SearchStrategy[Any]] = {
    "qty": st.sampled_from([0, 3, 10, 11, 20, 50, 100, 200]).map(lambda lots: lots * LOT_E8 + lots % 2),
    "money": st.sampled_from([0, 300, 600, 1_000, 2_501, 5_000, 10_000, 20_000]).map(
        lambda money: money * E8 + money % 2
    ),
    "count": st.integers(1, 12),
    "ns": st.sampled_from([1, 300, 1_000, 5_000, 30_000]),
}
USED = [name for name in LIMITS if not name.startswith("breaker_")]


def values_of(names: list[str]) -> st.SearchStrategy[Limits]:
    """Draw a value for each limit of a list, and for its partner."""
    every = dict.fromkeys([*names, *(PARTNERS[name] for name in names if name in PARTNERS)])
    return st.builds(Limits, **{name: VALUES.get(name, BY_UNIT.get(LIMITS[name].unit, st.none())) for name in every})


def limits_of(scope: Scope) -> st.SearchStrategy[Limits]:
    """Draw limits that a scope may have: one or a few."""
    names = [name for name in USED if scope.level in LIMITS[name].levels]
    return st.lists(st.sampled_from(names), min_size=1, max_size=3).flatmap(values_of)


@dataclass
class Step:
    """What happens next, in values that a market makes a command of."""

    kind: str
    session: str = "A1"
    account: str = "house"
    symbol: str = "ACME"
    side: str = "1"
    ord_type: str = "2"
    qty: int = 1
    price: int = 10_000
    which: int = 0
    gap_ns: int = 0


KINDS = ("new",) * 8 + ("replace",) * 5 + ("cancel",) * 2 + ("burst", "mark", "quote", "position", "revalue", "day")


def drawn(random: Random) -> Step:
    """Draw what happens next."""
    return Step(
        random.choice(KINDS),
        random.choice(SESSIONS),
        random.choice(ACCOUNTS),
        random.choice(SYMBOLS),
        random.choice("12"),
        random.choice("2221"),
        random.randint(1, 12),
        random.randint(9_990, 10_010),
        random.randint(0, 30),
        random.choice((0, 0, 1, 500, 3_000)),
    )


set_limits = scopes.flatmap(lambda scope: st.builds(SetLimits, st.just(scope), limits_of(scope)))


class Market:
    """Two members, three sessions, two instruments of two currencies, and a comparison before each order."""

    def __init__(self, warn_bps: int) -> None:
        self.engine = Engine()
        self.time_ns = 10**9
        self.number = 0
        self.admitted = self.held_up = 0
        for symbol, currency in (("ACME", "USD"), ("EURO", "EUR")):
            self.apply(
                SetInstrument(
                    *(symbol, TICK_E8, LOT_E8, 100 * E8, 2_000 * (symbol == "ACME"), 10**9, 0, currency, True),
                    mark_venues=("V1",) if symbol == "EURO" else (),
                )
            )
        self.apply(SetVenue("V1", True))
        for member in "AB":
            self.apply(SetMember(member, True))
            for account in ACCOUNTS:
                self.apply(SetAccount(member, account, True))
        for session in SESSIONS:
            self.apply(SetSession(session, session[0], True))
        self.apply(SetRiskRules(warn_bps, "USD", (("EUR", 109_000_001),)))

    def apply(self, command: Command) -> None:
        """Apply a command as the next one."""
        self.time_ns += 100
        self.engine.apply(self.engine.last_seq + 1, self.time_ns, command)

    def do(self, step: Step, day: int) -> None:
        """Do what a step says."""
        self.time_ns += step.gap_ns
        match step.kind:
            case "new":
                self.enter(step)
            case "replace" | "cancel":
                self.change(step)
            case "burst":
                for number in range(step.which):
                    self.enter(step, 10_000 + number)
            case "mark":
                self.apply(SetMark(step.symbol, step.price * TICK_E8, "file"))
            case "quote":
                bid_e8, offer_e8 = step.price * TICK_E8, (step.price + step.which) * TICK_E8
                self.apply(VenueQuote("V1", 0, step.symbol, bid_e8, LOT_E8, offer_e8, LOT_E8))
            case "position":
                qty_e8 = (step.which - 15) * LOT_E8
                self.apply(SetPosition(step.session[0], step.account, step.symbol, qty_e8, 100 * E8, False, ""))
            case "revalue":
                self.apply(Revalue())
            case "day":
                self.apply(BeginRiskDay(20250101 + day))

    def enter(self, step: Step, price: int = 0) -> None:
        """Compare what is said to an order, and enter it."""
        self.number += 1
        price = price or step.price
        command = NewOrder(
            step.session,
            0,
            f"X{self.number}",
            step.account,
            step.symbol,
            step.side,
            step.ord_type,
            "0",
            step.qty * LOT_E8,
            price * TICK_E8,
        )
        session, instrument = self.engine.sessions[step.session], self.engine.instruments[step.symbol]
        lane = self.engine.risk.lane(session, step.account, instrument)
        assert lane is not None
        limit = price if step.ord_type == "2" else 0
        reserve_px = limit or unpriced_px(instrument)
        self.compare(
            lane, step.side, step.ord_type, step.qty, limit, step.qty, instrument.money(step.qty * reserve_px), 1
        )
        self.apply(command)

    def change(self, step: Step) -> None:
        """Compare what is said to a replace of an open order, and ask for it; or cancel one."""
        member = step.session[0]
        mine = [order for order in self.engine.list_orders(member, open_only=True) if not order.special]
        if not mine:
            return
        order = mine[step.which % len(mine)]
        self.number += 1
        names = (step.session, 0, f"X{self.number}", order.clord_id, "", order.symbol, order.side)
        if step.kind == "cancel":
            self.apply(CancelOrder(*names))
            return
        order_qty = step.qty + order.cum_qty // 2
        lane = self.engine.risk.lane_of(self.engine.sessions[step.session], order)
        leaves_qty = max(order_qty - order.cum_qty, 0)
        before = order.instrument.money(order.reserved_qty * order.reserved_px)
        added_money = order.instrument.money(leaves_qty * step.price) - before
        self.compare(lane, order.side, "2", order_qty, step.price, leaves_qty - order.reserved_qty, added_money, 0)
        self.apply(ReplaceOrder(*names, "2", "0", order_qty * LOT_E8, step.price * TICK_E8))

    def compare(
        self,
        lane: Lane,
        side: str,
        ord_type: str,
        order_qty: int,
        price: int,
        added_qty: int,
        added_money: int,
        added_orders: int,
    ) -> None:
        """Ask the gate and the long way about an order: they agree."""
        risk, time_ns = self.engine.risk, self.time_ns + 100
        worked_out_before = lane.bounds if lane.version == risk.version else None
        bounds = risk.bounds_of(lane)
        reserve_px = price or unpriced_px(lane.instrument)
        asked = Asked(
            lane,
            time_ns,
            risk.rules.warn_bps,
            side,
            ord_type,
            "",
            order_qty,
            price,
            reserve_px,
            added_qty,
            added_money,
            added_orders,
        )
        reject, near = objection(asked, risk.scopes_of(lane))
        is_free = reject is None and near == []
        if bounds is None:
            assert is_free
            return
        notional = lane.instrument.money(order_qty * reserve_px)
        numbers = (time_ns, side, ord_type, order_qty, price, notional, added_qty, added_money, added_orders)
        is_admitted = admits(lane, bounds, *numbers)
        if worked_out_before is not None and admits(lane, worked_out_before, *numbers):
            assert is_free, (reject, near, asked)
        self.admitted += is_admitted
        self.held_up += not is_free
        if is_admitted or not _is_looked_into(lane, bounds, asked):
            assert is_admitted == is_free, (reject, near, asked)


def _is_looked_into(lane: Lane, bounds: Bounds, asked: Asked) -> bool:
    """Tell that only the long way knows whether the order may pass."""
    is_closing_a_loss = asked.closes and any(most.usage.pnl < most.pnl for most in bounds.usages)
    return bounds.is_shut or (asked.side in SHORT_SALES and bounds.short_sale) or is_closing_a_loss


@settings(deadline=None)
@given(
    st.sampled_from([0, 5_000, 8_000, 9_999, 10_000]),
    st.lists(set_limits, min_size=3, max_size=12),
    st.integers(0, 2**32),
)
def test_the_gate_lets_through_what_nothing_objects_to(warn_bps: int, limits: list[SetLimits], seed: int) -> None:
    market, random = Market(warn_bps), Random(seed)  # noqa: S311 - drawn, not secret
    due = {number * STEPS // len(limits): command for number, command in enumerate(limits)}
    for day in range(STEPS):
        if day in due:
            market.apply(due[day])
        market.do(drawn(random), day)


Saying = tuple[str, dict[str, Any], tuple[str, ...], tuple[str, ...]]
"""Who says it, values, and names that are lifted and reset."""
NAMES = ("order_qty_max_e8", "collar_ticks", "orders_max", "orders_window_ns", "restriction")
OF_MODEL = {
    "order_qty_max_e8": st.integers(0, 5),
    "collar_ticks": st.integers(0, 5),
    "orders_max": st.integers(1, 5),
    "orders_window_ns": st.integers(1, 5),
    "restriction": st.sampled_from(["block", "close_only"]),
}
given_values = st.lists(st.sampled_from(NAMES), unique=True, max_size=3).flatmap(
    lambda names: st.fixed_dictionaries({name: OF_MODEL[name] for name in names})
)
name_lists = st.lists(st.sampled_from(NAMES), unique=True, max_size=2).map(tuple)
sayings: st.SearchStrategy[Saying] = st.one_of(
    given_values.map(lambda values: ("configure", values, (), ())),
    given_values.map(lambda values: ("each account", values, (), ())),
    st.just(("take away", {}, (), ())),
    st.tuples(st.just("change"), given_values, name_lists, st.one_of(name_lists, st.just(("*",)))),
)


class Model:
    """What is configured, and what an operator said about each limit: a value, or None for lifted."""

    def __init__(self) -> None:
        self.own: dict[str, Any] | None = None
        self.of_each: dict[str, Any] = {}
        self.said: dict[str, Any] = {}

    @property
    def configured(self) -> dict[str, Any]:
        """Give what counts: its own, else those of each account."""
        return self.of_each if self.own is None else self.own

    @property
    def limits(self) -> dict[str, Any]:
        """Give the limits as they are."""
        return {name: value for name, value in {**self.configured, **self.said}.items() if value is not None}

    def after(self, values: dict[str, Any], lifted: tuple[str, ...], reset: tuple[str, ...]) -> dict[str, Any]:
        """Give what an operator has said with this too; a rate and its window go together."""
        reset = NAMES if reset == ("*",) else (*reset, *(PARTNERS[name] for name in reset if name in PARTNERS))
        lifted = (*lifted, *(PARTNERS[name] for name in lifted if name in PARTNERS))
        said = {name: value for name, value in self.said.items() if name not in reset}
        said |= dict.fromkeys(lifted)
        said |= values
        for name in values:
            partner = PARTNERS.get(name, name)
            if partner not in said and partner in self.configured:
                said[partner] = self.configured[partner]
        return said


def is_paired(limits: dict[str, Any]) -> bool:
    """Tell that a rate has its window."""
    return ("orders_max" in limits) == ("orders_window_ns" in limits)


@settings(deadline=None)
@given(st.lists(sayings, max_size=12))
def test_limits_are_what_was_said_last(said: list[Saying]) -> None:
    market, model, scope = Market(0), Model(), Scope("account", "A", "house")
    risk = market.engine.risk
    found = risk.find(scope)
    assert found is not None
    for kind, values, lifted, reset in said:
        if kind == "configure":
            command: Command = SetLimits(scope, Limits(**values))
            is_possible = is_paired(values)
            if is_possible:
                model.own = values
        elif kind == "each account":
            command, is_possible = SetLimits(EACH_ACCOUNT, Limits(**values)), is_paired(values)
            if is_possible:
                model.of_each = values
        elif kind == "take away":
            command, is_possible, model.own = SetLimits(scope, None), True, None
        else:
            command = ChangeLimits(scope, Limits(**values), lifted, reset, "")
            after = model.after(values, lifted, reset)
            is_possible = is_paired({name: v for name, v in {**model.configured, **after}.items() if v is not None})
            if is_possible:
                model.said = after
        assert (market.engine.fault_of(command) is None) == is_possible
        market.apply(command)
        assert found.limits == risk.limits_of(scope) == Limits(**model.limits)
        assert is_paired(model.limits)
        assert (found.limits is NO_LIMITS) == (not model.limits)
