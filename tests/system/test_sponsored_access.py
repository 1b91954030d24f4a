"""Sponsored access by real QuickFIX in each version: a clearing firm halts its client and sees its limits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from certification.broker import Broker
from tests.system.operating import ask, until
from tests.system.risk_floor import (
    CLEARERS,
    STRANGERS,
    back,
    complaints,
    entries,
    log_on,
    opened,
    operate,
    prepare,
    refusal,
    seen,
    with_parties,
)
from tests.system.trading_system import TradingSystem

SUSPEND, HALT, REINSTATE = "0", "1", "2"
CLIENT = "BROKER44"
LIMITS = {
    "members": {CLIENT: {"gross_position_max": 2_000_000, "open_orders_max": 50, "short_sale": "located"}},
    "accounts": {f"{CLIENT}/A1": {"open_notional_max": 100_000, "daily_loss_max": 5_000}},
    "holdings": {f"{CLIENT}/A1/ACME": {"long_qty_max": 900}},
}


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TradingSystem]:
    system = prepare(TradingSystem(tmp_path_factory.mktemp("sponsored")), LIMITS)
    try:
        system.daemon.start()
        yield system
    finally:
        system.close()


@pytest.fixture(scope="module")
def logged_on(exchange: TradingSystem) -> Broker:
    return log_on(exchange, CLIENT)


@pytest.fixture
def client(exchange: TradingSystem, logged_on: Broker) -> Broker:
    """Give the client, with nothing open."""
    logged_on.send("q", {11: ids(logged_on, "CLEAR"), 530: "7"})
    logged_on.expect(f35="r", f531="7")
    until(lambda: not ask(exchange, "order.list", open=True, limit=1), "the cancels")
    logged_on.status("ANY", "ACME", "1")
    while logged_on.next().get("11") != "ANY":
        pass
    return logged_on


@pytest.fixture(scope="module", params=CLEARERS)
def clearer(exchange: TradingSystem, request: pytest.FixtureRequest) -> Iterator[Broker]:
    made = log_on(exchange, request.param)
    yield made
    assert complaints(made) == []
    made.stop()


@pytest.fixture(scope="module", params=STRANGERS)
def stranger(exchange: TradingSystem, request: pytest.FixtureRequest) -> Iterator[Broker]:
    made = log_on(exchange, request.param)
    yield made
    assert complaints(made) == []
    made.stop()


def act(broker: Broker, action: str, account: str = "", member: str = CLIENT) -> dict[str, str]:
    """Send a PartyActionRequest; gives the report."""
    request_id = f"P{len(broker.log)}"
    with_parties(broker, "DH", {2328: request_id, 2329: action, 58: "margin call"}, member, account)
    report: dict[str, str] = broker.expect(f35="DI", f2328=request_id, f2329=action)
    return report


def ask_limits(broker: Broker, account: str = "", member: str = CLIENT) -> tuple[dict[str, str], bytes]:
    """Send a PartyRiskLimitsRequest; gives the report, also as bytes."""
    request_id = f"Q{len(broker.log)}"
    with_parties(broker, "CL", {1666: request_id}, member, account)
    return broker.expect(f35="CM", f1666=request_id, f1760="3"), broker.raw_log[-1]


def ids(broker: Broker, prefix: str) -> str:
    """Give a ClOrdID that was not used."""
    return f"{prefix}-{len(broker.log)}"


def test_a_client_is_suspended_halted_and_reinstated(exchange: TradingSystem, client: Broker, clearer: Broker) -> None:
    resting = ids(client, clearer.comp_id)
    opened(client, resting, 5, "99")
    report = act(clearer, SUSPEND)
    assert (report["2332"], report["453"], report["448"], report["452"]) == ("1", "1", CLIENT, "1")
    text = f"Member {CLIENT} takes no new orders (clearing): Suspended by clearing member GAMMA: margin call"
    assert refusal(client, ids(client, clearer.comp_id))["58"] == text
    assert ask_limits(clearer)[0]["1672"] == "1"
    report = act(clearer, HALT)
    assert report["2332"] == "1"
    canceled = client.expect(f35="8", f150="4", f39="4", f11=resting, f151="0")
    assert canceled["58"] == "Halted by clearing member GAMMA: margin call"
    back(exchange, client, clearer)
    assert refusal(client, ids(client, clearer.comp_id))["58"] == text.replace("Suspended", "Halted")
    assert act(clearer, REINSTATE)["2332"] == "1"
    opened(client, ids(client, clearer.comp_id), 1, "99")
    again = act(clearer, REINSTATE)
    assert (again["2332"], again["2333"]) == ("2", "99")
    assert again["1328"] == f"No clearing member has suspended member {CLIENT}"


def test_one_account_is_halted(client: Broker, clearer: Broker) -> None:
    assert act(clearer, HALT, "A2")["2332"] == "1"
    assert "(clearing)" in refusal(client, ids(client, clearer.comp_id), account="A2")["58"]
    opened(client, ids(client, clearer.comp_id), 1, "99", "A3")
    assert act(clearer, REINSTATE, "A2")["2332"] == "1"
    opened(client, ids(client, clearer.comp_id), 1, "99", "A2")
    assert act(clearer, SUSPEND, "A9")["2333"] == "0", "no such account"


def test_what_an_operator_blocked_stays_blocked(exchange: TradingSystem, client: Broker, clearer: Broker) -> None:
    operate(exchange, "risk", "block", "member", CLIENT)
    assert act(clearer, SUSPEND)["2332"] == "1"
    report = act(clearer, REINSTATE)
    assert (report["2332"], report["58"]) == ("1", "Still blocked for another reason")
    assert "(operator)" in refusal(client, ids(client, clearer.comp_id))["58"]
    operate(exchange, "risk", "unblock", "member", CLIENT)
    opened(client, ids(client, clearer.comp_id), 1, "99", "A3")


def test_limits_and_usage_are_seen(exchange: TradingSystem, client: Broker, clearer: Broker) -> None:
    opened(client, ids(client, clearer.comp_id), 7, "98")
    report, raw = ask_limits(clearer)
    assert (report["1511"], report["1677"], report["1672"]) == ("0", "3", "0")
    used = {row["limit"]: row["used"] for row in seen(exchange, "risk", "show", "account", f"{CLIENT}/A1")["limits"]}
    member = {row["limit"]: row["used"] for row in seen(exchange, "risk", "show", "member", CLIENT)["limits"]}
    limits = list(entries(raw, "1530", "1531", "1766", "1533"))
    assert limits[:2] == [
        ("100", "50", member["open_orders_max"], "open_orders_max"),
        ("1", "2000000", member["gross_position_max"], "gross_position_max"),
    ]
    assert limits[2:4] == [
        ("3", "100000", used["open_notional_max"], "open_notional_max"),
        ("101", "5000", used["daily_loss_max"], "daily_loss_max"),
    ]
    assert (limits[4][0], limits[4][1], limits[4][3]) == ("4", "900", "long_qty_max")
    report, raw = ask_limits(clearer, "A1")
    assert [row[1] for row in entries(raw, "1671", "1670")] == [f"account {CLIENT}/A1", f"holding {CLIENT}/A1/ACME"]


def test_who_does_not_clear_for_a_client_may_do_nothing(client: Broker, stranger: Broker) -> None:
    for report in (act(stranger, HALT), act(stranger, REINSTATE, "A1")):
        assert (report["2332"], report["2333"]) == ("2", "98")
        assert report["1328"] == f"Member DELTA does not clear for {CLIENT}"
    report, _ = ask_limits(stranger)
    assert (report["1511"], report["1328"]) == ("3", f"Member DELTA does not clear for {CLIENT}")
    assert "1677" not in report
    assert act(stranger, HALT, member="NOSUCH")["2333"] == "0"
    assert ask_limits(stranger, member="NOSUCH")[0]["1511"] == "1"
    opened(client, ids(client, stranger.comp_id), 1, "99", "A3")


def test_a_client_can_not_reinstate_itself(client: Broker, clearer: Broker) -> None:
    assert act(clearer, SUSPEND)["2332"] == "1"
    assert act(client, REINSTATE)["2333"] == "98"
    assert "(clearing)" in refusal(client, ids(client, clearer.comp_id))["58"]
    assert act(clearer, REINSTATE)["2332"] == "1"
