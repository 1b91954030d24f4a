"""The follower of portfolio risk in this process: the real journal, a real PostgreSQL, a real control socket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from tests.system.portfolio_running import Running, running
from tests.system.projector_exchange import DAY_NS, E8, NOON_NS, Exchange
from tradsys_oms.clearing.connection import connect
from tradsys_oms.clearing.migrate import upgrade
from tradsys_oms.clearing.portfolio_queries import latest_risk, risk_history
from tradsys_oms.clearing.prices import Price, Written, prices_of, write_prices
from tradsys_oms.core.commands import Block, Scope, SetPosition
from tradsys_oms.core.events import BlockChanged
from tradsys_oms.portfolio import follower as follower_module
from tradsys_oms.portfolio.setup import load_setup

HISTORY = [("2023-11-10", 100), ("2023-11-13", 110), ("2023-11-14", 99)]
"""Returns of 10 % and -10 %."""


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[Exchange]:
    made = Exchange(tmp_path / "journal")
    yield made
    made.writer.close()


def load_history(url: str, history: list[tuple[str, int]] = HISTORY, symbol: str = "ACME") -> Written:
    upgrade(url)
    with closing(connect(url, autocommit=True)) as connection:
        return write_prices(connection, [Price(symbol, day, px * E8, "test") for day, px in history])


def test_prices_are_written_once_and_ours_give_way(url: str) -> None:
    assert load_history(url) == (3, 0, 0)
    assert load_history(url) == (0, 0, 3)
    assert load_history(url, [("2023-11-14", 98), ("2023-11-15", 97)]) == (1, 1, 0)
    with closing(connect(url, autocommit=True)) as connection:
        ours = [Price("ACME", day, 50 * E8, "exchange") for day in ("2023-11-15", "2023-11-16")]
        assert write_prices(connection, ours) == (1, 0, 1)
        assert write_prices(connection, ours) == (0, 0, 2)
        assert write_prices(connection, [Price("ACME", "2023-11-16", 51 * E8, "exchange")]) == (0, 1, 0)
        assert write_prices(connection, [Price("ACME", "2023-11-16", 52 * E8, "odd\\\tname")]) == (0, 1, 0)
        assert write_prices(connection, [Price("ACME", "2023-11-16", 52 * E8, "exchange")]) == (0, 0, 1)
    rows = [(str(row["trade_date"]), row["close_px"], row["source"]) for row in prices_of(url, "ACME", 3)]
    assert rows == [("2023-11-14", 98, "test"), ("2023-11-15", 97, "test"), ("2023-11-16", 52, "odd\\\tname")]


def test_a_run_is_in_the_database_with_its_numbers(exchange: Exchange, url: str, tmp_path: Path) -> None:
    load_history(url)
    exchange.order("FIRM1", "1", 10, "100")
    exchange.order("FIRM2", "2", 10, "100")
    last_seq = exchange.commit()
    with running(tmp_path, url) as run:
        status = run.wait_for_run()
    rows = latest_risk(url)
    # 10 at 100, and a loss of 10 % on one day of two: at 50 % that loss is VaR, and all of the tail.
    assert [(row["level"], row["member"], row["net_value"], row["var"], row["es"]) for row in rows] == [
        ("member", "FIRM1", 1000, 100, 100),
        ("account", "FIRM1", 1000, 100, 100),
        ("member", "FIRM2", -1000, 100, 100),
        ("account", "FIRM2", -1000, 100, 100),
    ]
    assert {(row["journal_seq"], row["returns"], row["confidence_percent"]) for row in rows} == {(last_seq, 2, 50)}
    # At 50 % z is 0; density(0) / 0.5 = 0.7979 times a volatility of 100.
    assert rows[0]["measures"]["parametric"] == {"var": "0.00", "es": "79.79"}
    assert [risk.member for risk in status.members] == ["FIRM1", "FIRM2"]
    assert (status.accounts, status.short_history, status.cursor_seq) == (2, [], last_seq)
    assert latest_risk(url, "FIRM2", "") == rows[3:]
    assert latest_risk(url, "FIRM1") == rows[:2]
    history = risk_history(url, "FIRM1", None, 2)
    assert [row["level"] for row in history] == ["member"] * 2
    assert history[0]["run_at"] < history[1]["run_at"]


def test_days_that_end_become_prices(exchange: Exchange, url: str, tmp_path: Path) -> None:
    for day, price in enumerate(("100", "110", "99")):
        exchange.now_ns = NOON_NS + day * DAY_NS
        exchange.order("FIRM1", "1", 10, price)
        exchange.order("FIRM2", "2", 10, price)
    exchange.commit()
    with running(tmp_path, url) as run:
        run.wait_for_run()
        assert [(str(row["trade_date"]), row["close_px"]) for row in prices_of(url, "ACME", 9)] == [
            ("2023-11-15", 100),
            ("2023-11-16", 110),
        ]
        exchange.now_ns += DAY_NS
        exchange.order("FIRM1", "1", 10, "90")
        exchange.commit()
        run.wait_for_run()
    last = prices_of(url, "ACME", 1)[0]
    assert (str(last["trade_date"]), last["close_px"], last["source"]) == ("2023-11-17", 99, "exchange")


def test_a_limit_blocks_once_and_again_after_it_held(exchange: Exchange, url: str, tmp_path: Path) -> None:
    load_history(url)
    exchange.order("FIRM1", "1", 10, "100")
    exchange.order("FIRM2", "2", 10, "100")
    exchange.commit()
    with running(tmp_path, url, var_max="99.5") as run:
        run.wait_for_run()
        assert [asked["reason"] for asked in run.asked] == ["VaR of account FIRM1 is 100.00, above var_max 99.5"]
        assert latest_risk(url, "FIRM1", "")[0]["limits_passed"] == ["var_max"]
        run.configure(1, "100")
        run.follower.reload(lambda: load_setup(run.config))
        run.wait(lambda status: status.limits_passed == 0, "limit that holds")
        run.configure(1, "7")
        run.follower.reload(lambda: load_setup(run.config))
        run.wait(lambda status: status.blocks_asked == 2, "second block")
        run.config.write_text("nonsense: 1\n")
        run.follower.reload(lambda: load_setup(run.config))
        assert run.wait_for_run().limits_passed == 1
    with running(tmp_path, url, var_max="7") as run:
        run.wait_for_run()
        assert run.asked == [], "a restart knows what was asked for"


def test_what_the_journal_says_is_blocked_is_not_blocked_again(exchange: Exchange, url: str, tmp_path: Path) -> None:
    load_history(url)
    account = Scope("account", "FIRM1", "")
    exchange.record(SetPosition("FIRM1", "", "ACME", 10 * E8, E8, False, "load"))
    block = Block(account, "portfolio", False, "portfolio-risk", "VaR")
    exchange.record(block, BlockChanged(account, "portfolio", True, "VaR"))
    exchange.commit()
    with running(tmp_path, url, var_max="1") as run:
        status = run.wait_for_run()
    assert (run.asked, status.limits_passed, status.blocks_waiting) == ([], 1, 0)


def test_postgres_away_does_not_switch_limits_off(exchange: Exchange, url: str, tmp_path: Path) -> None:
    load_history(url)
    with running(tmp_path, url, var_max="99") as run:
        exchange.record(SetPosition("FIRM1", "", "ACME", E8, E8, False, "load"))
        exchange.commit()
        run.wait_for_run()
        run.reachable = False
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            )
        exchange.record(SetPosition("FIRM1", "", "ACME", 10 * E8, E8, False, "load"))
        exchange.commit()
        status = run.wait(lambda status: status.blocks_asked == 1, "block")
        assert status.state == "down"
        run.reachable = True
        run.wait_for_run()
    assert latest_risk(url, "FIRM1", "")[0]["var"] == 100


def test_without_any_prices_read_it_waits(exchange: Exchange, url: str, tmp_path: Path) -> None:
    exchange.commit()
    made = Running(tmp_path, url)
    made.reachable = False
    made.start()
    try:
        assert made.wait(lambda status: status.state == "down", "trouble").runs == 0
        made.reachable = True
        made.wait(lambda status: status.state == "up", "recovery")
    finally:
        made.stop()


def test_only_one_follower_is_at_work(exchange: Exchange, url: str, tmp_path: Path) -> None:
    exchange.commit()
    other = tmp_path / "other"
    other.mkdir()
    (other / "journal").symlink_to(tmp_path / "journal")
    with running(tmp_path, url) as first:
        first.wait_for_run()
        with running(other, url) as second:
            second.wait(lambda status: "Another follower" in status.error, "refusal")
            first.stop()
            second.wait(lambda status: status.state == "up", "its turn")


def test_many_closing_prices_wait_for_postgres_and_the_journal_with_them(
    exchange: Exchange, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower_module, "CLOSES_MAX", 2)
    monkeypatch.setattr(follower_module, "BATCH_ENTRIES", 3)
    for day in range(10):
        exchange.now_ns = NOON_NS + day * DAY_NS
        exchange.order("FIRM1", "1", 10, "100")
        exchange.order("FIRM2", "2", 10, "100")
    last_seq = exchange.commit()
    made = Running(tmp_path, url)
    made.reachable = False
    made.start()
    try:
        waiting = made.wait(lambda status: status.state == "down", "trouble")
        assert 0 < waiting.cursor_seq < last_seq
        made.reachable = True
        made.wait(lambda status: status.cursor_seq == last_seq and status.runs > 0, "the rest of the journal")
        assert made.board.status.runs == 1, "nothing is calculated in the middle of the past"
    finally:
        made.stop()
    assert len(prices_of(url, "ACME", 100)) == 9


def test_old_results_are_removed(exchange: Exchange, url: str, tmp_path: Path) -> None:
    load_history(url)
    exchange.record(SetPosition("FIRM1", "", "ACME", E8, E8, False, "load"))
    exchange.commit()
    with running(tmp_path, url) as run:
        run.wait_for_run()
    old = datetime.now(UTC) - timedelta(days=7, hours=1)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DELETE FROM portfolio_risk")
        connection.execute(
            "INSERT INTO portfolio_risk SELECT %s, 'member', 'OLD', '', 1, '', 0, 0, 0, 'historical', 99, 1,"
            " 0, 0, 0, '', 0, 0, '{}', '{}', '{}', '{}'",
            [old],
        )
    with running(tmp_path, url) as run:
        run.wait_for_run()
    assert risk_history(url, "OLD", None, 9) == []
    assert Decimal(latest_risk(url, "FIRM1")[0]["net_value"]) == 100


def test_it_waits_for_a_journal_and_stops_while_it_waits(url: str, tmp_path: Path) -> None:
    with running(tmp_path, url) as run:
        run.wait(lambda status: status.state == "starting", "start")
        Exchange(tmp_path / "journal").writer.close()
        run.wait(lambda status: status.state == "up", "first run")
    made = Running(tmp_path / "journal", url)
    made.start()
    made.stop()
    assert made.board.status.state == "starting"
