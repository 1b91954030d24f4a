"""The reckoning: all facts added up, from the first to the last (docs/risk.md, section 6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from tests.property.naive_risk.facts import Amended, DayBegun, Entered, Fact, Loaded, Owner, Seen, Traded, Valued
from tests.property.naive_risk.witness import Witness

Place = tuple[str, str, str]
"""Member, account and symbol: where a holding is."""


@dataclass
class Used:
    """What a member, a session, an account or a holding has used, in money."""

    open_orders: int = 0
    open_buy: int = 0
    open_sell: int = 0
    traded: int = 0
    cash_out: int = 0
    orders: int = 0
    trades: int = 0
    net: int = 0
    gross: int = 0
    pnl: int = 0


@dataclass
class Held:
    """What an account holds of an instrument, in lots, and in ticks times lots."""

    buy_qty: int = 0
    sell_qty: int = 0
    position: int = 0
    cost: int = 0
    realised: int = 0
    day_cash: int = 0
    day_value: int = 0
    mark: int = 0
    sizes: list[int] = field(default_factory=list)
    """OrderQty of its orders, the first one entered first."""

    @property
    def average_size(self) -> int:
        """Give the average size in lots times 65536, each step rounded down (section 4, fat_finger_multiple)."""
        average = 0
        for number, size in enumerate(self.sizes):
            average += floor(Fraction(size * 65_536 - average, 16)) if number else size * 65_536
        return average

    @property
    def unrealised(self) -> int:
        return self.position * self.mark - self.cost

    @property
    def day_profit(self) -> int:
        return self.position * self.mark - self.day_value + self.day_cash

    def trade(self, qty: int, px: int) -> None:
        """Buy (above 0) or sell at a price."""
        after = self.position + qty
        is_larger = self.position * qty >= 0
        is_turned = self.position * after < 0
        if is_larger:
            self.cost += qty * px
        elif is_turned:
            self.realised += self.position * px - self.cost
            self.cost = after * px
        else:
            part = int(Fraction(self.cost * -qty, self.position))  # cuts off towards zero
            self.realised += -qty * px - part
            self.cost -= part
        self.position = after
        self.day_cash -= qty * px

    def take(self, fact: Fact) -> None:
        """Take in what happened to the holding."""
        match fact:
            case Traded():
                self.trade(fact.qty, fact.px)
                self.mark = fact.px
            case Amended():
                self.trade(-fact.qty_before, fact.px_before)
                if fact.qty:
                    self.trade(fact.qty, fact.px)
                self.mark = fact.mark
            case Loaded():
                self.load(fact)
            case Valued():
                self.mark = fact.mark
            case DayBegun():
                self.day_value, self.day_cash = self.position * self.mark, 0
            case Entered():
                self.sizes.append(fact.qty)

    def load(self, fact: Loaded) -> None:
        """Hold so much from now on."""
        if fact.is_correction:
            self.day_value += fact.cost - self.cost  # no profit or loss of the day
        else:
            self.day_value, self.day_cash, self.realised = fact.cost, 0, 0
        self.position, self.cost, self.mark = fact.qty, fact.cost, fact.mark


def places(witness: Witness) -> list[Place]:
    """List all holdings that anything ever happened to."""
    found = {place_of(fact.owner): None for fact in witness.facts if isinstance(fact, Entered)}
    for fact in witness.facts:
        if isinstance(fact, Loaded):
            found[fact.member, fact.account, fact.symbol] = None
    return list(found)


def place_of(owner: Owner) -> Place:
    return owner.member, owner.account, owner.symbol


def concerns(fact: Fact, place: Place) -> bool:
    match fact:
        case Entered() | Traded() | Amended():
            return place_of(fact.owner) == place
        case Loaded():
            return (fact.member, fact.account, fact.symbol) == place
        case Valued():
            return fact.symbol == place[2]
        case DayBegun():
            return True


def held(witness: Witness, place: Place) -> Held:
    """Reckon a holding."""
    holding = Held()
    for fact in witness.facts:
        if concerns(fact, place):
            holding.take(fact)
    for order in witness.orders.values():
        if place_of(order.owner) == place:
            holding.buy_qty += order.leaves if order.is_buy else 0
            holding.sell_qty += 0 if order.is_buy else order.leaves
    return holding


def used(witness: Witness, is_mine: Callable[[Owner], bool]) -> Used:
    """Reckon what orders of some owners have used, but for what positions are worth."""
    sums = Used()
    for order in witness.orders.values():
        if order.leaves and is_mine(order.owner):
            count_open(witness, sums, order)
    for fact in witness.facts:
        match fact:
            case DayBegun():
                sums.traded = sums.cash_out = sums.orders = sums.trades = 0
            case Entered() if is_mine(fact.owner):
                sums.orders += 1
            case Traded() if is_mine(fact.owner):
                sums.trades += 1
                count_money(sums, fact.money, fact.qty > 0)
            case Amended() if fact.is_of_today and is_mine(fact.owner):
                count_money(sums, fact.money - fact.money_before, fact.qty_before > 0)
            case _:
                pass
    return sums


def count_open(witness: Witness, sums: Used, order: Seen) -> None:
    notional = witness.money(order.owner.symbol, order.leaves * order.reserve_px)
    sums.open_orders += 1
    if order.is_buy:
        sums.open_buy += notional
    else:
        sums.open_sell += notional


def count_money(sums: Used, money: int, is_bought: bool) -> None:
    sums.traded += money
    sums.cash_out += money if is_bought else -money


def count_worth(witness: Witness, sums: Used, symbol: str, holding: Held) -> None:
    """Add what a holding was worth when it was valued last."""
    net = witness.money(symbol, holding.position * holding.mark)
    sums.net += net
    sums.gross += abs(net)
    sums.pnl += witness.money(symbol, holding.day_profit)
