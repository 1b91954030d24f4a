"""What an operator does to limits, blocks and positions of a real daemon, as brokers, the log and Prometheus see it."""

from __future__ import annotations

from typing import Any

from certification.broker import Broker
from tests.system.operating import ask, metrics, records, tradsys, until
from tests.system.test_desk_operations import accepted, operate, refused, seen
from tests.system.trading_system import TradingSystem

BUY, SELL = "1", "2"
MEMBER = ("member", "BROKER44")


def rejected(broker: Broker, clord_id: str, quantity: str, price: str) -> dict[str, str]:
    """Enter an order for ACME that is refused; gives the report."""
    broker.order(clord_id, "ACME", BUY, quantity, price)
    report: dict[str, str] = broker.expect(f35="8", f150="8", f39="8", f11=clord_id)
    return report


def limits(system: TradingSystem, *scope: str) -> dict[str, tuple[str, str]]:
    """Give value and usage of each limit of a scope."""
    rows = seen(system, "risk", "show", *scope)["limits"]
    return {row["limit"]: (row["value"], row["used"]) for row in rows}


def commands(system: TradingSystem, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = seen(system, "journal", "show", "--command", name)
    return rows


def restart(system: TradingSystem, *brokers: Broker) -> None:
    """Kill -9, and start again; the brokers come back."""
    system.daemon.kill()
    system.daemon.start()
    for broker in brokers:
        broker.wait_for(lambda known: known.online.is_set(), "to be back")


def test_a_limit_that_is_set_by_hand_refuses_orders_at_once(running: TradingSystem) -> None:
    buyer, other = running.broker("BROKER44"), running.broker("BROKER42")
    accepted(buyer, "B1", BUY, "10", "99")
    said = operate(running, "risk", "set", *MEMBER, "open_notional_max=1500", "ord_types=limit")
    assert "open_notional_max of member BROKER44: no limit becomes 1500." in said
    report = rejected(buyer, "B2", "6", "99")
    assert (report["103"], report["58"]) == (
        "3",
        "open_notional_max of member BROKER44 is 1500: this order would make it 1584",
    )
    assert limits(running, *MEMBER) == {"ord_types": ("limit", ""), "open_notional_max": ("1500", "990")}
    accepted(buyer, "B3", BUY, "4", "99")
    (near,) = records(running, "limit_near")
    assert (near["scope"], near["limit"], near["value"], near["usage"]) == (
        *("member BROKER44", "open_notional_max", "1500", "1386"),
    )
    accepted(other, "B1", BUY, "100", "99")
    found = metrics(running)
    assert found['tradsys_risk_warnings_total{level="member",limit="open_notional_max"}'] == 1
    assert found['tradsys_risk_rejects_total{limit="open_notional_max"}'] == 1
    assert found['tradsys_risk_open_notional{member="BROKER44"}'] == 1386
    restart(running, buyer)
    assert rejected(buyer, "B4", "2", "99")["58"].endswith("is 1500: this order would make it 1584"), "after a restart"
    operate(running, "risk", "reset", *MEMBER)
    accepted(buyer, "B5", BUY, "2", "99")
    assert limits(running, *MEMBER) == {}
    assert "did you mean open_orders_max?" in refused(running, "risk", "set", *MEMBER, "open_orders=1")


def test_a_kill_switch_holds_until_two_people_release_it(running: TradingSystem) -> None:
    killed, other = running.broker("BROKER44"), running.broker("BROKER50")
    order_ids = [accepted(killed, f"B{number}", BUY, "10", "99") for number in range(3)]
    accepted(other, "S1", SELL, "1", "101")
    preview = tradsys(running, "kill", *MEMBER, "--preview")
    assert "3 open orders will be canceled." in preview.stdout
    operate(running, "kill", *MEMBER)
    for number, order_id in enumerate(order_ids):
        report = killed.expect(f35="8", f150="4", f39="4", f11=f"B{number}", f37=order_id, f151="0")
        assert report["58"].startswith("typo")
    report = rejected(killed, "B3", "1", "99")
    assert report["103"] == "0"
    assert "typo" in report["58"]
    accepted(other, "S2", SELL, "1", "101")
    assert metrics(running)['tradsys_risk_blocks{kind="kill",level="member"}'] == 1
    restart(running, killed, other)
    assert metrics(running)['tradsys_risk_blocks{kind="kill",level="member"}'] == 1
    rejected(killed, "B4", "1", "99")
    assert seen(running, "order", "list", "--member", "BROKER44", "--open") == []

    assert "No block of the kind operator is on" in refused(running, "risk", "unblock", *MEMBER)
    assert tradsys(running, "kill", "approve", *MEMBER, "--yes", user="bob").returncode == 1
    asked = tradsys(running, "kill", "release", *MEMBER, "--reason", "mended", "--yes", user="eve")
    assert asked.returncode == 0, asked.stderr
    alone = tradsys(running, "kill", "approve", *MEMBER, "--yes", user="eve")
    assert (alone.returncode, "it takes another one to approve it" in alone.stderr) == (1, True)
    (row,) = seen(running, "kill", "list")
    assert (row["kind"], row["release_requested_by"], row["release_reason"]) == ("kill", "eve", "mended")
    restart(running, killed, other)
    done = tradsys(running, "kill", "approve", *MEMBER, user="bob", told="y\n")
    assert done.returncode == 0, done.stderr
    assert "eve requested the release of member BROKER44: mended" in done.stdout
    accepted(killed, "B5", BUY, "1", "99")
    assert seen(running, "kill", "list") == []
    assert 'tradsys_risk_blocks{kind="kill",level="member"}' not in metrics(running)
    assert [record["kind"] for record in records(running, "unblocked")] == ["kill"]


def test_a_breaker_pauses_a_session_until_an_operator_says_so(running: TradingSystem) -> None:
    broker = running.broker("BROKER44")
    session = ("session", "BROKER44")
    operate(running, "risk", "set", *session, "breaker_rejects=2", "breaker_rejects_window_s=3600")
    for number in range(3):
        broker.order(f"N{number}", "NOSUCH", BUY, "1", "99")
        broker.expect(f35="8", f150="8", f11=f"N{number}")
    until(lambda: records(running, "blocked"), "the breaker")
    assert records(running, "blocked")[0]["scope"] == "session BROKER44"
    rejected(broker, "B1", "1", "99")
    operate(running, "risk", "unblock", *session, "--kind", "breaker")
    accepted(broker, "B2", BUY, "1", "99")


def test_positions_are_loaded_and_valued(running: TradingSystem) -> None:
    (day,) = commands(running, "BeginRiskDay")
    start = running.folder / "start.csv"
    start.write_text("member,account,symbol,qty,avg_px\nBROKER44,A1,ACME,10,100\nBROKER44,A1,NOSUCH,1,1\n")
    fault = tradsys(running, "position", "load", str(start), "--reason", "start", "--yes")
    assert (fault.returncode, fault.stderr.splitlines()[1:]) == (1, ["line 3: Unknown symbol NOSUCH."])
    assert seen(running, "position", "list") == []
    start.write_text("member,account,symbol,qty,avg_px\nBROKER44,A1,ACME,10,100\nBROKER50,,ACME,-5,100\n")
    operate(running, "position", "load", str(start))
    operate(running, "mark", "set", "ACME", "97.5")
    profit = 'tradsys_risk_day_profit{member="BROKER44"}'
    until(lambda: metrics(running)[profit] == -25, "the mark to be valued")
    operate(running, "risk", "set", "account", "BROKER44/A1", "daily_loss_max=20")
    broker = running.broker("BROKER44")
    broker.order("B1", "ACME", BUY, "1", "97", extra={1: "A1"})
    assert "daily_loss_max of account BROKER44/A1 is 20" in broker.expect(f35="8", f150="8", f11="B1")["58"]
    broker.order("B2", "ACME", SELL, "10", "98", extra={1: "A1"})
    broker.expect(f35="8", f150="0", f11="B2")
    restart(running, broker)
    assert metrics(running)[profit] == -25
    (row,) = seen(running, "position", "list", "--member", "BROKER44")
    assert (row["quantity"], row["day_profit"], row["open_sell_qty"]) == ("10", "-25", "10")
    operate(running, "position", "correct", "BROKER44/A1", "ACME", "--qty", "4")
    assert [row["quantity"] for row in seen(running, "position", "list", "--account", "A1")] == ["4"]
    assert commands(running, "BeginRiskDay")[:1] == [day]
    assert ask(running, "risk.show", level="all")["trade_date"] >= str(day["trade_date"])


def test_marks_of_a_file_change_what_was_loaded_is_worth(running: TradingSystem) -> None:
    start, marks = running.folder / "start.csv", running.folder / "marks.csv"
    start.write_text("member,account,symbol,qty,avg_px\nBROKER44,A1,ACME,10,100\nBROKER44,A1,GLOBEX,-4,52.5\n")
    operate(running, "position", "load", str(start))

    def held() -> dict[str, tuple[str, ...]]:
        rows = seen(running, "position", "list", "--member", "BROKER44")
        keys = ("quantity", "avg_px", "mark", "realised", "unrealised", "day_profit")
        return {row["symbol"]: tuple(row[key] for key in keys) for row in rows}

    def is_at(mark: str) -> bool:
        return bool(ask(running, "position.list", symbol="ACME")[0]["mark"] == mark)

    before = held()
    assert [row[:2] for row in before.values()] == [("10", "100"), ("-4", "52.5")]
    marks.write_text("symbol,px\nACME,103.5\nGLOBEX,0.001\n")
    fault = tradsys(running, "mark", "load", str(marks), "--reason", "close", "--yes")
    assert (fault.returncode, held()) == (1, before), "a file is loaded as a whole"
    assert "line 3: " in fault.stderr
    marks.write_text("symbol,px\nACME,103.5\nGLOBEX,50\n")
    preview = tradsys(running, "mark", "load", str(marks), "--preview")
    assert preview.stdout.startswith("2 instruments get a mark")
    assert held() == before
    operate(running, "mark", "load", str(marks))
    until(lambda: is_at("103.5"), "the marks to be valued")
    valued = {"ACME": ("10", "100", "103.5", "0", "35", "35"), "GLOBEX": ("-4", "52.5", "50", "0", "10", "10")}
    assert held() == valued
    broker = running.broker("BROKER44")
    restart(running, broker)
    assert held() == valued
    buyer = running.broker("BROKER50")
    accepted(buyer, "B1", BUY, "4", "101")
    broker.order("S1", "ACME", SELL, "4", "101", extra={1: "A1"})
    broker.expect(f35="8", f39="0", f11="S1")
    broker.expect(f35="8", f39="2", f11="S1")
    assert held()["ACME"] == ("6", "100", "101", "4", "6", "10"), "a trade says what it is worth from then on"
    assert not list(running.state_dir.glob("load-*"))
    assert {entry["source"] for entry in commands(running, "SetMark")} == {"typo (by night)"}
