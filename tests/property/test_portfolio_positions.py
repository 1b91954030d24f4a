"""Positions against the most obvious way to count them: the list of all trades, as each of them is in the end."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tests.unit.portfolio.journal_entries import BUY, E8, SELL, Follow
from tradsys_oms.core.commands import AmendTrade
from tradsys_oms.core.events import Execution, Refused

ACCOUNTS = (("ALPHA", "A1"), ("ALPHA", ""), ("BETA", "B1"), ("BETA", "B2"))
LOT = 10


class Trades:
    """Every trade by its place, with both sides."""

    def __init__(self) -> None:
        self.sides: dict[tuple[int, int], tuple[Execution, Execution]] = {}
        self.lots: dict[tuple[int, int], int] = {}

    def note(self, follow: Follow) -> None:
        """Note what the last entry did."""
        entry = follow.entries[-1]
        if isinstance(entry.command, AmendTrade) and not isinstance(entry.events[0], Refused):
            self.lots[entry.command.trade_seq, entry.command.trade_index] = entry.command.qty
        for index, event in enumerate(entry.events):
            if isinstance(event, Execution) and event.trade_index == index:
                second = entry.events[index + 1]
                assert isinstance(second, Execution)
                self.sides[entry.seq, index] = (event, second)
                self.lots[entry.seq, index] = event.last_qty

    def held(self) -> dict[tuple[str, str], dict[str, int]]:
        """Add all of it up."""
        counts = Counter[tuple[str, str]]()
        for place, sides in self.sides.items():
            for side in sides:
                sign = 1 if side.side == BUY else -1
                counts[side.member, side.account] += sign * self.lots[place] * LOT * E8
        return {account: {"ACME": quantity} for account, quantity in counts.items() if quantity}


def amend(follow: Follow, trades: Trades, choose: random.Random) -> None:
    """Bust or correct a trade, perhaps one that was amended before; or try to, and be refused."""
    corrected = [place for place, lots in trades.lots.items() if lots not in (0, trades.sides[place][0].last_qty)]
    place = choose.choice(corrected if corrected and choose.random() < 0.5 else list(trades.sides))
    first, second = trades.sides[place]
    quantity = choose.choice((0, choose.randint(1, first.last_qty + 1)))
    price = first.last_px + choose.randint(-1, 1)
    orders = (first.order_id, second.order_id)
    follow.apply(
        AmendTrade(*place, *orders, first.last_qty, first.last_px, quantity, price, choose.random() < 0.5, "typo")
    )


@pytest.mark.parametrize("seed", range(12))
def test_positions_are_the_sum_of_all_trades(seed: int) -> None:
    choose = random.Random(seed)  # noqa: S311
    follow, trades = Follow(), Trades()
    for _ in range(400):
        if trades.sides and choose.random() < 0.2:
            amend(follow, trades, choose)
        else:
            member, account = choose.choice(ACCOUNTS)
            price = f"100.0{choose.randint(0, 4)}"
            follow.order(member, account, choose.choice((BUY, SELL)), LOT * choose.randint(1, 9), price)
        trades.note(follow)
        assert follow.positions.held == trades.held()
    amended = [entry for entry in follow.entries if isinstance(entry.command, AmendTrade)]
    assert follow.read, "some trades were amended twice"
    assert any(isinstance(entry.events[0], Refused) for entry in amended)
