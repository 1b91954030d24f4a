"""What a process of `scripts/prove` does."""

from __future__ import annotations

import sys
import time

from tests.property.proof.bulk import Tally, prove

LINE_COMMANDS = 100_000


def work(number: int, seed: int, commands: int) -> int:
    """Prove a share, and say how it goes."""
    begun_s = time.monotonic()

    def say(tally: Tally) -> None:
        if tally.commands % LINE_COMMANDS == 0 or tally.commands >= commands:
            elapsed_s = time.monotonic() - begun_s
            sys.stdout.write(
                f"process {number}: {tally.commands} commands, {tally.orders} orders, {tally.trades} trades, "
                f"{elapsed_s:.0f} s, no difference\n"
            )
            sys.stdout.flush()

    try:
        prove(seed, commands, done=say)
    except AssertionError as error:
        sys.stdout.write(f"process {number} found a difference:\n{error}\n")
        return 1
    return 0
