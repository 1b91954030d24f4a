"""The demo as a user runs it, on free ports: what it prints, and that it ends well."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.system.trading_system import ROOT, free_port

LIMIT_S = 120


def settings(folder: Path) -> dict[str, Any]:
    """Give the demo's configuration with ports and state of its own."""
    read: dict[str, Any] = yaml.safe_load((ROOT / "config" / "demo.yaml").read_text())
    read["state_dir"] = str(folder / "demo")
    for section in ("fix", "http"):
        read[section]["listen"] = f"127.0.0.1:{free_port()}"
    for venue in read["venues"]:
        venue["addresses"] = [f"127.0.0.1:{free_port()}"]
    return read


def run(folder: Path, config: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    path = folder / "demo.yaml"
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    command = [sys.executable, "scripts/demo.py", str(path)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=False)


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Run the demo once; give what it prints, with one space where a table has more, or its lines."""
    folder = tmp_path_factory.mktemp("demo")
    done = run(folder, settings(folder))
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return re.sub(r"[ │┃]+", " ", done.stdout)


@pytest.mark.parametrize(
    "line",
    [
        "BROKER42 logged on with FIX.4.2",
        "8 execution report B-1 2 fill 2 filled ACME 1 buy 40 100 40 100 40 0 100",
        "is refused: an unknown symbol",
        "L-1 is rejected: open_notional_max of member BROKER50 is 5000: this order would make it 6000",
        "L-2 4 canceled 4 canceled INITECH 1 buy 60 100 0 0 0 runaway algo",
        "L-3 is rejected: Member BROKER50 takes no new orders (kill): runaway algo",
        "it takes another one to approve it",
        "L-4 0 new 0 new INITECH 1 buy 10 100 0 10 0",
        "NORTH down is down (",
        "tradsys route explain: goes to SOUTH",
        "8 execution report V-2 F trade 1 partially filled HOOLI 1 buy 100 100 40 100 NORTH 40 60 100",
        "8 execution report V-3 F trade 2 filled HOOLI 1 buy 50 100 50 100 SOUTH 50 0 100",
        "8 execution report V-1 F trade 1 partially filled HOOLI 1 buy 70 100 30 100 NORTH 30 40 100",
        "8 execution report V-2 F trade 2 filled HOOLI 1 buy 100 100 60 100 NORTH 100 0 100",
        "NORTH X1-6 HOOLI 1 100.00 40 4000.00 BROKER44 V-2",
        "NORTH X1-7 HOOLI 1 100.00 60 6000.00 BROKER44 V-2",
        "NORTH 2 0 130 130",
        "SOUTH 1 0 50 50",
        "the daemon stopped cleanly: exit code 0",
    ],
)
def test_it_shows(output: str, line: str) -> None:
    assert line in output


def test_an_order_in_doubt_is_told_once(output: str) -> None:
    assert "NORTH down is down" in output
    assert output.count("report V-1 F trade") == 1
    assert output.count("report V-2 F trade") == 2


def test_it_never_empties_the_state_of_something_else(tmp_path: Path) -> None:
    config = settings(tmp_path) | {"state_dir": str(tmp_path / "exchange")}
    (tmp_path / "exchange").mkdir()
    (tmp_path / "exchange" / "journal").write_text("precious")
    done = run(tmp_path, config)
    assert done.returncode == 2
    assert "named demo" in done.stdout
    assert (tmp_path / "exchange" / "journal").exists()
