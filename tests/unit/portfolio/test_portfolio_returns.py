"""Daily returns out of prices with gaps."""

from __future__ import annotations

import numpy as np
import pytest

from tradsys_oms.portfolio.returns import daily_returns


def test_returns_are_close_over_close() -> None:
    prices = [("A", "2026-01-02", 110.0), ("A", "2026-01-01", 100.0), ("A", "2026-01-05", 99.0)]
    returns = daily_returns(prices, ["A"], 10)
    assert returns.matrix[:, 0] == pytest.approx([0.1, -0.1])
    assert (returns.columns, returns.short) == ({"A": 0}, ())


def test_a_gap_has_no_move_and_the_next_price_has_all_of_it() -> None:
    prices = [("A", f"2026-01-0{day}", 100.0 + day) for day in (1, 2, 3)]
    prices += [("B", "2026-01-01", 50.0), ("B", "2026-01-03", 55.0)]
    returns = daily_returns(prices, ["A", "B"], 10)
    assert returns.matrix[:, 1] == pytest.approx([0.0, 0.1])
    assert returns.short == ("B",)


def test_before_its_first_price_an_instrument_has_no_returns() -> None:
    prices = [("A", f"2026-01-0{day}", 100.0) for day in (1, 2, 3)]
    prices += [("B", "2026-01-02", 50.0), ("B", "2026-01-03", 45.0)]
    returns = daily_returns(prices, ["A", "B", "C"], 10)
    assert returns.matrix[:, 1] == pytest.approx([0.0, -0.1])
    assert returns.matrix[:, 2] == pytest.approx([0.0, 0.0])
    assert returns.short == ("B", "C")


def test_only_the_last_days_count_and_only_the_instruments_asked_for() -> None:
    prices = [("A", f"2026-01-{day:02}", float(day)) for day in range(1, 31)] + [("X", "2026-02-01", 1.0)]
    returns = daily_returns(prices, ["A"], 3)
    assert returns.matrix[:, 0] == pytest.approx([1 / 27, 1 / 28, 1 / 29])


@pytest.mark.parametrize("prices", [[], [("A", "2026-01-01", 1.0)]])
def test_one_price_makes_no_return(prices: list[tuple[str, str, float]]) -> None:
    returns = daily_returns(prices, ["A"], 3)
    assert returns.matrix.shape == (0, 1)
    assert returns.short == ("A",)
    assert np.array_equal(daily_returns(prices, [], 3).matrix, np.zeros((0, 0)))
