"""A limit of portfolio risk, from the follower's request for a block to the operator who takes it away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from certification.broker import Broker, Fields
from tests.system.operating import ask, metrics, records, until
from tests.system.risk_floor import back, operate, order, refusal, seen
from tests.system.test_portfolio_daemon import load_prices, portfolio, trade
from tests.system.trading_system import TradingSystem

BUY, SELL = "1", "2"
BLOCKED = ("account", "BROKER44/A1")
REASON = "VaR of account BROKER44/A1 is 2000.00, above var_max 1000"
GAUGE = 'tradsys_risk_blocks{kind="portfolio",level="account"}'


@pytest.fixture
def trading(system: TradingSystem) -> Iterator[TradingSystem]:
    """Give a daemon whose follower calculates each second, and lets BROKER44/A1 lose 1,000."""
    system.settings["portfolio"] = {
        "enabled": True,
        "interval_s": 1,
        "limits": [
            {"member": "BROKER44", "account": "A1", "var_max": 1_000},
            {"member": "BROKER50", "var_max": 900, "es_max": 950},
            {"member": "BROKER50", "account": "", "es_max": 900},
        ],
    }
    system.write_config()
    system.daemon.start()
    system.daemon.wait_projected()
    load_prices(system)
    yield system
    assert "Traceback" not in system.daemon.log.read_text()


def blocks(system: TradingSystem) -> dict[str, str]:
    """Give the blocks of the account, as `tradsys risk show` lists them."""
    shown: dict[str, str] = seen(system, "risk", "show", *BLOCKED)["blocks"]
    return shown


def wait_for_block(system: TradingSystem) -> None:
    until(lambda: ask(system, "risk.show", level=BLOCKED[0], name=BLOCKED[1])["blocks"], "the block")


def wait_for_runs(system: TradingSystem) -> None:
    """Wait until the follower has calculated twice with all that is in the journal now."""

    def has_caught_up() -> bool:
        found = portfolio(system)
        return bool(found["state"] == "up" and found["runs"] and not found["lag_records"])

    until(has_caught_up, "the follower")
    before = portfolio(system)["runs"]
    until(lambda: portfolio(system)["runs"] >= before + 2, "two runs")


def asked(system: TradingSystem) -> list[dict[str, Any]]:
    """Give the blocks that the journal has been asked for."""
    rows: list[dict[str, Any]] = seen(system, "journal", "show", "--command", "Block")
    return rows


def rests(broker: Broker, clord_id: str, account: str = "A1") -> Fields:
    """Enter an order to buy that is accepted."""
    order(broker, clord_id, "ACME", BUY, 1, "90", account)
    return broker.expect(f35="8", f150="0", f39="0", f11=clord_id)


def trade_more(system: TradingSystem, side: str, symbol: str, quantity: int) -> None:
    """Let BROKER44/A1 buy from or sell to BROKER42/A2, at 100."""
    mine, other = system.brokers["BROKER44"], system.brokers["BROKER42"]
    for broker, its_side, account in ((other, BUY if side == SELL else SELL, "A2"), (mine, side, "A1")):
        order(broker, f"T{symbol}", symbol, its_side, quantity, "100", account)
        broker.expect(f11=f"T{symbol}", f39="0")
    mine.expect(f11=f"T{symbol}", f39="2")
    other.expect(f11=f"T{symbol}", f39="2")


def test_a_passed_limit_blocks_until_an_operator_says_so(trading: TradingSystem) -> None:
    broker = trading.broker("BROKER44")
    order_id = rests(broker, "R1")["37"]
    rests(broker, "R2")
    trade(trading)
    wait_for_block(trading)
    assert blocks(trading) == {"portfolio": REASON}
    assert metrics(trading)[GAUGE] == 1
    report = refusal(broker, "N1")
    assert (report["103"], report["58"]) == ("0", f"Account BROKER44/A1 takes no new orders (portfolio): {REASON}")
    assert [(record["scope"], record["kind"]) for record in records(trading, "blocked")] == [
        (" ".join(BLOCKED), "portfolio")
    ]
    broker.replace("R3", "R1", "ACME", BUY, "2", "90")
    assert REASON in broker.expect(f35="9", f11="R3", f102="2")["58"]
    broker.cancel("R4", "R1", "ACME", BUY, "1")
    broker.expect(f35="8", f150="4", f39="4", f11="R4", f37=order_id)
    rests(broker, "R7", "A3")

    back(trading, broker, trading.brokers["BROKER42"])
    assert blocks(trading) == {"portfolio": REASON}
    assert refusal(broker, "N2")["58"] == report["58"]
    wait_for_runs(trading)
    (block,) = asked(trading)
    assert (block["kind"], block["operator"], block["is_canceling"]) == ("portfolio", "portfolio-risk", False)

    operate(trading, "risk", "unblock", *BLOCKED, "--kind", "portfolio")
    rests(broker, "R5")
    wait_for_runs(trading)
    assert portfolio(trading)["limits_passed"] == 1, "it is passed as before"
    back(trading, broker, trading.brokers["BROKER42"])
    wait_for_runs(trading)
    rests(broker, "R6")
    assert (blocks(trading), asked(trading)) == ({}, [block])
    assert GAUGE not in metrics(trading)


def test_a_limit_that_held_in_between_blocks_again(trading: TradingSystem) -> None:
    trade(trading)
    wait_for_block(trading)
    operate(trading, "risk", "unblock", *BLOCKED, "--kind", "portfolio")
    trade_more(trading, SELL, "ACME", 100)
    until(lambda: portfolio(trading)["limits_passed"] == 0, "a limit that holds")
    assert (blocks(trading), len(asked(trading))) == ({}, 1)
    trade_more(trading, BUY, "GLOBEX", 60)
    wait_for_block(trading)
    # 110 GLOBEX at 100; the worst of three days took 20 %.
    assert blocks(trading) == {"portfolio": "VaR of account BROKER44/A1 is 2200.00, above var_max 1000"}
    assert len(asked(trading)) == 2


def test_a_member_and_its_account_without_a_name_have_blocks_of_their_own(trading: TradingSystem) -> None:
    start = trading.folder / "start.csv"
    start.write_text("member,account,symbol,qty,avg_px\nBROKER50,,ACME,100,100\n")
    operate(trading, "position", "load", str(start))
    until(lambda: len(ask(trading, "kill.list")) == 2, "both blocks")
    assert [(row["level"], row["name"], row["kind"], row["reason"]) for row in seen(trading, "kill", "list")] == [
        (
            *("member", "BROKER50", "portfolio"),
            "VaR of member BROKER50 is 1000.00, above var_max 900; "
            "expected shortfall of member BROKER50 is 1000.00, above es_max 950",
        ),
        (
            *("account", "BROKER50/", "portfolio"),
            "expected shortfall of account BROKER50 is 1000.00, above es_max 900",
        ),
    ]
    broker = trading.broker("BROKER50")
    assert refusal(broker, "N1", account="A1")["58"].startswith("Member BROKER50 takes no new orders (portfolio): VaR")
    said = operate(trading, "risk", "unblock", "member", "BROKER50", "--kind", "portfolio")
    assert "New orders and replaces of member BROKER50 are taken again" in said
    rests(broker, "R1")
    assert "es_max 900" in refusal(broker, "N2", account="")["58"]
    operate(trading, "risk", "set", "account", "BROKER50/", "restriction=close_only")
    operate(trading, "risk", "unblock", "account", "BROKER50/", "--kind", "portfolio")
    assert "restriction of account BROKER50" in refusal(broker, "N3", account="")["58"]
    order(broker, "S1", "ACME", SELL, 100, "101", "")
    broker.expect(f35="8", f150="0", f39="0", f11="S1")
    wait_for_runs(trading)
    assert seen(trading, "kill", "list") == []
    assert len(asked(trading)) == 2
