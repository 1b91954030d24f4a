"""Recovery at start: the journal on disk is checked, read, decoded and applied to an empty core, as by the daemon."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from scripts.benchmarks.collector import as_in_the_daemon
from scripts.benchmarks.figures import Figure, MeasurementError, Options, progress, scratch
from scripts.benchmarks.flow import Flow, numbered
from scripts.benchmarks.journals import prepare
from tradsys_oms.core.engine import Engine
from tradsys_oms.journal.reader import read_entries
from tradsys_oms.journal.writer import JournalWriter
from tradsys_oms.recovery import replay


def measure(options: Options) -> Iterator[Figure]:
    """Recover the same journal `repeats` times."""
    flow = Flow(open_orders=options.open_orders)
    flow.trade(options.commands)
    with scratch("replay") as directory:
        last_seq, _ = prepare(directory, numbered(flow.commands, 1))
        progress(f"replay: a journal of {last_seq} commands")
        rates = [recover(directory, last_seq) for _ in range(options.repeats)]
    yield Figure("replay_commands_per_s", median(rates), "commands/s")


def recover(directory: Path, last_seq: int) -> float:
    """Give the commands per second of one recovery."""
    with as_in_the_daemon():
        started = time.perf_counter()
        writer = JournalWriter.open(directory)
        engine = Engine()
        replay(engine, read_entries(directory))
        elapsed = time.perf_counter() - started
        writer.close()
    if engine.last_seq != last_seq:
        raise MeasurementError(f"replay ended at {engine.last_seq} of {last_seq}")
    return last_seq / elapsed
