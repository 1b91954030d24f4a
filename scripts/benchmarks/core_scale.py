"""How the core bears size: time per command with few and with many open orders, and memory per open order.

Both rates are of the lively flow and are measured in turns, so that what else the machine does hits both; the figure is
the median over the turns. Memory is what the process grows by while orders are accepted, their commands not included.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from statistics import median

from scripts.benchmarks.core import DECODER, ENCODER, TURN, traded_market
from scripts.benchmarks.figures import Figure, Options, progress
from scripts.benchmarks.flow import Flow, numbered
from scripts.benchmarks.idle_sessions import resident_kib
from tradsys_oms.core.commands import Command, NewOrder, SetInstrument, SetMember, SetSession
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.fields import SCALE_E8

FEW = 1_000
MANY_PER_COMMAND = 5
"""Open orders in the large books for each command that is measured."""
CHUNK = 2_000
"""Commands that are measured in one go, before the other books have their turn."""
ORDERS_WEIGHED = 200_000
TICK_E8 = SCALE_E8 // 100
SESSIONS = 20
SYMBOLS = 1_000


def measure(options: Options) -> Iterator[Figure]:
    """Apply the flow to small and to large books in turns; weigh orders in a process of its own."""
    many = options.commands * MANY_PER_COMMAND
    yield Figure("core_growth_ratio", growth_ratio(FEW, many, options.commands), "ratio")
    parent, child = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=weigh, args=(child,))
    process.start()
    yield Figure("core_open_order_bytes", parent.recv(), "bytes")
    process.join()


def growth_ratio(few: int, many: int, count: int) -> float:
    """Give the time per command with `many` open orders over that with `few`."""
    flows = [Flow(open_orders=open_orders, is_lively=True) for open_orders in (few, many)]
    for flow in flows:
        flow.trade(count)
    progress(f"core: the same flow over {few} and over {many} open orders")
    setups = [flow.commands[: flow.setup_count] for flow in flows]
    with traded_market(setups[0]) as small, traded_market(setups[1]) as large:
        pairs = list(zip(chunks(small, flows[0]), chunks(large, flows[1]), strict=True))
    few_s, many_s = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    progress(f"core: {few_s / CHUNK * 1e6:.2f} us and {many_s / CHUNK * 1e6:.2f} us per command")
    return many_s / few_s


def chunks(engine: Engine, flow: Flow) -> Iterator[float]:
    """Give the CPU seconds that each chunk of the flow takes; its commands are made before the clock starts."""
    apply, start = engine.apply, flow.setup_count
    encoded = [ENCODER.encode(command) for command in flow.commands[start:]]
    for first in range(0, len(encoded) - CHUNK + 1, CHUNK):
        elapsed_s = 0.0
        for turn in range(first, first + CHUNK, TURN):
            commands = [DECODER.decode(one) for one in encoded[turn : min(turn + TURN, first + CHUNK)]]
            work = list(numbered(commands, start + 1 + turn))
            started_s = time.thread_time()
            for seq, time_ns, command in work:
                apply(seq, time_ns, command)
            elapsed_s += time.thread_time() - started_s
        yield elapsed_s


def weigh(answer: Connection) -> None:
    """Send how many bytes the process grows by for each order that comes to rest."""
    engine = Engine()
    seq = 0
    for command in reference_data():
        seq += 1
        engine.apply(seq, seq, command)
    gc.collect()
    before_kib = resident_kib(os.getpid())
    for number in range(ORDERS_WEIGHED):
        seq += 1
        engine.apply(seq, seq, passive_order(number))
    answer.send((resident_kib(os.getpid()) - before_kib) * 1024 / ORDERS_WEIGHED)


def reference_data() -> Iterator[Command]:
    """Give the instruments, members and sessions."""
    for number in range(SYMBOLS):
        price_e8, qty_max_e8 = 10_000 * TICK_E8, 1_000_000 * SCALE_E8
        yield SetInstrument(f"S{number}", TICK_E8, SCALE_E8, price_e8, 2_000, qty_max_e8, 0, "USD", enabled=True)
    for number in range(SESSIONS):
        yield SetMember(f"M{number}", enabled=True)
        yield SetSession(f"M{number}", f"M{number}", enabled=True)


def passive_order(number: int) -> NewOrder:
    """Make an order that rests, with texts and numbers of its own as if it came from a message."""
    side, distance = ("1", -1) if number % 2 else ("2", 1)
    price_e8 = (10_000 + distance * (1 + number % 100)) * TICK_E8
    return NewOrder(
        f"M{number % SESSIONS}",
        number // SESSIONS + 1,
        f"ORDER-{number:012d}",
        f"ACCOUNT-{number % 7}",
        f"S{number % SYMBOLS}",
        side,
        "2",
        "0",
        (300 + number % 700) * SCALE_E8,
        price_e8,
    )
