"""The structural rules of the code base, as tests.

Purity of the core, one-way imports, sizes, no float where money is, no dead modules.
"""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "tradsys_oms"
MODULES = sorted(PACKAGE.rglob("*.py"))
TREES = {path: ast.parse(path.read_text()) for path in MODULES}

FILE_LINES_MAX = 500
FILE_LINES_MEDIAN_MAX = 150
FUNCTION_LINES_MAX = 70

MAY_IMPORT: dict[str, set[str]] = {
    # A room may import from those named here and from itself; `errors` is open to everybody.
    "core": set(),
    "journal": {"core"},
    "hours": set(),
    "redaction": set(),
    "config": {"core", "hours"},
    "fix": {"core", "journal", "config", "redaction"},
    "clearing": {"core", "journal", "config"},
    "portfolio": {"core", "journal", "config", "clearing", "ops"},
    "venues": {"core", "journal", "config", "fix", "ops", "redaction"},
    "ops": {"core", "journal", "config", "redaction"},
    "sequencer": {"core", "journal"},
    "recovery": {"core", "journal"},
    "risk_data": {"core", "config"},
    "routing_data": {"core", "config"},
    "reference_data": {"core", "config", "risk_data", "routing_data"},
    "reload": {"core", "config", "reference_data"},
    "disconnects": {"core", "sequencer"},
    "session_hours": {"core", "fix", "hours", "sequencer"},
    "route_hours": {"core", "config", "hours", "sequencer"},
    "market_hours": {"core", "config", "hours", "sequencer"},
    "market_clock": {"core", "sequencer"},
    "risk_clock": {"core", "hours", "sequencer"},
    "risk_alerts": {"core"},
    "standstill": {"journal"},
    "venue_lines": {"core", "config", "desk", "journal", "ops", "sequencer"},
    "gateway": {"core", "fix", "sequencer", "disconnects", "risk_alerts"},
    "brokers": {"core", "config", "fix", "gateway", "recovery", "disconnects", "hours", "session_hours"},
    "desk": {"core", "journal", "config", "fix", "sequencer", "brokers"},
    "projection": {"config", "clearing", "ops"},
    "portfolio_process": {"config", "ops", "portfolio", "projection"},
    "views": {
        *("core", "journal", "config", "fix", "ops", "projection", "portfolio_process", "sequencer", "desk"),
        *("risk_alerts", "venue_lines"),
    },
    "daemon": {
        *("core", "journal", "config", "fix", "clearing", "venues", "ops", "route_hours"),
        *("sequencer", "recovery", "reference_data", "reload", "gateway", "brokers", "projection", "views"),
        *("disconnects", "session_hours", "market_clock", "market_hours", "risk_clock", "desk", "portfolio_process"),
        *("standstill", "venue_lines"),
    },
    "cli": {
        *("core", "journal", "config", "fix", "clearing", "portfolio", "venues", "ops", "daemon", "desk"),
        "certification",
    },
}
CORE_MAY_IMPORT = {
    "__future__",
    "bisect",
    "collections",
    "collections.abc",
    "dataclasses",
    "hashlib",
    "itertools",
    "math",
    "msgspec",
    "msgspec.msgpack",
    "mypy_extensions",
    "operator",
    "sortedcontainers",
    "typing",
}
ENTRY_POINTS = {"tradsys_oms.cli.main"}


def room(path: Path) -> str:
    """Give the first part of a module's path inside the package: its package, or its own name at the top level."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(tree: ast.Module) -> list[str]:
    """List every module, and every name from a module, that a module imports, also inside functions."""
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the direction of a dependency"
            names += [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    mine = room(path)
    if mine in ("errors", "__init__"):
        return
    assert mine in MAY_IMPORT, f"{mine} is a new room: say in MAY_IMPORT what it may import"
    allowed = MAY_IMPORT[mine] | {mine, "errors", "__version__"}
    for name in imported(TREES[path]):
        place = name.removeprefix("tradsys_oms.").split(".")[0]
        if name.startswith("tradsys_oms.") or place == "certification":
            assert place in allowed, f"{path.relative_to(ROOT)} imports {name}; it may: {sorted(allowed)}"


def test_core_is_pure() -> None:
    for path in MODULES:
        if room(path) == "core":
            for node in ast.walk(TREES[path]):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                for name in names:
                    assert name.startswith("tradsys_oms") or name in CORE_MAY_IMPORT, f"{path.name} imports {name}"


def test_no_float_in_the_core() -> None:
    for path in MODULES:
        if room(path) == "core":
            for node in ast.walk(TREES[path]):
                where = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
                assert not (isinstance(node, ast.Name) and node.id == "float"), where
                assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), where
                assert not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)), (
                    f"{where}: use // on integers"
                )


def test_files_are_small() -> None:
    sizes = {path: len(path.read_text().splitlines()) for path in MODULES}
    assert {str(path): size for path, size in sizes.items() if size > FILE_LINES_MAX} == {}
    assert statistics.median(sizes.values()) <= FILE_LINES_MEDIAN_MAX


def test_functions_are_short() -> None:
    folders = ("tradsys_oms", "tests", "scripts", "certification")
    too_long = {}
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                lines = node.end_lineno - node.lineno + 1
                if lines > FUNCTION_LINES_MAX:
                    too_long[f"{path.relative_to(ROOT)}:{node.name}"] = lines
    assert too_long == {}


def test_every_module_is_used() -> None:
    others = [path for folder in ("scripts", "certification") for path in (ROOT / folder).rglob("*.py")]
    trees = [*TREES.values(), *(ast.parse(path.read_text()) for path in others)]
    used = {name for tree in trees for name in imported(tree)} | ENTRY_POINTS
    for path in MODULES:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if path.name not in ("__init__.py", "__main__.py") and "migrations" not in path.parts:
            assert name in used, f"nobody imports {name}: delete it or use it"
