"""Time and memory around tapes, and the random source of tapes."""

from __future__ import annotations

import faulthandler
import random
import sys
import time
import traceback
from typing import Final

from scripts.fuzzing.parts import GROWTH_MAX_BYTES, TAPE_BYTES_MAX, Part, resident_bytes

HANG_S: Final = 60
"""For one tape: of several together, a disk that others use could take as long."""
LENGTHS: Final = (8, 30, 80, 200, TAPE_BYTES_MAX)
MIB: Final = 1 << 20


class Watch:
    """Counts inputs, and compares the memory at the end with that after the first tenth."""

    def __init__(self, part: Part, runs: int) -> None:
        self.part = part
        self.is_done = False
        self.code = 0
        self._runs = runs
        self._started_s = time.monotonic()
        self._before_bytes = 0
        faulthandler.dump_traceback_later(HANG_S, exit=True)

    def run(self, tape: bytes) -> None:
        """Run one tape; a finding ends it all."""
        part = self.part
        try:
            part.run(tape)
        except BaseException:
            traceback.print_exc()
            self.is_done, self.code = True, 1
            return
        if not self._before_bytes and part.inputs >= self._runs // 10:
            self._before_bytes = resident_bytes()
        if part.inputs >= self._runs:
            self._finish()
        else:
            faulthandler.dump_traceback_later(HANG_S, exit=True)

    def _finish(self) -> None:
        faulthandler.cancel_dump_traceback_later()
        part, after_bytes = self.part, resident_bytes()
        self.is_done = True
        self.code = int(after_bytes - self._before_bytes > GROWTH_MAX_BYTES)
        sys.stdout.write(
            f"{part.name}: {part.inputs} inputs in {part.tapes} tapes, {time.monotonic() - self._started_s:.0f} s, "
            f"slowest tape {part.slowest_s * 1000:.0f} ms, memory {self._before_bytes / MIB:.0f} MiB after the first "
            f"tenth, {after_bytes / MIB:.0f} MiB at the end{': it grows' if self.code else ''}\n"
        )
        sys.stdout.flush()


def run_random(watch: Watch, seed: int) -> None:
    """Run tapes of random bytes, the same for the same seed, until there were enough."""
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    while not watch.is_done:
        watch.run(dice.randbytes(dice.choice(LENGTHS)))
