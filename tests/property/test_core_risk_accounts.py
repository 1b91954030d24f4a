"""The accounts of members: what the core counts is what its own events come to, and nothing is lost or made."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.naive_risk.agreeing import real_holdings
from tests.property.naive_risk.facts import Amended, Fact, Loaded, Traded
from tests.property.naive_risk.reckoning import concerns
from tests.property.proof.bulk import close, pair_for, prove_shape
from tests.property.proof.markets import FEATURES, SYMBOLS, Shape
from tests.property.proof.pairing import Miscount, Pair, run
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.limits.lane import Lane
from tradsys_oms.journal.entries import decode_entry, encode_entry

RESTARTED = FEATURES - {"few_fills", "few_orders"}
BUSY = RESTARTED - {"gate", "pace", "flow", "blocks", "warnings"}
"""Without limits and blocks there is more to count."""
SEEDS = range(41, 45)
COMMANDS = 1_000

shapes = st.builds(
    Shape,
    seed=st.integers(0, 2**32),
    features=st.frozensets(st.sampled_from(sorted(FEATURES))).map(lambda chosen: chosen | {"money"}),
    symbols=st.sampled_from([("TIME",), ("RATA", "LEAD"), SYMBOLS]),
    width=st.integers(1, 3),
    qty_max=st.integers(1, 30),
    special_percent=st.sampled_from([0, 50, 100]),
)


@settings(max_examples=25, deadline=None)
@given(shapes, st.integers(20, 150))
def test_usage_is_right_after_each_command(shape: Shape, length: int) -> None:
    pair = pair_for(shape)
    pair.usage_every = 1
    run(shape, length, pair)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_open_when_all_orders_have_ended(seed: int) -> None:
    pair = prove_shape(Shape(seed, BUSY), COMMANDS)
    assert pair.real.open_order_count > 0
    close(pair)
    assert pair.real.open_order_count == 0
    engine = pair.real
    usages = [member.usage for member in engine.members.values()] + [one.usage for one in engine.sessions.values()]
    for used in [*usages, *engine.risk.accounts(), *real_holdings(engine)]:
        assert (used.scope, used.open_orders, used.open_buy, used.open_sell) == (used.scope, 0, 0, 0)
    for holding in real_holdings(engine):
        assert (holding.scope, holding.buy_qty, holding.sell_qty) == (holding.scope, 0, 0)


@dataclass
class Sums:
    """What a holding comes to by sums alone, whatever its average cost was on the way."""

    position: int = 0
    paid: int = 0
    """Cost less what was realised."""
    loaded: int = 0
    """What loads and corrections made its position larger by."""
    is_corrected: bool = False

    def add(self, qty: int, money: int) -> None:
        self.position += qty
        self.paid += money

    def take(self, fact: Fact) -> None:
        match fact:
            case Traded():
                self.add(fact.qty, fact.qty * fact.px)
            case Amended():
                self.add(fact.qty - fact.qty_before, fact.qty * fact.px - fact.qty_before * fact.px_before)
            case Loaded():
                self.loaded += fact.qty - self.position
                self.position, self.paid, self.is_corrected = fact.qty, fact.cost, fact.is_correction


@pytest.mark.parametrize("seed", SEEDS)
def test_positions_are_what_was_traded_and_loaded(seed: int) -> None:
    pair = prove_shape(Shape(seed, BUSY), COMMANDS)
    assert pair.invariants.trades > 20
    balance = dict.fromkeys(SYMBOLS, 0)
    for holding in real_holdings(pair.real):
        scope, sums = holding.scope, Sums()
        for fact in pair.witness.facts:
            if concerns(fact, (scope.name, scope.account, scope.symbol)):
                sums.take(fact)
        assert (scope, holding.position) == (scope, sums.position)
        if not sums.is_corrected:
            assert (scope, holding.cost - holding.realised) == (scope, sums.paid)
        balance[scope.symbol] += holding.position - sums.loaded
    assert balance == dict.fromkeys(SYMBOLS, 0)  # what one buys another one sells


@pytest.mark.parametrize("seed", SEEDS)
def test_a_restart_anywhere_changes_nothing(seed: int) -> None:
    shape = Shape(seed, RESTARTED)
    steps, chance = run(shape, COMMANDS, Pair(is_alone=True)), random.Random(seed)  # noqa: S311 - a test load
    cuts = sorted(chance.sample(range(COMMANDS), 5))
    engine = Engine()
    journal: list[tuple[int, bytes]] = []
    for number, (time_ns, command) in enumerate(steps):
        if number in cuts:
            restarted = replayed(journal)
            assert restarted.state_hash() == engine.state_hash()
            engine = restarted
        journal.append((time_ns, encode_entry(command, engine.apply(number + 1, time_ns, command))))
    assert replayed(journal).state_hash() == engine.state_hash()


def replayed(journal: list[tuple[int, bytes]]) -> Engine:
    """Give a new engine that has read a journal; each command does what it did."""
    engine = Engine()
    for seq, (time_ns, payload) in enumerate(journal, 1):
        command, events = decode_entry(payload)
        assert engine.apply(seq, time_ns, command) == list(events)
    return engine


class TestTheAccountantFindsFaults:
    """Faults planted in the core's counting are found."""

    @pytest.mark.parametrize(
        ("name", "change"),
        [
            ("reserve", lambda lane, order, qty, px: (order, qty + (qty == 3), px)),
            ("reserve", lambda lane, order, qty, px: (order, qty, px + (px == 101))),
            ("filled", lambda lane, order, qty, px: (order, qty, px + (qty == 2))),
            ("amended", lambda lane, order, *amounts: (order, amounts[0] + 1, *amounts[1:])),
        ],
    )
    def test_in_a_lane(
        self, monkeypatch: pytest.MonkeyPatch, name: str, change: Callable[..., tuple[object, ...]]
    ) -> None:
        right = getattr(Lane, name)
        monkeypatch.setattr(Lane, name, lambda lane, *given, **named: right(lane, *change(lane, *given), **named))
        with pytest.raises(Miscount):
            run(Shape(41, BUSY), COMMANDS, pair_for(Shape(41, BUSY)))
