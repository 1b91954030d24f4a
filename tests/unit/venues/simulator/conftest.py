"""Fixtures of the simulator's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.unit.venues.simulator.peer import Stage
from tradsys_oms.venues.simulator.simulator import SimulatorSettings

MakeStage = Callable[..., Stage]


@pytest.fixture
def stage() -> Iterator[MakeStage]:
    """Give what makes venues: `stage(script, version="FIX.4.2")`."""
    made: list[Stage] = []

    def make(script: str = "", **settings: object) -> Stage:
        made.append(Stage(script, SimulatorSettings(**settings)))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.close()
