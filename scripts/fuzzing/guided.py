"""Tapes that are guided by coverage: atheris keeps those that reach new code in `tradsys_oms.fix`, and changes them.

A module of its own, run as a process of its own: what is to be instrumented must not be imported before, and libFuzzer,
which is behind atheris, ends the process.
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from pathlib import Path


def main(part_name: str, runs: int, seed: int) -> None:
    """Fuzz one part; does not return."""
    atheris = importlib.import_module("atheris")  # an extra: not everybody has it
    with atheris.instrument_imports(include=["tradsys_oms.fix"]):
        from scripts.fuzzing.parts import INSTRUMENTED_CPU_MAX_S, TAPE_BYTES_MAX, Part, silence
        from scripts.fuzzing.watch import Watch
    silence()
    with tempfile.TemporaryDirectory() as folder, Part(part_name, Path(folder), INSTRUMENTED_CPU_MAX_S) as part:
        watch = Watch(part, runs)

        def one_input(data: bytes) -> None:
            watch.run(data)
            if watch.is_done:
                sys.stdout.flush()
                os._exit(watch.code)  # libFuzzer can't be told to stop after so many inputs of ours

        arguments = [f"-max_len={TAPE_BYTES_MAX}", f"-seed={seed}", "-verbosity=0", "-len_control=20"]
        atheris.Setup([sys.argv[0], *arguments], one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
