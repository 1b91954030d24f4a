"""Alerts of pre-trade risk: what is logged, and what is counted, of the events that the core really makes."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.unit.desk.desk_exchange import E8, DeskExchange, run
from tradsys_oms.core.commands import NO_LIMITS, ChangeLimits, Limits, Scope
from tradsys_oms.core.events import BlockChanged, LimitNear
from tradsys_oms.core.limits.restraints import Restraints
from tradsys_oms.risk_alerts import NOTED, RiskAlerts, limit_of

MEMBER = Scope("member", "A")


def test_a_warning_is_logged_and_counted() -> None:
    alerts = RiskAlerts()
    with capture_logs() as records:
        alerts.note(LimitNear(MEMBER, "open_notional_max", "1000", "900"))
        alerts.note(LimitNear(MEMBER, "open_notional_max", "1000", "950"))
    assert alerts.warnings == {("member", "open_notional_max"): 2}
    assert records[0] == {
        "event": "limit_near",
        "log_level": "warning",
        "scope": "member A",
        "limit": "open_notional_max",
        "value": "1000",
        "usage": "900",
    }


def test_blocks_are_known_while_they_are_in_force() -> None:
    alerts = RiskAlerts()
    before = Restraints(Scope("account", "A", "A1"))
    before.blocks["operator"] = "risk desk"
    alerts.begin([before, Restraints(MEMBER)])
    with capture_logs() as records:
        alerts.note(BlockChanged(MEMBER, "breaker", True, "too fast"))
        alerts.note(BlockChanged(MEMBER, "breaker", True, "too fast again"))
        alerts.note(BlockChanged(before.scope, "operator", False, "mended"))
    assert list(alerts.blocks) == [(MEMBER, "breaker")]
    assert [(record["event"], record["scope"], record["kind"]) for record in records] == [
        ("blocked", "member A", "breaker"),
        ("blocked", "member A", "breaker"),
        ("unblocked", "account A/A1", "operator"),
    ]
    alerts.note(BlockChanged(MEMBER, "breaker", False, "spoke to them"))
    alerts.note(BlockChanged(MEMBER, "breaker", False, "twice does no harm"))
    assert alerts.blocks == {}


def test_orders_are_counted_by_the_limit_that_refused_them(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        alerts = RiskAlerts()
        for limits in (Limits(order_qty_max_e8=5 * E8), Limits(collar_bps=100), Limits(open_orders_max=1)):
            exchange.submit(ChangeLimits(MEMBER, limits, (), (), "test"))
            exchange.order("A1", "buy", 6, 9_000)
            exchange.order("A1", "buy", 1, 9_990)
            exchange.submit(ChangeLimits(MEMBER, NO_LIMITS, (), ("*",), "test"))
        exchange.order("A1", "buy", 1, 9_990, symbol="NONE")
        exchange.engine.members["A"].usage.blocks["operator"] = "risk desk"
        exchange.engine.risk.version += 1
        exchange.order("A1", "buy", 1, 9_990)
        await exchange.sequencer.committed()
        for event in exchange.released:
            if isinstance(event, NOTED):
                alerts.note(event)
        assert alerts.rejects["order_qty_max"] == 1
        assert alerts.rejects["collar_percent"] == 1
        assert alerts.rejects["open_orders_max"] == 2
        assert alerts.rejects["block"] == 1
        assert sum(alerts.rejects.values()) == 5, "an unknown symbol is no matter of limits"

    run(tmp_path, scenario)


@pytest.mark.parametrize("text", ["", "Unknown symbol", "kind of member A is 5: no", "open_notional_max"])
def test_other_texts_name_no_limit(text: str) -> None:
    assert limit_of(text) == ""
