"""Hatchling's hook for a wheel with the compiled core, for who asks: HATCH_BUILD_HOOK_ENABLE_CUSTOM=1 pip wheel ."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledCore(BuildHookInterface):  # type: ignore[misc,type-arg]
    """Compiles a copy of the package and adds what came of it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the extensions; an editable install runs the sources."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)  # the hook is loaded by its path
        from scripts.compiled.core import compile_core

        self._folder = Path(tempfile.mkdtemp())
        shutil.copytree(Path(self.root, "tradsys_oms"), self._folder / "tradsys_oms")
        for extension in compile_core(self._folder):
            build_data["force_include"][str(extension)] = str(extension.relative_to(self._folder))
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the copy."""
        if version != "editable":
            shutil.rmtree(self._folder)
