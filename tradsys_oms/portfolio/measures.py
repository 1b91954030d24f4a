"""VaR and expected shortfall of one portfolio, from the profits that the days of the past would bring it today.

The profit of a past day is the sum over all instruments of today's value times the return of that day, so that all
methods look at one series of numbers. For the normal methods this is the covariance method without its matrix: with
values w and covariance S of returns around zero, w'Sw is the weighted mean of the squared profits.

- `historical`: of n losses VaR is the k-th largest, where k is n times (1 - confidence), rounded up; ES is the mean
  over the worst n times (1 - confidence) losses, of which the last one counts in part. At least one loss counts.
- `historical_scaled`: the same, of each profit times tomorrow's volatility over that of its day.
- `parametric`: VaR is z times volatility, where each day counts the same and z is the quantile of the normal
  distribution; ES is volatility times the density at z over (1 - confidence).
- `parametric_ewma`: the same, where each day counts lambda times what the day after it counts.

Means are taken as zero. All grow with the square root of the horizon.

Sources: Hull, "Options, Futures, and Other Derivatives", on value at risk (of 500 losses the fifth is the 99 % VaR);
Hull and White, "Incorporating volatility updating into the historical simulation method for value-at-risk", Journal of
Risk, 1998 (scaling; here of the portfolio's profits, not of each price); J.P. Morgan, "RiskMetrics Technical Document",
1996 (weights, lambda 0.94); Acerbi and Tasche, "On the coherence of expected shortfall", 2002 (the mean over the tail).
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

import numpy as np
from msgspec import Struct

from tradsys_oms.portfolio.returns import Array

BPS: Final = 10_000
_NORMAL: Final = NormalDist()


class Settings(Struct, frozen=True):
    """What all measures have in common."""

    confidence_bps: int = 9_900
    horizon_days: int = 1
    ewma_lambda: float = 0.94

    @property
    def tail(self) -> float:
        """Give the probability of a loss above VaR."""
        return (BPS - self.confidence_bps) / BPS


class Measure(Struct, frozen=True):
    """Losses as numbers above 0."""

    var: float
    es: float


NOTHING: Final = Measure(0.0, 0.0)


def measures(profits: Array, settings: Settings) -> dict[str, Measure]:
    """Give VaR and ES by each method, from daily profits, the oldest first; all 0 where there are none."""
    volatilities = ewma_volatilities(profits, settings.ewma_lambda)
    found = {
        "historical": historical(profits, settings),
        "historical_scaled": historical(scaled(profits, volatilities), settings),
        "parametric": parametric(equal_volatility(profits), settings),
        "parametric_ewma": parametric(float(volatilities[-1]), settings),
    }
    root = math.sqrt(settings.horizon_days)
    return {method: Measure(root * measure.var, root * measure.es) for method, measure in found.items()}


def historical(profits: Array, settings: Settings) -> Measure:
    """Give VaR and ES of one day out of the profits of the past."""
    count = len(profits)
    if not count:
        return NOTHING
    tail_e4 = count * (BPS - settings.confidence_bps)
    place = max(-(-tail_e4 // BPS), 1)
    worst = -np.sort(profits)[:place]
    tail = max(tail_e4 / BPS, 1.0)
    es = (float(worst[:-1].sum()) + (tail - (place - 1)) * float(worst[-1])) / tail
    return Measure(max(float(worst[-1]), 0.0), max(es, 0.0))


def parametric(volatility: float, settings: Settings) -> Measure:
    """Give VaR and ES of one day where profits are normal around zero with this standard deviation."""
    z = _NORMAL.inv_cdf(settings.confidence_bps / BPS)
    return Measure(max(z, 0.0) * volatility, volatility * _NORMAL.pdf(z) / settings.tail)


def equal_volatility(profits: Array) -> float:
    """Give the standard deviation around zero, each day counting the same."""
    return math.sqrt(float(np.mean(profits**2))) if len(profits) else 0.0


def ewma_volatilities(profits: Array, decay: float) -> Array:
    """Give the standard deviation that was foreseen for each day by the days before it, and last that for tomorrow.

    The variance for a day is `decay` times that for the day before plus (1 - `decay`) times the square of the day
    before. It begins with the mean over all days, which after 100 days counts 0.2 % at 0.94.
    """
    variances = np.empty(len(profits) + 1)
    variance = equal_volatility(profits) ** 2
    variances[0] = variance
    for day, profit in enumerate(profits.tolist(), 1):
        variance = decay * variance + (1.0 - decay) * profit * profit
        variances[day] = variance
    return np.sqrt(variances)


def scaled(profits: Array, volatilities: Array) -> Array:
    """Give each profit as it would be at the volatility that is foreseen for tomorrow."""
    of_days = volatilities[:-1]
    profits_now: Array = np.divide(profits * volatilities[-1], of_days, out=np.zeros_like(profits), where=of_days > 0.0)
    return profits_now
