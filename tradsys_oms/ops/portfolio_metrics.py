"""The metrics of portfolio risk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from tradsys_oms.ops.snapshot import PortfolioMemberSample, PortfolioSample

GAUGES: Final[tuple[tuple[str, str, Callable[[PortfolioSample], float]], ...]] = (
    ("tradsys_portfolio_up", "1 while portfolio risk is calculated and PostgreSQL has it.", lambda p: p.is_up),
    ("tradsys_portfolio_lag_records", "Durable records that its positions don't have yet.", lambda p: p.lag_records),
    ("tradsys_portfolio_run_time_seconds", "When it was calculated last, since the epoch.", lambda p: p.run_at_s),
    ("tradsys_portfolio_run_duration_seconds", "How long that took.", lambda p: p.run_s),
    ("tradsys_portfolio_limits_passed", "Limits of VaR, ES and stress that are passed now.", lambda p: p.limits_passed),
    ("tradsys_portfolio_blocks_waiting", "Blocks that the daemon was not asked for yet.", lambda p: p.blocks_waiting),
    ("tradsys_portfolio_short_history", "Held instruments with gaps in the history.", lambda p: p.short_history),
)
PER_MEMBER: Final[tuple[tuple[str, str, Callable[[PortfolioMemberSample], float]], ...]] = (
    ("tradsys_portfolio_var", "Value at risk, in the base currency.", lambda m: m.var),
    ("tradsys_portfolio_es", "Expected shortfall.", lambda m: m.es),
    ("tradsys_portfolio_stress_loss", "Largest loss in a stress scenario.", lambda m: m.stress_loss),
    ("tradsys_portfolio_margin", "Margin estimate.", lambda m: m.margin),
)


def portfolio_metrics(portfolio: PortfolioSample) -> Iterator[Metric]:
    """Give the families; those of members have the label `member`."""
    for name, doc, value in GAUGES:
        yield GaugeMetricFamily(name, doc, value=value(portfolio))
    yield CounterMetricFamily("tradsys_portfolio_runs", "Runs since the process began.", value=portfolio.runs)
    for name, doc, of_member in PER_MEMBER:
        family = GaugeMetricFamily(name, doc, labels=("member",))
        for member in portfolio.members:
            family.add_metric((member.member,), of_member(member))
        yield family
