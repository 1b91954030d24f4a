"""The core alone: commands per second of one thread, no journal, no FIX.

Each run has a process of its own, as a daemon that has just started: what earlier runs left of the heap, in pieces, is
not in the figures.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

import msgspec

from scripts.benchmarks.collector import as_in_the_daemon
from scripts.benchmarks.figures import Figure, Options, percentile, progress
from scripts.benchmarks.flow import Flow, numbered
from tradsys_oms.core.commands import Command
from tradsys_oms.core.engine import Engine

Measured = TypeVar("Measured")

FEW_INSTRUMENTS = 4
"""As in config/bench.yaml."""
FEW_OPEN_ORDERS = 10_000
TURN = 256
"""Commands that are made and applied together, about what one read of a busy socket brings."""
ENCODER = msgspec.msgpack.Encoder()
DECODER = msgspec.msgpack.Decoder(Command)


@dataclass(frozen=True)
class Load:
    """A flow as bytes: the commands that build the books, and those that are measured."""

    setup: list[bytes]
    measured: list[bytes]


def measure(options: Options) -> Iterator[Figure]:
    """Apply three flows `repeats` times each for their rates, and one once more with a clock around each command."""
    few = min(FEW_OPEN_ORDERS, options.open_orders)
    narrow = load_of(Flow(instruments=FEW_INSTRUMENTS, open_orders=few), options)
    yield Figure("core_commands_per_s", median_rate(narrow, options), "commands/s")
    wide = load_of(Flow(open_orders=options.open_orders), options)
    yield Figure("core_wide_commands_per_s", median_rate(wide, options), "commands/s")
    lively = load_of(Flow(open_orders=options.open_orders, is_lively=True), options)
    yield Figure("core_lively_commands_per_s", median_rate(lively, options), "commands/s")
    durations_ns = sorted(in_new_process(each, lively))
    yield Figure("core_command_p50_us", percentile(durations_ns, 50) / 1000, "us")
    yield Figure("core_command_p99_us", percentile(durations_ns, 99) / 1000, "us")


def load_of(flow: Flow, options: Options) -> Load:
    """Let a flow trade, and encode it."""
    flow.trade(options.commands)
    progress(f"core: {flow.setup_count} commands build the books, {options.commands} are measured")
    encoded = [ENCODER.encode(command) for command in flow.commands]
    return Load(encoded[: flow.setup_count], encoded[flow.setup_count :])


def median_rate(load: Load, options: Options) -> float:
    """Give the median of the rates of `repeats` runs."""
    return median(in_new_process(rate, load) for _ in range(options.repeats))


def in_new_process(measurement: Callable[[Load], Measured], load: Load) -> Measured:
    """Measure in a process that has done nothing else."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measurement, load).result()


@contextmanager
def traded_market(setup: Iterable[Command]) -> Iterator[Engine]:
    """Give an engine with its books built up, and the collector set as in the daemon."""
    engine = Engine()
    for numbered_command in numbered(setup, 1):
        engine.apply(*numbered_command)
    with as_in_the_daemon():
        yield engine


def turns(load: Load) -> Iterator[list[tuple[int, int, Command]]]:
    """Give the commands to measure with their numbers and times, those of a turn together.

    As in the daemon, where it has just been made from its message, a command is made shortly before it is applied.
    """
    for first in range(0, len(load.measured), TURN):
        commands = [DECODER.decode(one) for one in load.measured[first : first + TURN]]
        yield list(numbered(commands, len(load.setup) + 1 + first))


def rate(load: Load) -> float:
    """Give the commands per second of a flow; making them is not in the figure."""
    elapsed_s = 0.0
    with traded_market(map(DECODER.decode, load.setup)) as engine:
        apply = engine.apply
        for turn in turns(load):
            started = time.perf_counter()
            for seq, time_ns, command in turn:
                apply(seq, time_ns, command)
            elapsed_s += time.perf_counter() - started
    return len(load.measured) / elapsed_s


def each(load: Load) -> list[int]:
    """Give the nanoseconds of every command of a flow; the clock itself is in it with about 0.05 us."""
    with traded_market(map(DECODER.decode, load.setup)) as engine:
        apply = engine.apply
        clock = time.perf_counter_ns
        durations_ns = []
        for turn in turns(load):
            for seq, time_ns, command in turn:
                started_ns = clock()
                apply(seq, time_ns, command)
                durations_ns.append(clock() - started_ns)
        return durations_ns
