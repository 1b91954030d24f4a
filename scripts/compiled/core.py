"""Compiling the core: its modules become C extensions beside their sources, by mypyc, from the types that they have.

Python runs either: the extension where there is one, else the source. Both do the same; the extensions do it
in less than half the time, because their objects hold numbers instead of pointers to them, and calls inside the core
are calls in C.

Modules that define msgspec structs stay as they are: msgspec makes their classes, in C already.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

CORE = Path("tradsys_oms", "core")
_MAKES_STRUCTS = re.compile(r"^from msgspec import .*\bStruct\b", re.MULTILINE)


def modules(root: Path) -> list[str]:
    """List the modules to compile, as paths below `root`."""
    sources = sorted((root / CORE).rglob("*.py"))
    return [
        str(source.relative_to(root))
        for source in sources
        if source.name != "__init__.py" and "commands" not in source.parts and not makes_structs(source)
    ]


def makes_structs(source: Path) -> bool:
    """Tell that a module defines msgspec structs."""
    return _MAKES_STRUCTS.search(source.read_text()) is not None


def compile_core(root: Path, opt_level: str = "3") -> list[Path]:
    """Compile the core of the project at `root` in place; gives the extensions. Takes a C compiler and minutes.

    Raises `SystemExit` where mypyc finds a fault of types, and `setuptools` errors where the compiler fails.
    """
    from mypyc.build import mypycify
    from setuptools import Distribution

    before = Path.cwd()
    os.chdir(root)  # names of modules and of outputs are relative
    try:
        extensions = mypycify(modules(Path()), opt_level=opt_level, debug_level="0", verbose=False)
        command = Distribution({"name": "tradsys-core", "ext_modules": extensions}).get_command_obj("build_ext")
        command.ensure_finalized()
        command.inplace = True
        command.run()
    finally:
        os.chdir(before)
    return sorted((root / CORE).rglob("*.so")) + sorted(root.glob("*__mypyc*.so"))
