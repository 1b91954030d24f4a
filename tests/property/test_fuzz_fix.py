"""Fuzzing of the FIX layer in short: 50,000 messages of broken and hostile peers. `scripts/fuzz` is the long form.

What must hold is said in the modules of scripts/fuzzing. hypothesis makes the tapes and shrinks one that fails; its
note has the command that runs it again.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scripts.fuzzing.inputs import damage, frame, message, pieces
from scripts.fuzzing.parts import TAPE_BYTES_MAX, Part
from scripts.fuzzing.tape import Tape
from tradsys_oms.fix.formats import make_check
from tradsys_oms.fix.framing import Framer
from tradsys_oms.fix.message import can_be_kept, parse
from tradsys_oms.fix.patterns import ALIKE_MIN, Patterns

ROOT = Path(__file__).resolve().parents[2]
TAPES = {"codec": 1_600, "session": 380, "connection": 270, "proxy": 750, "redaction": 450}
INPUTS = {"codec": 12_000, "session": 12_500, "connection": 10_500, "proxy": 7_000, "redaction": 8_000}


@pytest.mark.parametrize("name", TAPES)
def test_no_peer_does_harm(name: str, tmp_path: Path) -> None:
    with Part(name, tmp_path) as part:

        @settings(max_examples=TAPES[name], suppress_health_check=list(HealthCheck))
        @given(st.binary(min_size=TAPE_BYTES_MAX, max_size=TAPE_BYTES_MAX))
        def run(tape: bytes) -> None:
            part.run(tape)

        run()
        assert part.inputs >= INPUTS[name]


def test_a_finding_is_run_again_by_its_tape() -> None:
    command = [sys.executable, "-m", "scripts.fuzzing", "--part", "codec", "--tape", "00ff10"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("codec: ")


def test_the_long_form_counts_its_inputs() -> None:
    command = [sys.executable, "-m", "scripts.fuzzing", "--runs", "500", "--engine", "random"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    counts = [int(line.split()[1]) for line in result.stdout.splitlines()]
    assert len(counts) == 5
    assert min(counts) >= 100


def test_an_empty_tape_is_a_plain_valid_order() -> None:
    fields = message("FIX.4.4", "D", "11=C1|55=ACME", 1, 0)
    raw = frame("FIX.4.4", fields)
    assert Framer(1000).feed(raw) == [raw]
    assert pieces(Tape(b""), raw) == [raw]
    assert damage(Tape(b""), raw) != raw


@pytest.mark.parametrize("tag", ["(a", "a+)+", "[", "(x+x+)+y", "1.1"])
def test_tags_that_mean_something_to_a_regular_expression_are_only_tags(tag: str) -> None:
    patterns = Patterns()
    raw = frame("FIX.4.4", [*message("FIX.4.4", "D", "11=C1", 1, 0), (tag, "x" * 30)])
    framer = Framer(1000, patterns)
    for _ in range(ALIKE_MIN + 3):
        (cut,) = framer.feed(raw)
        assert patterns.parse(cut).fields == parse(raw).fields
    other = frame("FIX.4.4", [*message("FIX.4.4", "D", "11=C1", 1, 0), (tag.replace(".", "0"), "x" * 30)])
    (cut,) = framer.feed(other)
    assert patterns.parse(cut).tags == parse(other).tags


def test_long_values_and_tags_are_not_remembered() -> None:
    check = make_check("PRICE", frozenset())
    assert check is not None
    assert (check("1" * 5000), check("1.25")) == (0, 0)
    assert check.good == {"1.25"}
    long_tag = ("8", "9", "35", "5" * 5000, "10")
    assert not can_be_kept(long_tag)
    assert can_be_kept(("8", "9", "35", "55", "10"))
