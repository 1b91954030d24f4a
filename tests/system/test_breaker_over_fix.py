"""A session that runs away is paused by its breaker; the rest of its member, and everybody else, trade on."""

from __future__ import annotations

from certification.broker import Broker
from tests.system.operating import metrics, records
from tests.system.risk_floor import BUY, back, complaints, log_on, opened, operate, order, prepare, refusal, seen
from tests.system.trading_system import VERSIONS, TradingSystem

ORDERS_MAX = 20
LIMITS = {"defaults": {"session": {"breaker_orders": ORDERS_MAX, "breaker_orders_window_s": 86_400}}}


def run_away(broker: Broker, prefix: str) -> None:
    """Send twice as many orders as are usual, without looking at what comes back."""
    for number in range(2 * ORDERS_MAX):
        order(broker, f"{prefix}{number}", "ACME", BUY, 1, "99", "A1")


def test_a_runaway_session_is_paused(system: TradingSystem) -> None:
    prepare(system, LIMITS).daemon.start()
    brokers = [log_on(system, name) for name in VERSIONS]
    neighbour = log_on(system, "DESK2")
    runaway = brokers.pop(1)
    run_away(runaway, "R")
    for number in range(ORDERS_MAX + 1):
        runaway.expect(f35="8", f150="0", f11=f"R{number}")
    text = ""
    for number in range(ORDERS_MAX + 1, 2 * ORDERS_MAX):
        text = runaway.expect(f35="8", f150="8", f39="8", f103="0", f11=f"R{number}")["58"]
    assert text.startswith("Session BROKER44 takes no new orders (breaker): breaker_orders")
    for other in (neighbour, *brokers):
        opened(other, "O1", 1, "99")
    runaway.cancel("C0", "R0", "ACME", BUY, "1")
    runaway.expect(f35="8", f150="4", f11="C0")
    (record,) = records(system, "blocked")
    assert (record["scope"], record["kind"]) == ("session BROKER44", "breaker")
    assert metrics(system)['tradsys_risk_blocks{kind="breaker",level="session"}'] == 1

    back(system, runaway, neighbour, *brokers)
    assert refusal(runaway, "N1")["58"] == text
    (row,) = seen(system, "kill", "list")
    assert (row["level"], row["name"], row["kind"]) == ("session", "BROKER44", "breaker")
    operate(system, "risk", "unblock", "session", "BROKER44", "--kind", "breaker")
    run_away(runaway, "S")
    for number in range(ORDERS_MAX + 1):
        runaway.expect(f35="8", f150="0", f11=f"S{number}")
    for number in range(ORDERS_MAX + 1, 2 * ORDERS_MAX):
        runaway.expect(f35="8", f150="8", f11=f"S{number}", f58=text)
    opened(neighbour, "O2", 1, "99")
    assert complaints(runaway, neighbour, *brokers) == []
