"""`scripts/fuzz`: as many inputs as asked for, shared among the parts, each part in a process of its own.

One line per part goes to standard output. The exit code is 0 if nothing was found, 1 for a finding, with the command
that makes it again, 2 for a wrong command line or without atheris.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.fuzzing.parts import PARTS, Part, silence
from scripts.fuzzing.watch import Watch, run_random


def main() -> int:
    """Run what was asked for."""
    options = parse()
    silence()
    if options.tape is not None:
        return again(options.part[0], bytes.fromhex(options.tape))
    if options.engine == "random":
        return max([fuzz(part, options) for part in options.part])
    if importlib.util.find_spec("atheris") is None:
        sys.stderr.write("fuzz: atheris is missing: install the extra `fuzz`, or choose --engine random\n")
        return 2
    return max([fuzz_guided(part, options) for part in options.part])


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description="Fuzz the FIX layer.")
    parser.add_argument("--runs", type=int, default=1_000_000, help="messages to feed, all parts together")
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--engine", choices=("atheris", "random"), default="atheris", help="who makes the tapes")
    parser.add_argument("--seed", type=int, default=1, help="where the engine begins")
    parser.add_argument("--tape", metavar="HEX", help="run this one tape of one part, as a finding names it")
    return parser.parse_args()


def again(name: str, tape: bytes) -> int:
    """Run one tape."""
    with tempfile.TemporaryDirectory() as folder, Part(name, Path(folder)) as part:
        part.run(tape)
    sys.stdout.write(f"{name}: {part.inputs} inputs, nothing found\n")
    return 0


def fuzz(name: str, options: argparse.Namespace) -> int:
    """Fuzz one part by random tapes."""
    with tempfile.TemporaryDirectory() as folder, Part(name, Path(folder)) as part:
        watch = Watch(part, share(options))
        run_random(watch, options.seed)
    return watch.code


def fuzz_guided(name: str, options: argparse.Namespace) -> int:
    """Fuzz one part by atheris, in a process of its own."""
    command = [sys.executable, "-m", "scripts.fuzzing.guided", name, str(share(options)), str(options.seed)]
    return 1 if subprocess.run(command, check=False).returncode else 0


def share(options: argparse.Namespace) -> int:
    """Give the number of inputs for each part."""
    return max(int(options.runs) // len(options.part), 1)


if __name__ == "__main__":
    sys.exit(main())
