"""What the benchmarks make of single measurements."""

from __future__ import annotations

import random
from statistics import median

import pytest

from scripts.benchmarks.figures import median_interval


@pytest.mark.parametrize(
    ("count", "skipped"),
    # The tables of the sign test, for 5 % on each side.
    [(2, 0), (4, 0), (5, 0), (7, 0), (8, 1), (10, 1), (11, 2), (16, 4), (20, 5), (24, 7)],
)
def test_the_interval_of_a_median_is_that_of_the_sign_test(count: int, skipped: int) -> None:
    values = [float(number) for number in range(count)]
    assert median_interval(values[::-1]) == (skipped, count - 1 - skipped)


def test_the_interval_holds_the_true_median_nine_times_in_ten() -> None:
    draw = random.Random(1)  # noqa: S311
    intervals = [median_interval([draw.lognormvariate(0, 0.3) for _ in range(24)]) for _ in range(2_000)]
    held = sum(low <= 1 <= high for low, high in intervals)
    assert 0.9 <= held / len(intervals) < 0.97
    assert median(high / low for low, high in intervals) < 1.4
