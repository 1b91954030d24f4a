"""Fixtures of the system tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.trading_system import TradingSystem


@pytest.fixture
def system(tmp_path: Path) -> Iterator[TradingSystem]:
    """Give a daemon that is configured, but not started."""
    made = TradingSystem(tmp_path)
    yield made
    made.close()


@pytest.fixture
def running(system: TradingSystem) -> TradingSystem:
    """Give a daemon that takes orders."""
    system.daemon.start()
    return system
