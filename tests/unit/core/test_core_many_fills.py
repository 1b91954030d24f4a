"""Orders with a least fill are never cut in the middle by the number of trades that one command may make."""

from __future__ import annotations

import pytest

from tests.unit.core.conftest import Exchange
from tradsys_oms.core.work import FILLS_MAX


@pytest.fixture
def crowded(exchange: Exchange) -> Exchange:
    """Give an exchange with one order of a lot more at a price than a command can trade with."""
    for number in range(FILLS_MAX + 1):
        exchange.new("B1", f"B{number}", "sell", 1, 10_000)
    return exchange


@pytest.mark.parametrize("care", [False, True])
def test_fill_or_kill_is_all_or_nothing(crowded: Exchange, care: bool) -> None:
    if care:
        crowded.new("C1", "hidden", "sell", 1, 10_010, display=0)
    lines = crowded.new("A1", "X", "buy", FILLS_MAX + 1, 10_000, "4")
    assert lines[0].startswith("A1 X New new")
    assert lines[1:] == [
        f"A1 X Canceled canceled {FILLS_MAX + 1}@10000 cum 0 leaves 0: "
        "Fill or kill: the whole quantity is not available"
    ]
    assert len(crowded.new("A1", "Y", "buy", FILLS_MAX, 10_000, "4")) == 1 + 2 * FILLS_MAX


def test_all_or_none_waits_rather_than_to_be_cut(crowded: Exchange) -> None:
    assert crowded.new("A1", "X", "buy", FILLS_MAX + 1, 10_000, exec_inst="G") == [
        f"A1 X New new {FILLS_MAX + 1}@10000 cum 0 leaves {FILLS_MAX + 1}"
    ]


def test_min_qty_counts_only_what_it_needs(crowded: Exchange) -> None:
    lines = crowded.new("A1", "X", "buy", FILLS_MAX + 1, 10_000, min_qty=3)
    assert len(lines) == 2 + 2 * FILLS_MAX
    assert lines[-1].startswith(f"A1 X Canceled canceled {FILLS_MAX + 1}@10000 cum {FILLS_MAX} leaves 0: Rest canceled")
