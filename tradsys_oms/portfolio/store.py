"""What portfolio risk reads from Postgres and writes there: prices, and results."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct
from psycopg.types.json import Jsonb

from tradsys_oms.clearing.connection import connect
from tradsys_oms.clearing.errors import DatabaseUnavailableError
from tradsys_oms.clearing.migrate import upgrade
from tradsys_oms.clearing.prices import OWN_SOURCE, Price, write_prices
from tradsys_oms.portfolio.assessment import Risk
from tradsys_oms.portfolio.closes import Close
from tradsys_oms.portfolio.measures import BPS

_LOCK: Final = "SELECT pg_try_advisory_lock(hashtextextended('tradsys portfolio', 0))"
_HISTORY: Final = """
    SELECT symbol, trade_date::text, close_px::float8 FROM price_history WHERE symbol = ANY(%(symbols)s)
    AND trade_date >= (
        SELECT min(trade_date) FROM (
            SELECT DISTINCT trade_date FROM price_history WHERE symbol = ANY(%(symbols)s)
            ORDER BY trade_date DESC LIMIT %(dates)s
        ) AS last_dates
    )
"""
_COLUMNS: Final = (
    *("run_at", "level", "member", "account", "journal_seq", "currency", "holdings", "gross_value", "net_value"),
    *("method", "confidence_percent", "horizon_days", "returns", "var", "es", "stress_scenario", "stress_loss"),
    *("margin", "measures", "stresses", "short_history", "limits_passed"),
)
_INSERT: Final = (
    f"INSERT INTO portfolio_risk ({', '.join(_COLUMNS)}) "  # noqa: S608 - our own words
    f"VALUES ({', '.join(f'%({name})s' for name in _COLUMNS)})"
)
_FORGET: Final = "DELETE FROM portfolio_risk WHERE run_at < %s - make_interval(days => %s)"


class Run(Struct, frozen=True):
    """What all results of one run have in common."""

    run_at: Any
    """datetime in UTC."""
    journal_seq: int
    currency: str
    confidence_bps: int
    horizon_days: int
    keep_days: int


class Store:
    """The one connection of the follower; every method raises psycopg.Error if the server fails."""

    def __init__(self, url: str) -> None:
        """Bring the tables up to date and connect; raise DatabaseUnavailableError, also while another one is here."""
        upgrade(url)
        self._connection = connect(url, autocommit=True)
        row = self._connection.execute(_LOCK).fetchone()
        if row is None or not row[0]:
            self._connection.close()
            raise DatabaseUnavailableError("Another follower calculates portfolio risk on this database; waiting.")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def history(self, symbols: Sequence[str], days_max: int) -> list[tuple[str, str, float]]:
        """Give (symbol, date, close) of the last `days_max` days on which any of the instruments has a price."""
        values = {"symbols": list(symbols), "dates": days_max}
        return self._connection.execute(_HISTORY, values).fetchall()

    def write_closes(self, closes: Sequence[Close]) -> None:
        """Write closing prices of our own trades, at most one for an instrument and day."""
        prices = [Price(*close, OWN_SOURCE) for close in closes]
        write_prices(self._connection, prices)

    def write_results(self, run: Run, results: Sequence[tuple[Risk, Sequence[str]]]) -> None:
        """Write each result with the limits that it passes, and remove those of old runs."""
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.executemany(_INSERT, [_row(run, risk, passed) for risk, passed in results])
            cursor.execute(_FORGET, [run.run_at, run.keep_days])


def cents(value: float) -> Decimal:
    """Give an amount of money rounded to two decimals."""
    return Decimal(f"{round(value, 2) + 0.0:.2f}")


def _row(run: Run, risk: Risk, passed: Sequence[str]) -> dict[str, Any]:
    return {
        "run_at": run.run_at,
        "level": risk.level,
        "member": risk.member,
        "account": risk.account,
        "journal_seq": run.journal_seq,
        "currency": run.currency,
        "holdings": risk.holdings,
        "gross_value": cents(risk.gross_value),
        "net_value": cents(risk.net_value),
        "method": risk.method,
        "confidence_percent": Decimal(run.confidence_bps) * 100 / BPS,
        "horizon_days": run.horizon_days,
        "returns": risk.returns,
        "var": cents(risk.measure.var),
        "es": cents(risk.measure.es),
        "stress_scenario": risk.stress_scenario,
        "stress_loss": cents(risk.stress_loss),
        "margin": cents(risk.margin),
        "measures": Jsonb(
            {name: {"var": str(cents(found.var)), "es": str(cents(found.es))} for name, found in risk.measures.items()}
        ),
        "stresses": Jsonb(
            {
                name: {"profit": str(cents(stress.profit)), "var": str(cents(stress.var))}
                for name, stress in risk.stresses.items()
            }
        ),
        "short_history": list(risk.short_history),
        "limits_passed": list(passed),
    }
