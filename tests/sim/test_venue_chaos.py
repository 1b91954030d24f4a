"""A few seeds of the proof of venue connectivity; `scripts/prove-venues` plays hundreds of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sim.venue_chaos import Run
from tests.sim.venue_plan import make_plan

SEEDS = (1, 2, 3, 4, 5, 6)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_sent_twice_and_nothing_is_forgotten(tmp_path: Path, seed: int) -> None:
    plan = make_plan(seed, orders=30, faults=3)
    findings = Run(tmp_path, plan).play()
    assert findings.faults == [], "\n".join((*findings.faults, str(plan)))
    assert findings.orders == 30
    assert findings.children > 0


def test_a_seed_always_gives_the_same_plan() -> None:
    assert str(make_plan(7)) == str(make_plan(7))
    assert str(make_plan(7)) != str(make_plan(8))
