"""`scripts/compile`: make a copy of the project with its core compiled, unless there is one of the same sources."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from zlib import adler32

from scripts.compiled.core import compile_core

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("tradsys_oms", "fix_specs", "certification", "config", "scripts", "tests", "pyproject.toml")
STAMP = "compiled"


def main() -> int:
    """Make the copy."""
    parser = argparse.ArgumentParser(prog="scripts/compile", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "build" / "compiled", help="(%(default)s)")
    parser.add_argument("--opt-level", choices="0123", default="3", help="of the C compiler (%(default)s)")
    arguments = parser.parse_args()
    if shutil.which("cc") is None:
        words = "there is no C compiler (cc): apt install gcc, or measure the sources with scripts/bench --sources"
        print(f"scripts/compile: {words}", file=sys.stderr)
        return 1
    if is_of_others(arguments.folder):
        words = f"{arguments.folder} holds something else, which would be lost: name a new folder, or an empty one"
        print(f"scripts/compile: {words}", file=sys.stderr)
        return 1
    stamp = arguments.folder / STAMP
    wanted = f"{sys.version} {arguments.opt_level} {fingerprint()}"
    if not stamp.exists() or stamp.read_text() != wanted:
        make_copy(arguments.folder)
        compile_core(arguments.folder.resolve(), arguments.opt_level)
        stamp.write_text(wanted)
    return 0


def fingerprint() -> int:
    """Tell the sources apart from any others."""
    found = 0
    for part in PARTS:
        files = sorted((ROOT / part).rglob("*")) if (ROOT / part).is_dir() else [ROOT / part]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                found = adler32(f"{file.relative_to(ROOT)}".encode() + file.read_bytes(), found)
    return found


def is_of_others(folder: Path) -> bool:
    """Tell that a path has what no earlier run has made."""
    if folder.is_dir():
        return not (folder / STAMP).is_file() and any(folder.iterdir())
    return folder.exists()


def make_copy(folder: Path) -> None:
    """Copy the project without what was compiled before."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / STAMP).touch()  # from now on it is ours, also where we do not come to the end
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
        else:
            shutil.copy2(ROOT / part, folder / part)


if __name__ == "__main__":
    sys.exit(main())
