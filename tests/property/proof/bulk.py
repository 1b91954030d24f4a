"""Many commands: shape after shape, drawn from a seed, each on exchanges of its own, until there were enough."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.property.naive.things import FILLS_MAX, OPEN_MAX
from tests.property.proof.invariants import Fault
from tests.property.proof.markets import FEATURES, PLAIN_FEATURES, SESSIONS, SYMBOLS, Shape
from tests.property.proof.pairing import Pair, run
from tests.property.proof.shrinking import as_code, shrink
from tradsys_oms.core import engine
from tradsys_oms.core.commands import CancelOrders, ChangePhase, GoOn
from tradsys_oms.core.phases.phases import Phase

STREAM_COMMANDS = 1_000
FEW_FILLS = 3
IS_COMPILED = not str(engine.__file__).endswith(".py")
FEW_ORDERS = 30


@dataclass
class Tally:
    """What a run came to."""

    commands: int = 0
    trades: int = 0
    orders: int = 0


def shape_of(seed: int, features: frozenset[str] = FEATURES) -> Shape:
    """Draw the shape of a seed: all of `features`, or some of them."""
    chance = random.Random(seed)  # noqa: S311 - a test load, the same every time
    share = chance.choice((0.3, 0.6, 1.0))
    chosen = frozenset(feature for feature in sorted(features) if chance.random() < share)
    symbols = SYMBOLS if chance.random() < 0.5 else (chance.choice(SYMBOLS),)
    width, qty_max = chance.choice((1, 3, 5)), chance.choice((4, 12, 40))
    return Shape(seed, chosen | (PLAIN_FEATURES & features), symbols, width, qty_max, chance.choice((10, 50, 90)))


def pair_for(shape: Shape) -> Pair:
    """Give exchanges for a shape: `few_fills` leaves much to the next command, `few_orders` fills the books.

    A compiled core has its bounds in its code: there, fills are never few.
    """
    fills_max = FEW_FILLS if "few_fills" in shape.features and not IS_COMPILED else FILLS_MAX
    return Pair(fills_max, FEW_ORDERS if "few_orders" in shape.features else OPEN_MAX)


def prove(
    seed: int, commands: int, features: frozenset[str] = FEATURES, done: Callable[[Tally], None] = print
) -> Tally:
    """Run streams of the seeds from `seed` on; raises an `AssertionError` with a small stream for what is found."""
    tally = Tally()
    while tally.commands < commands:
        shape = shape_of(seed, features)
        pair = prove_shape(shape, min(STREAM_COMMANDS, commands - tally.commands))
        tally.commands += pair.seq
        tally.trades += pair.invariants.trades
        tally.orders += len(pair.naive.orders)
        seed += 1
        done(tally)
    return tally


def prove_shape(shape: Shape, length: int) -> Pair:
    """Run one stream; give the exchanges as they are at its end."""
    pair = pair_for(shape)
    try:
        run(shape, length, pair)
    except Fault as error:
        steps, fault = shrink(error.steps, lambda: pair_for(shape))
        raise AssertionError(f"{shape}\n{as_code(steps)}\n{fault}") from None
    return pair


def close(pair: Pair) -> None:
    """Halt everything that trades, and cancel all that is open."""
    time_ns = pair.naive.now_ns
    for symbol, instrument in pair.naive.instruments.items():
        if Phase.HALTED in instrument.phase_rules.next_phases:
            pair.step(time_ns, ChangePhase(symbol, Phase.HALTED, "the end"))
    for session in SESSIONS:
        pair.step(time_ns, CancelOrders(session, False, "the end"))
        pair.step(time_ns, GoOn())
    pair.look_at_all()
