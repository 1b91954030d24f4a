"""The core alone: commands per second of one thread, no journal, no FIX."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

import msgspec

from scripts.benchmarks.collector import as_in_the_daemon
from scripts.benchmarks.figures import Figure, Options, percentile, progress
from scripts.benchmarks.flow import Flow, numbered
from tradsys_oms.core.commands import Command
from tradsys_oms.core.engine import Engine

FEW_INSTRUMENTS = 4
"""As in config/bench.yaml."""
FEW_OPEN_ORDERS = 10_000
TURN = 256
"""Commands that are made and applied together, about what one read of a busy socket brings."""
ENCODER = msgspec.msgpack.Encoder()
DECODER = msgspec.msgpack.Decoder(Command)


def measure(options: Options) -> Iterator[Figure]:
    """Apply three flows `repeats` times each for their rates, and one once more with a clock around each command."""
    narrow = Flow(instruments=FEW_INSTRUMENTS, open_orders=min(FEW_OPEN_ORDERS, options.open_orders))
    narrow.trade(options.commands)
    progress(f"core: {FEW_INSTRUMENTS} instruments, {narrow.setup_count} commands build the books")
    yield Figure("core_commands_per_s", median(rate(narrow) for _ in range(options.repeats)), "commands/s")
    flow = Flow(open_orders=options.open_orders)
    flow.trade(options.commands)
    progress(f"core: {flow.setup_count} commands build the wide books, {options.commands} are measured")
    yield Figure("core_wide_commands_per_s", median(rate(flow) for _ in range(options.repeats)), "commands/s")
    lively = Flow(open_orders=options.open_orders, is_lively=True)
    lively.trade(options.commands)
    yield Figure("core_lively_commands_per_s", median(rate(lively) for _ in range(options.repeats)), "commands/s")
    durations_ns = sorted(each(lively))
    yield Figure("core_command_p50_us", percentile(durations_ns, 50) / 1000, "us")
    yield Figure("core_command_p99_us", percentile(durations_ns, 99) / 1000, "us")


@contextmanager
def traded_market(flow: Flow) -> Iterator[Engine]:
    """Give an engine with its books built up, and the collector set as in the daemon."""
    engine = Engine()
    for numbered_command in numbered(flow.commands[: flow.setup_count], 1):
        engine.apply(*numbered_command)
    with as_in_the_daemon():
        yield engine


def turns(flow: Flow) -> Iterator[list[tuple[int, int, Command]]]:
    """Give the commands to measure with their numbers and times, those of a turn together.

    As in the daemon, where it has just been made from its message, a command is made shortly before it is applied.
    """
    encoded = [ENCODER.encode(command) for command in flow.commands[flow.setup_count :]]
    for first in range(0, len(encoded), TURN):
        commands = [DECODER.decode(one) for one in encoded[first : first + TURN]]
        yield list(numbered(commands, flow.setup_count + 1 + first))


def rate(flow: Flow) -> float:
    """Give the commands per second of the flow; making them is not in the figure."""
    elapsed_s = 0.0
    with traded_market(flow) as engine:
        apply = engine.apply
        for turn in turns(flow):
            started = time.perf_counter()
            for seq, time_ns, command in turn:
                apply(seq, time_ns, command)
            elapsed_s += time.perf_counter() - started
    return (len(flow.commands) - flow.setup_count) / elapsed_s


def each(flow: Flow) -> list[int]:
    """Give the nanoseconds of every command of the flow; the clock itself is in it with about 0.05 us."""
    with traded_market(flow) as engine:
        apply = engine.apply
        clock = time.perf_counter_ns
        durations_ns = []
        for turn in turns(flow):
            for seq, time_ns, command in turn:
                started_ns = clock()
                apply(seq, time_ns, command)
                durations_ns.append(clock() - started_ns)
        return durations_ns
