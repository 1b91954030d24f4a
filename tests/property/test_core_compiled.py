"""The compiled core does what its sources do: the same events, the same state, and the same answer to every test.

Compiled without optimisation, which takes half the time and leaves the meaning as it is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.property.test_core_replay import SHAPES, journal_of, replay

ROOT = Path(__file__).resolve().parents[2]
COMPILE_S = 900
WHAT_RUNS = "from tradsys_oms.core import engine; print(engine.__file__)"


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the project whose core is compiled."""
    if shutil.which("cc") is None:
        pytest.skip("there is no C compiler (cc)")
    folder = tmp_path_factory.mktemp("compiled")
    run(ROOT, "-m", "scripts.compiled", str(folder), "--opt-level", "0")
    return folder


def run(project: Path, *arguments: str) -> str:
    """Run Python on a project, which must go well; gives what it printed."""
    environment = os.environ | {"PYTHONPATH": str(project)}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=COMPILE_S,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-8_000:]
    return done.stdout


def test_it_is_what_runs(compiled: Path) -> None:
    assert run(compiled, "-c", WHAT_RUNS).strip().endswith(".so")
    assert run(ROOT, "-c", WHAT_RUNS).strip().endswith(".py")


@pytest.mark.parametrize("shape", SHAPES)
def test_events_and_state_are_those_of_the_sources(compiled: Path, shape: str) -> None:
    journal = journal_of(SHAPES[shape])
    assert replay(journal, "1", compiled) == replay(journal, "1")


def test_the_tests_of_the_core_pass(compiled: Path) -> None:
    assert " passed" in run(compiled, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/unit/core")


def test_the_naive_book_agrees(compiled: Path) -> None:
    said = run(compiled, "-m", "tests.property.proof", "--commands", "20000", "--seed", "77", "--processes", "1")
    assert "20000 commands" in said
    assert "no difference" in said


def test_brokers_trade(compiled: Path) -> None:
    assert " passed" in run(compiled, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/system/test_trading.py")


def test_a_folder_of_others_is_not_touched(tmp_path: Path) -> None:
    kept = tmp_path / "letters.txt"
    kept.write_text("Dear")
    command = [sys.executable, "-m", "scripts.compiled", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "name a new folder" in done.stderr or "no C compiler" in done.stderr
    assert kept.read_text() == "Dear"
