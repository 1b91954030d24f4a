"""`scripts/prove`: the naive exchange against the real core for a night, on as many processes as asked for.

A line per process and 100,000 commands goes to standard output. The exit code is 0 if nothing was found, 1 for a
difference or a broken invariant, which is printed as a small stream of commands.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys

from tests.property.proof.bulk import STREAM_COMMANDS
from tests.property.proof.nightly import work

SEEDS_EACH = 10_000_000
"""Processes draw from seeds that far apart."""


def main() -> int:
    """Share the commands among the processes."""
    parser = argparse.ArgumentParser(prog="scripts/prove", description="Compare the core with a naive exchange.")
    parser.add_argument("--commands", type=int, default=5_000_000, help="all processes together")
    parser.add_argument("--seed", type=int, default=1, help="where the first process begins")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    each = max(options.commands // options.processes, STREAM_COMMANDS)
    jobs = [(number, options.seed + number * SEEDS_EACH, each) for number in range(options.processes)]
    with multiprocessing.get_context("spawn").Pool(options.processes) as pool:
        return max(pool.starmap(work, jobs))


if __name__ == "__main__":
    sys.exit(main())
