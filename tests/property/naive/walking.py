"""The walk of an incoming order through the other side (section 4), as a plan that changes nothing yet."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.property.naive import owning
from tests.property.naive.book import levels, other, within
from tests.property.naive.short_selling import is_barred
from tests.property.naive.things import Exchange, Instrument, Order

TRADE = "trade"


@dataclass
class Resting:
    """An order on the other side, with what it will have left as the plan goes on."""

    order: Order
    leaves: int
    shown: int
    is_own: bool
    is_barred: bool
    """It is conditional, and a short sale that fails the price test."""

    @property
    def gives(self) -> int:
        return min(self.shown, self.leaves) if self.order.is_iceberg else self.leaves

    @property
    def least_fill(self) -> int:
        return self.order.least_fill if self.order.is_conditional else 0


@dataclass
class Plan:
    """The steps: (`trade`, order, quantity, price) or (policy, own order, 0, 0)."""

    exchange: Exchange
    incoming: Order
    is_trial: bool
    left: int
    policy: str
    is_ended: bool = False
    steps: list[tuple[str, Order, int, int]] = field(default_factory=list)

    @property
    def qty(self) -> int:
        return sum(qty for _, _, qty, _ in self.steps)

    def trade(self, one: Resting, qty: int, price: int) -> None:
        self.steps.append((TRADE, one.order, qty, price))
        one.leaves -= qty
        one.shown -= qty
        self.left -= qty


def plan(x: Exchange, instrument: Instrument, incoming: Order, limit: int | None, is_trial: bool) -> Plan:
    """Say what an incoming order would meet within `limit`. In a trial its own orders count as nothing."""
    todo = Plan(x, incoming, is_trial, incoming.leaves, owning.policy(x, incoming))
    for price, level in levels(instrument, other(incoming.side)):
        if todo.left and not todo.is_ended and within(incoming.side, price, limit):
            stands = [resting(x, instrument, incoming, one) for one in level]
            walk_level(
                instrument,
                todo,
                [one for one in stands if not one.order.is_dark],
                [one for one in stands if one.order.is_dark],
                price,
            )
    return todo


def resting(x: Exchange, instrument: Instrument, incoming: Order, one: Order) -> Resting:
    bars = one.is_conditional and is_barred(instrument, one, one.at)
    return Resting(one, one.leaves, one.shown, owning.is_own(x, incoming, one), bars)


def walk_level(instrument: Instrument, todo: Plan, shown: list[Resting], dark: list[Resting], price: int) -> None:
    rules = instrument.rules
    if rules.matching == "pro_rata" and todo.left < sum(one.gives for one in shown if not one.is_own):
        share_out(todo, [one for one in shown if not one.is_own], price)
        return
    if rules.matching == "lead_market_maker":
        serve_the_lead(instrument, todo, shown, price)
    from_the_front(todo, shown, price)
    from_the_front(todo, dark, price)


def share_out(todo: Plan, shown: list[Resting], price: int) -> None:
    """Pro rata."""
    can_give = sum(one.gives for one in shown)
    parts = [todo.left * one.gives // can_give for one in shown]
    rest = todo.left - sum(parts)
    for place, one in enumerate(shown):
        more = min(rest, one.gives - parts[place])
        parts[place] += more
        rest -= more
    for one, part in zip(shown, parts, strict=True):
        if part:
            todo.trade(one, part, price)


def serve_the_lead(instrument: Instrument, todo: Plan, shown: list[Resting], price: int) -> None:
    """Give the lead market maker's orders their share; own orders are left to the pass that follows."""
    share = todo.left * instrument.rules.lead_share_bps // 10_000
    for one in list(shown):
        if share and one.order.member == instrument.rules.lead_member and not one.is_own:
            qty = min(share, one.gives)
            share -= qty
            todo.trade(one, qty, price)
            after_trade(shown, one)


def from_the_front(todo: Plan, queue: list[Resting], price: int) -> None:
    place = 0
    while place < len(queue) and todo.left and not todo.is_ended:
        one = queue[place]
        if one.is_own:
            place += meet_own(todo, queue, one)
        elif one.is_barred or one.least_fill > todo.left:
            place += 1
        else:
            todo.trade(one, min(todo.left, one.gives), price)
            after_trade(queue, one)


def after_trade(queue: list[Resting], one: Resting) -> None:
    """Take out what is filled; send an iceberg that has shown all to the end with its next part."""
    if one.leaves == 0:
        queue.remove(one)
    elif one.order.is_iceberg and one.shown <= 0:
        one.shown = min(one.order.display or 0, one.leaves)
        queue.remove(one)
        queue.append(one)


def meet_own(todo: Plan, queue: list[Resting], one: Resting) -> int:
    """Meet an own order; give how many places to go on."""
    if todo.is_trial:
        todo.is_ended = todo.policy != "cancel_oldest"
        return 1
    todo.steps.append((todo.policy, one.order, 0, 0))
    if todo.policy in ("cancel_newest", "cancel_both"):
        todo.is_ended = True
    elif todo.policy == "cancel_oldest":
        queue.remove(one)
    else:
        less = min(todo.left, one.leaves)
        todo.left -= less
        one.leaves -= less
        if one.leaves == 0:
            queue.remove(one)
    return 0
