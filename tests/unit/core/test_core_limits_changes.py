"""What the configuration and operators may say about limits, accounts, rules and worth: each fault in its sentence,
and what holds after a change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.core.limiting import E8, SCOPES, SECOND_NS, TICK_E8, accepted, change, limit
from tradsys_oms.core.commands import (
    NO_LIMITS,
    BeginRiskDay,
    ChangeLimits,
    Command,
    Limits,
    Scope,
    SetAccount,
    SetLimits,
    SetMark,
    SetPosition,
    SetRiskRules,
)
from tradsys_oms.core.limits.table import LEVELS, LIMITS

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

ALL = Scope("all")
SCOPE_FAULTS = [
    (Scope("desk", "A"), "There is no level desk: levels are all, member, session, account, instrument, holding."),
    (Scope("member", "Z"), "Unknown member Z."),
    (Scope("account", "Z", "house"), "Unknown member Z."),
    (Scope("holding", "Z", "house", "ACME"), "Unknown member Z."),
    (Scope("session", "Z1"), "Unknown session Z1."),
    (Scope("instrument", symbol="NOPE"), "Unknown symbol NOPE."),
    (Scope("holding", "A", "house", "NOPE"), "Unknown symbol NOPE."),
    (Scope("account", "B", "other"), "Unknown account B/other."),
    (Scope("holding", "B", "other", "ACME"), "Unknown account B/other."),
]
VALUE_FAULTS = [
    (
        ALL,
        Limits(open_orders_max=1),
        "Limit open_orders_max is none of all: it is one of member, session, account, instrument, holding.",
    ),
    (
        SCOPES["session"],
        Limits(short_sale="forbidden"),
        "Limit short_sale is none of session A1: it is one of all, member, account, instrument, holding.",
    ),
    (SCOPES["member"], Limits(order_qty_max_e8=-1), "Limit order_qty_max of member A can't be below 0."),
    (ALL, Limits(fat_finger_multiple=0), "Limit fat_finger_multiple of all must be above 0."),
    (ALL, Limits(duplicate_window_ns=0), "Limit duplicate_window_s of all must be above 0."),
    (ALL, Limits(restriction="stop"), "Limit restriction of all is one of block, close_only, not stop."),
    (ALL, Limits(short_sale="no"), "Limit short_sale of all is one of forbidden, located, not no."),
    (
        SCOPES["account"],
        Limits(orders_max=5),
        "Limits orders_max and orders_window_s of account A/house go together.",
    ),
    (
        SCOPES["account"],
        Limits(messages_window_ns=5),
        "Limits messages_max and messages_window_s of account A/house go together.",
    ),
    (
        SCOPES["account"],
        Limits(orders_max=0, orders_window_ns=5),
        "Limits orders_max and orders_window_s of account A/house must be above 0.",
    ),
    (
        SCOPES["account"],
        Limits(orders_max=5, orders_window_ns=0),
        "Limits orders_max and orders_window_s of account A/house must be above 0.",
    ),
]
FAULTS: list[tuple[Command, str]] = [
    *((SetLimits(scope, NO_LIMITS), text) for scope, text in SCOPE_FAULTS),
    *((ChangeLimits(scope, NO_LIMITS, (), (), ""), text) for scope, text in SCOPE_FAULTS),
    *((SetLimits(scope, limits), text) for scope, limits, text in VALUE_FAULTS),
    *((ChangeLimits(scope, limits, (), (), ""), text) for scope, limits, text in VALUE_FAULTS),
    (ChangeLimits(ALL, NO_LIMITS, ("qty",), (), ""), "There is no limit qty."),
    (ChangeLimits(ALL, NO_LIMITS, (), ("qty",), ""), "There is no limit qty."),
    (ChangeLimits(ALL, NO_LIMITS, ("*",), (), ""), "There is no limit *."),
    (ChangeLimits(ALL, NO_LIMITS, ("qty",), ("*",), ""), "There is no limit qty."),
    (ChangeLimits(ALL, NO_LIMITS, (), ("*", "collar_bps"), ""), "All limits are reset, or those that are named."),
    (SetAccount("Z", "house", True), "Account house names the member Z, which is unknown."),
    (SetAccount("A", "", True), "An account of A needs a name."),
    (SetRiskRules(-1, "USD", ()), "A warning is due at 0 to 100 percent of a limit, not at -1 basis points."),
    (SetRiskRules(10_001, "USD", ()), "A warning is due at 0 to 100 percent of a limit, not at 10001 basis points."),
    (SetRiskRules(1, "USD", (("EUR", 1), ("GBP", 0))), "The rate of GBP must be above 0."),
    (SetPosition("Z", "house", "ACME", 0, 0, False, ""), "Unknown member Z."),
    (SetPosition("A", "house", "NOPE", 0, 0, False, ""), "Unknown symbol NOPE."),
    (SetPosition("B", "other", "ACME", 0, 0, False, ""), "Unknown account B/other."),
    (
        SetPosition("A", "house", "ACME", E8 + 1, 0, False, ""),
        "A position in ACME is a number of whole lots, at an average price not below 0.",
    ),
    (
        SetPosition("A", "house", "ACME", E8, -1, False, ""),
        "A position in ACME is a number of whole lots, at an average price not below 0.",
    ),
    (
        SetPosition("A", "house", "ACME", -(2**62) // E8 * E8, 2**60, False, ""),
        "The position of A/house in ACME is more than can be counted.",
    ),
    (SetMark("NOPE", E8, ""), "Unknown symbol NOPE."),
    (SetMark("ACME", 0, ""), "A mark of ACME is above 0, and a number of ticks."),
    (SetMark("ACME", TICK_E8 + 1, ""), "A mark of ACME is above 0, and a number of ticks."),
    (BeginRiskDay(20250230), "20250230 is no date as YYYYMMDD."),
    (BeginRiskDay(20250102), "The day 20250102 is not after 20250102, which has begun."),
    (BeginRiskDay(20250101), "The day 20250101 is not after 20250102, which has begun."),
]


@pytest.mark.parametrize(("command", "text"), FAULTS)
def test_what_is_impossible_is_refused_and_changes_nothing(exchange: Exchange, command: Command, text: str) -> None:
    exchange.apply(SetAccount("B", "client", True))
    exchange.apply(BeginRiskDay(20250102))
    before = list(exchange.engine.risk.rows())
    assert exchange.engine.fault_of(command) == text
    assert exchange.apply(command) == [f"Refused: {text}"]
    assert list(exchange.engine.risk.rows()) == before


@pytest.mark.parametrize("level", LEVELS)
def test_each_limit_is_taken_on_its_levels_and_on_no_other(exchange: Exchange, level: str) -> None:
    values = {"word": {"restriction": "block", "short_sale": "located"}, "words": ("2",), "flag": True}
    for name, kind in LIMITS.items():
        value = values.get(kind.unit, 5)
        given = {name: value[name] if isinstance(value, dict) else value}
        if name.endswith("_window_ns") and name != "duplicate_window_ns":
            continue
        if f"{name.removesuffix('_max').removesuffix('_e8')}_window_ns" in LIMITS:
            given[f"{name.removesuffix('_max').removesuffix('_e8')}_window_ns"] = 5
        lines = exchange.apply(SetLimits(SCOPES[level], Limits(**given)))  # type: ignore[arg-type]
        assert (lines == []) == (level in kind.levels), name


class TestChanges:
    """What an operator says counts before the configuration, until it is reset."""

    def qty_max(self, exchange: Exchange) -> int:
        """Find the largest order that is taken, 0 for any: of 1 to 9 lots."""
        taken = [
            qty for qty in range(1, 10) if accepted(exchange.new("A1", f"Q{exchange.seq}", "buy", qty, 10_000, "3"))
        ]
        assert taken == list(range(1, len(taken) + 1))
        return len(taken) % 9

    def test_before_the_configuration_also_a_later_one(self, exchange: Exchange) -> None:
        limit(exchange, "member", order_qty_max_e8=3 * E8)
        assert self.qty_max(exchange) == 3
        assert change(exchange, "member", order_qty_max_e8=5 * E8) == []
        assert self.qty_max(exchange) == 5
        limit(exchange, "member", order_qty_max_e8=4 * E8)
        assert self.qty_max(exchange) == 5
        limit(exchange, "member")
        assert self.qty_max(exchange) == 5
        limit(exchange, "member", order_qty_max_e8=2 * E8)
        assert change(exchange, "member", reset=("order_qty_max_e8",)) == []
        assert self.qty_max(exchange) == 2

    def test_lifted_until_it_is_reset(self, exchange: Exchange) -> None:
        limit(exchange, "all", order_qty_max_e8=3 * E8)
        change(exchange, "all", lifted=("order_qty_max_e8",))
        assert self.qty_max(exchange) == 0
        limit(exchange, "all", order_qty_max_e8=4 * E8)
        assert self.qty_max(exchange) == 0
        change(exchange, "all", collar_ticks=5)
        assert self.qty_max(exchange) == 0
        change(exchange, "all", reset=("*",))
        assert self.qty_max(exchange) == 4
        assert exchange.engine.risk.all.limits == Limits(order_qty_max_e8=4 * E8)

    def test_a_rate_and_its_window_are_one_limit(self, exchange: Exchange) -> None:
        both: dict[str, Any] = {"orders_max": 5, "orders_window_ns": SECOND_NS}
        limit(exchange, "session", **both)
        usage = exchange.engine.sessions["A1"].usage
        change(exchange, "session", orders_max=2)
        assert usage.limits == Limits(orders_max=2, orders_window_ns=SECOND_NS)
        limit(exchange, "session")
        assert usage.limits == Limits(orders_max=2, orders_window_ns=SECOND_NS)
        change(exchange, "session", lifted=("orders_window_ns",))
        assert usage.limits == NO_LIMITS
        limit(exchange, "session", **both)
        assert usage.limits == NO_LIMITS
        assert change(exchange, "session", orders_max=3) == [
            "Refused: Limits orders_max and orders_window_s of session A1 go together."
        ]
        change(exchange, "session", reset=("orders_max",))
        assert usage.limits == Limits(**both)
        change(exchange, "session", orders_max=3, orders_window_ns=7)
        change(exchange, "session", reset=("orders_max",), orders_window_ns=9)
        assert usage.limits == Limits(orders_max=5, orders_window_ns=9)

    @pytest.mark.parametrize("level", ["account", "holding"])
    def test_of_an_account_that_had_no_order_yet(self, exchange: Exchange, level: str) -> None:
        limit(exchange, level, order_qty_max_e8=3 * E8)
        change(exchange, level, order_qty_max_e8=5 * E8)
        assert exchange.engine.risk.find(SCOPES[level]) is None
        assert self.qty_max(exchange) == 5

    def test_what_has_no_limit_any_more_goes_the_short_way(self, exchange: Exchange) -> None:
        exchange.new("A1", "X", "buy", 1, 9_000)
        lane = exchange.engine.sessions["A1"].lanes["house"]["ACME"]
        assert lane.bounds is None
        limit(exchange, "member", order_qty_max_e8=3 * E8)
        exchange.new("A1", "Y", "buy", 1, 9_000)
        assert lane.bounds is not None
        change(exchange, "member", lifted=("order_qty_max_e8",))
        exchange.new("A1", "Z", "buy", 1, 9_000)
        assert lane.bounds is None
