"""A figure is one measured number with its name and unit; it is printed as one line of JSON."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from math import comb
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class MeasurementError(Exception):
    """A measurement did not come to its end; the text says what was expected and what came."""


@dataclass(frozen=True)
class Figure:
    """One measured number."""

    name: str
    value: float
    unit: str

    def line(self) -> str:
        """Print it as one JSON object; 4 significant digits are more than a repetition agrees on."""
        rounded = float(f"{self.value:.4g}")
        return json.dumps(asdict(self) | {"value": int(rounded) if rounded >= 1000 else rounded})


@dataclass(frozen=True)
class Options:
    """What the command line asked for."""

    config: Path
    orders: int
    """Orders in one flood."""
    paced_seconds: float
    open_orders: int
    commands: int
    """Commands of the flow after the books are built up."""
    executions: int
    """Executions in the journal that the projector gets."""
    pairs: int
    """Orders and reports through the session layer alone."""
    idle_seconds: float
    """How long idle sessions are watched."""
    hostile_seconds: float
    """How long one stretch of paced orders is, with or without hostile connections."""
    repeats: int
    durability: str
    """`fsync` or `os`; "" for what the config file says."""
    wanted: frozenset[str]
    """Names of the figures to print."""


def percentile(sorted_values: Sequence[int], percent: float) -> int:
    """Give the nearest-rank percentile of values that are sorted already."""
    rank = min(len(sorted_values) - 1, int(len(sorted_values) * percent / 100))
    return sorted_values[rank]


def median_interval(values: Sequence[float], miss_percent: float = 10) -> tuple[float, float]:
    """Give the interval that misses the true median in at most `miss_percent` of all cases, whatever is measured.

    Each value is as likely below the true median as above it, so it lies between the k-th smallest and the k-th largest
    of n but for the tails of the binomial distribution of n and one half. Below five values it is all of them.
    """
    ordered, count = sorted(values), len(values)
    skipped, tail = 0, 0.5**count
    while (tail := tail + comb(count, skipped + 1) * 0.5**count) * 200 <= miss_percent:
        skipped += 1
    return ordered[skipped], ordered[count - 1 - skipped]


@contextmanager
def scratch(name: str) -> Iterator[Path]:
    """Give an empty folder for the time of a measurement, on the same disk as the daemon's state."""
    folder = ROOT / "var" / f"bench-{name}-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def progress(text: str) -> None:
    """Tell the one who waits what is going on."""
    print(f"bench: {text}", file=sys.stderr, flush=True)
