"""`scripts/bench`: measure, and print one JSON object per line on standard output; progress goes to standard error."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from scripts.benchmarks import (
    core,
    core_scale,
    fix,
    idle_sessions,
    projector,
    replay,
    risk,
    routing,
    session_pair,
    slow_loris,
    venue_link,
)
from scripts.benchmarks.figures import ROOT, Figure, MeasurementError, Options, progress
from tradsys_oms.errors import TradsysError

MEASUREMENTS: dict[Callable[[Options], Iterator[Figure]], tuple[str, ...]] = {
    core.measure: (
        "core_commands_per_s",
        "core_wide_commands_per_s",
        "core_lively_commands_per_s",
        "core_command_p50_us",
        "core_command_p99_us",
    ),
    core_scale.measure: ("core_growth_ratio", "core_open_order_bytes"),
    risk.measure: ("risk_check_us", "risk_accounts_mib"),
    routing.measure: ("routing_us", "venue_report_us"),
    venue_link.measure: ("venue_link_orders_per_s", "venue_link_order_us", "venue_orders_per_s"),
    replay.measure: ("replay_commands_per_s",),
    projector.measure: ("projector_rows_per_s",),
    fix.measure: (
        "fix_flood_orders_per_s",
        "quickfix_python_orders_per_s",
        "fix_flood_ratio",
        "fix_paced_p50_us",
        "fix_paced_p99_us",
    ),
    session_pair.measure: ("fix_session_pair_us",),
    idle_sessions.measure: ("idle_sessions_cpu_percent", "idle_session_kib"),
    slow_loris.measure: ("slow_loris_p99_ratio", "slow_loris_p99_ratio_low", "slow_loris_p99_ratio_high"),
}
"""What is run for which figures; a measurement that gives several is run once."""
NAMES = [name for names in MEASUREMENTS.values() for name in names]


def main() -> int:
    """Run what was asked for; the exit code is 1 if a measurement failed."""
    arguments = parse()
    options = read_options(arguments)
    started = time.monotonic()
    code = 0
    for measure, names in MEASUREMENTS.items():
        if not options.wanted.intersection(names):
            continue
        try:
            for figure in measure(options):
                if figure.name in options.wanted:
                    print(figure.line(), flush=True)
        except (MeasurementError, TradsysError, OSError) as error:
            progress(f"{', '.join(names)}: {error}")
            code = 1
    progress(f"done in {time.monotonic() - started:.0f} s")
    return code


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measure the exchange; see docs/benchmarks.md.")
    parser.add_argument(
        "--only", nargs="+", action="extend", choices=NAMES, metavar="NAME", help="one or more of: " + ", ".join(NAMES)
    )
    parser.add_argument("--quick", action="store_true", help="a short smoke test; its figures mean little")
    parser.add_argument("--orders", type=int, help="orders in one flood")
    parser.add_argument(
        "--durability", choices=("fsync", "os"), default="", help="instead of what the config file says"
    )
    parser.add_argument("--config", type=Path, default=ROOT / "config" / "bench.yaml", help="of the daemon under load")
    return parser.parse_args()


def read_options(arguments: argparse.Namespace) -> Options:
    """Choose the sizes."""
    quick = arguments.quick
    return Options(
        config=arguments.config.resolve(),
        orders=arguments.orders or (2_000 if quick else 60_000),
        paced_seconds=0.5 if quick else 10,
        open_orders=5_000 if quick else 100_000,
        commands=5_000 if quick else 200_000,
        executions=25_000 if quick else 200_000,
        pairs=10_000 if quick else 100_000,
        idle_seconds=2 if quick else 60,
        hostile_seconds=1 if quick else 5,
        repeats=1 if quick else 3,
        durability=arguments.durability,
        wanted=frozenset(arguments.only or NAMES),
    )


if __name__ == "__main__":
    sys.exit(main())
