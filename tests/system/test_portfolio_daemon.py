"""Portfolio risk with a real daemon: brokers trade over FIX, prices are loaded, and VaR is what it is by hand."""

from __future__ import annotations

import os
import signal
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from certification.patience import PATIENCE_S
from tests.system.projector_exchange import wait_for
from tests.system.trading_system import TradingSystem

BUY, SELL = "1", "2"
Z99 = 2.3263478740408408

PRICES = """\
symbol,trade_date,close_px
ACME,2024-01-02,100
ACME,2024-01-03,110
ACME,2024-01-04,99
ACME,2024-01-05,99
GLOBEX,2024-01-02,50
GLOBEX,2024-01-03,55
GLOBEX,2024-01-04,44
GLOBEX,2024-01-05,44
"""
SCENARIOS = """\
scenarios:
  - id: crash
    all_percent: -20
    instruments: [{name: ACME, percent: -50}]
  - {id: storm, volatility_multiplier: 3}
"""


@pytest.fixture
def with_portfolio(system: TradingSystem) -> Iterator[TradingSystem]:
    """Give a daemon whose follower calculates each second."""
    scenarios = system.folder / "scenarios.yaml"
    scenarios.write_text(SCENARIOS)
    system.settings["portfolio"] = {
        "enabled": True,
        "interval_s": 1,
        "scenarios_file": str(scenarios),
        "limits": [{"member": "BROKER44", "account": "A1", "var_max": 1_000}],
    }
    system.write_config()
    yield system
    if system.daemon.process is not None:
        assert "Traceback" not in system.daemon.log.read_text()


def load_prices(system: TradingSystem) -> dict[str, int]:
    path = system.folder / "prices.csv"
    path.write_text(PRICES)
    written: dict[str, int] = system.daemon.tradsys("price", "load", str(path))
    return written


def trade(system: TradingSystem) -> None:
    """BROKER44/A1 buys 100 ACME and 50 GLOBEX from BROKER42/A2, all at 100."""
    seller, buyer = (system.brokers.get(name) or system.broker(name) for name in ("BROKER42", "BROKER44"))
    for number, (symbol, quantity) in enumerate((("ACME", "100"), ("GLOBEX", "50"))):
        seller.order(f"S{number}", symbol, SELL, quantity, "100", extra={1: "A2"})
        seller.expect(f150="0")
        buyer.order(f"B{number}", symbol, BUY, quantity, "100", extra={1: "A1"})
        buyer.expect(f11=f"B{number}", f39="0")
        buyer.expect(f11=f"B{number}", f39="2")
        seller.expect(f11=f"S{number}", f39="2")


def portfolio(system: TradingSystem) -> dict[str, Any]:
    found: dict[str, Any] = system.daemon.tradsys("status")["portfolio"]
    return found


def wait_for_state(system: TradingSystem, state: str) -> dict[str, Any]:
    """Wait until the follower says that it is so."""
    wait_for(lambda: portfolio(system)["state"] == state, state, 60)
    return portfolio(system)


def wait_for_results(system: TradingSystem) -> list[dict[str, Any]]:
    """Wait for results that have all that is in the journal now; gives them by `tradsys portfolio show`."""
    last_seq = system.daemon.tradsys("status")["journal"]["durable_seq"]
    rows: list[dict[str, Any]] = []

    def is_there() -> bool:
        rows[:] = system.daemon.tradsys("portfolio", "show")
        return bool(rows) and rows[0]["journal_seq"] >= last_seq

    wait_for(is_there, "results", 60)
    return rows


def numbers(rows: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    keys = ("level", "member", "account", "net_value", "var", "es", "stress_scenario", "stress_loss", "margin")
    return [tuple(row[key] for key in keys) for row in rows]


BY_HAND = [
    # The days of the past would bring the buyer 1,000 + 500, -1,000 - 1,000 and 0; of three, the worst is VaR at 99 %.
    # The crash takes 50 % of 10,000 and 20 % of 5,000. Who is short loses when prices rise, and wins in the crash.
    ("member", "BROKER42", "", "-15000", "1500", "1500", "", "0", "1500"),
    ("account", "BROKER42", "A2", "-15000", "1500", "1500", "", "0", "1500"),
    ("member", "BROKER44", "", "15000", "2000", "2000", "crash", "6000", "6000"),
    ("account", "BROKER44", "A1", "15000", "2000", "2000", "crash", "6000", "6000"),
]


def test_two_accounts_trade_and_their_risk_survives_a_kill(with_portfolio: TradingSystem) -> None:
    system = with_portfolio
    system.daemon.start()
    system.daemon.wait_projected()
    assert load_prices(system) == {"added": 8, "changed": 0, "unchanged": 0}
    assert load_prices(system) == {"added": 0, "changed": 0, "unchanged": 8}
    trade(system)
    rows = wait_for_results(system)
    assert numbers(rows) == BY_HAND
    buyer = rows[3]
    # sqrt((1,500^2 + 2,000^2 + 0) / 3) = 1,443.38, times the quantile of the normal distribution.
    assert float(buyer["measures"]["parametric"]["var"]) == pytest.approx(Z99 * 1443.3757, abs=0.01)
    assert buyer["stresses"]["storm"] == {"profit": "0.00", "var": "6000.00"}
    assert (buyer["returns"], buyer["short_history"], buyer["limits_passed"]) == (3, [], ["var_max"])
    killed = portfolio(system)
    assert (killed["state"], killed["limits_passed"]) == ("up", 1)
    os.kill(killed["pid"], signal.SIGKILL)
    wait_for(lambda: portfolio(system)["pid"] != killed["pid"], "another process", 60)
    wait_for(lambda: portfolio(system)["runs"], "its first run", 60)
    assert portfolio(system)["restarts"] == 1
    assert numbers(wait_for_results(system)) == BY_HAND
    (alone,) = system.daemon.tradsys("portfolio", "show", "BROKER44/A1")
    assert numbers([alone]) == BY_HAND[3:]
    assert len(system.daemon.tradsys("portfolio", "history", "BROKER44")) >= 2
    metrics = urllib.request.urlopen(f"http://127.0.0.1:{system.http_port}/metrics", timeout=PATIENCE_S).read().decode()
    assert 'tradsys_portfolio_var{member="BROKER44"} 2000.0' in metrics
    assert "tradsys_portfolio_up 1.0" in metrics
    assert system.daemon.stop() == 0


def test_a_reload_switches_it_on_and_off(system: TradingSystem) -> None:
    system.daemon.start()
    assert portfolio(system) == {"state": "disabled", "restarts": 0}
    assert system.daemon.process is not None
    for enabled in (True, False, True):
        system.settings["portfolio"] = {"enabled": enabled}
        system.write_config()
        system.daemon.process.send_signal(signal.SIGHUP)
        wait_for_state(system, "up" if enabled else "disabled")
    pid = portfolio(system)["pid"]
    system.settings["portfolio"]["interval_s"] = 3_600
    system.write_config()
    system.daemon.process.send_signal(signal.SIGHUP)
    wait_for(lambda: system.daemon.log.read_text().count('"event": "reloaded"') >= 5, "reloads of both processes", 60)
    assert (portfolio(system)["pid"], portfolio(system)["restarts"]) == (pid, 0)
    assert system.daemon.stop() == 0
