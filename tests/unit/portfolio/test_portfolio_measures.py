"""VaR and ES against published examples and values worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tradsys_oms.portfolio.measures import (
    Settings,
    ewma_volatilities,
    historical,
    measures,
    parametric,
    scaled,
)
from tradsys_oms.portfolio.returns import Array, daily_returns

ONE_DAY = Settings()


def two_assets(volatilities: tuple[float, float], correlation: float) -> Array:
    """Give four days of returns with exactly these volatilities around zero and this correlation.

    The columns (1, 1, -1, -1) and (1, -1, 1, -1) have the mean square 1 and the product 0.
    """
    first, second = np.array([1.0, 1, -1, -1]), np.array([1.0, -1, 1, -1])
    other = correlation * first + math.sqrt(1 - correlation**2) * second
    return np.stack((volatilities[0] * first, volatilities[1] * other), axis=1)


@pytest.mark.parametrize(
    ("values", "days", "published"),
    [
        ((10e6, 0), 1, 465_300),
        ((0, 5e6), 1, 116_300),
        ((10e6, 5e6), 1, 512_300),
        ((10e6, 0), 10, 1_471_300),
        ((10e6, 5e6), 10, 1_620_100),
    ],
)
def test_hull_microsoft_and_att(values: tuple[float, float], days: int, published: float) -> None:
    """Hull, "Options, Futures, and Other Derivatives", "Model-building approach".

    $10 million in Microsoft at a daily volatility of 2 %, $5 million in AT&T at 1 %, correlation 0.3, 99 %. By hand:
    the standard deviation of both is sqrt(200,000^2 + 50,000^2 + 2 * 0.3 * 200,000 * 50,000) = 220,227, times 2.326.
    """
    profits = two_assets((0.02, 0.01), 0.3) @ np.array(values)
    var = measures(profits, Settings(horizon_days=days))["parametric"].var
    assert var == pytest.approx(published, rel=2e-4)


def test_hull_four_indices_scenarios() -> None:
    """Hull, "Risk Management and Financial Institutions", tables "U.S. dollar equivalent" and "Scenarios".

    $4, 3, 1 and 2 million in DJIA, FTSE 100, CAC 40 and Nikkei 225; the first three days bring losses of -14,334,
    -27,481 and 53,264. The printed prices are rounded, which makes up to $100 of difference.
    """
    table = {
        "DJIA": (11_219.38, 11_173.59, 11_076.18, 11_124.37),
        "FTSE": (11_131.84, 11_096.28, 11_185.35, 11_016.71),
        "CAC": (6_373.89, 6_378.16, 6_474.04, 6_357.49),
        "NIKKEI": (131.77, 134.38, 135.94, 135.44),
    }
    prices = [(name, f"2006-08-{7 + day:02}", px) for name, row in table.items() for day, px in enumerate(row)]
    profits = daily_returns(prices, list(table), 500).matrix @ np.array([4e6, 3e6, 1e6, 2e6])
    assert -profits == pytest.approx([-14_334, -27_481, 53_264], abs=100)


def test_hull_fifth_of_five_hundred_losses() -> None:
    """Hull's convention: with 500 scenarios the 99 % VaR is the fifth largest loss.

    By hand, for losses of 1 to 500: VaR is 496, and ES is (500 + 499 + 498 + 497 + 496) / 5 = 498.
    """
    losses = np.random.default_rng(1).permutation(np.arange(1.0, 501.0))
    measure = historical(-losses, ONE_DAY)
    assert (measure.var, measure.es) == (496, 498)


@pytest.mark.parametrize(
    ("count", "confidence_bps", "var", "es"),
    [
        # 250 * 1 % = 2.5: the third largest of 1 to 250; ES (250 + 249 + 0.5 * 248) / 2.5 = 623 / 2.5.
        (250, 9900, 248, 249.2),
        # 10 * 5 % = 0.5, which is no whole loss: the largest counts alone.
        (10, 9500, 10, 10),
        # 40 * 2.5 % = 1.
        (40, 9750, 40, 40),
        # 100 * 50 % = 50: the 50th largest is 51, and the mean of 51 to 100 is 75.5.
        (100, 5000, 51, 75.5),
        # 300 * 99.99 % leaves 0.03 of a loss.
        (300, 9999, 300, 300),
    ],
)
def test_the_place_of_the_quantile(count: int, confidence_bps: int, var: float, es: float) -> None:
    measure = historical(-np.arange(1.0, count + 1), Settings(confidence_bps))
    assert (measure.var, measure.es) == pytest.approx((var, es))


def test_profits_only_are_no_risk() -> None:
    found = measures(np.array([1.0, 2.0, 3.0]), ONE_DAY)
    assert (found["historical"].var, found["historical"].es) == (0, 0)


def test_no_days_are_no_risk() -> None:
    assert {(measure.var, measure.es) for measure in measures(np.array([]), ONE_DAY).values()} == {(0, 0)}


def test_a_portfolio_that_never_moved_has_no_risk() -> None:
    assert {(measure.var, measure.es) for measure in measures(np.zeros(9), ONE_DAY).values()} == {(0, 0)}


def test_basel_es_at_97_5_percent_is_near_var_at_99_percent() -> None:
    """Basel Committee, "Fundamental review of the trading book": for normal losses the two are about the same.

    By hand, of a standard deviation of 1: VaR 2.3263, and ES density(1.95996) / 0.025 = 0.058445 / 0.025 = 2.3378.
    """
    assert parametric(1.0, Settings(9_900)).var == pytest.approx(2.3263, abs=1e-4)
    assert parametric(1.0, Settings(9_750)).es == pytest.approx(2.3378, abs=1e-4)
    assert parametric(1.0, Settings(9_900)).es == pytest.approx(2.6652, abs=1e-4)


def test_hull_ewma_update() -> None:
    """Hull, "Estimating volatilities and correlations": lambda 0.90, volatility 1 % a day, and a move of 2 %.

    The variance becomes 0.9 * 0.01^2 + 0.1 * 0.02^2 = 0.00013, the volatility 1.14 %. After a thousand days of 1 % the
    volatility is 1 %, wherever it began.
    """
    calm = np.full(1_000, 0.01)
    assert ewma_volatilities(np.append(calm, 0.02), 0.90)[-1] == pytest.approx(0.0114, abs=5e-5)


def test_riskmetrics_effective_days() -> None:
    """RiskMetrics Technical Document, 1996, "effective number of days": at lambda 0.94 and a tolerance of 1 %, 74.

    A move is forgotten but for 1 % of its first weight after ln(0.01) / ln(0.94) = 74.4 days.
    """
    moves = np.zeros(400)
    moves[0] = 1.0
    variances = ewma_volatilities(moves, 0.94) ** 2
    without_start = variances - variances[0] * 0.94 ** np.arange(401)
    weight = without_start / without_start[1]
    assert weight[1 + 74] > 0.01 > weight[1 + 75]


def test_scaling_brings_each_day_to_the_volatility_of_tomorrow() -> None:
    """By hand: a day of -1 at volatility 2 is a day of -1.5 at volatility 3; a day without volatility had no move."""
    found = scaled(np.array([-1.0, 4.0, 0.0]), np.array([2.0, 4.0, 0.0, 3.0]))
    assert found == pytest.approx([-1.5, 3.0, 0.0])


def test_a_storm_of_late_makes_the_weighted_methods_larger() -> None:
    profits = np.concatenate((np.tile([1.0, -1.0], 200), np.tile([5.0, -5.0], 10)))
    found = measures(profits, ONE_DAY)
    assert found["parametric_ewma"].var > 2 * found["parametric"].var
    # 20 of 420 days are of the storm, so the fifth largest loss is of it too; at the volatility of now it is larger.
    assert found["historical"].var == 5
    assert found["historical_scaled"].var > 5


def test_two_weeks_are_the_root_of_ten_days() -> None:
    profits = np.array([-3.0, 1.0, 2.0])
    for method, measure in measures(profits, ONE_DAY).items():
        longer = measures(profits, Settings(horizon_days=10))[method]
        assert (longer.var, longer.es) == pytest.approx((measure.var * math.sqrt(10), measure.es * math.sqrt(10)))
