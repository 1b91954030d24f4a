"""Limits on what one order may be: each on all its levels, at the limit and beyond. docs/risk.md, section 4, kind o."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.unit.core.limiting import (
    E8,
    SCOPES,
    accepted,
    limit,
    rejected,
    replace_rejected,
    usage_rows,
)
from tests.unit.core.usages import load
from tradsys_oms.core.limits.asked import Asked
from tradsys_oms.core.limits.objections import objection
from tradsys_oms.core.limits.table import LEVELS, LIMITS

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

LIMIT: dict[str, Any] = {"ord_type": "2"}
STOP: dict[str, Any] = {"ord_type": "3", "stop": 10_500}
STOP_LIMIT: dict[str, Any] = {"ord_type": "4", "stop": 10_500}


class Case(NamedTuple):
    """A limit, an order that it allows, one that it does not, and what is said then; the price None for none."""

    name: str
    value: object
    kind: dict[str, Any]
    at: tuple[int, int | None]
    above: tuple[int, int | None]
    reason: int
    text: str


CASES = [
    Case("order_qty_max_e8", 10 * E8, LIMIT, (10, 10_000), (11, 10_000), 3, "is 10: this order would make it 11"),
    Case(
        "order_notional_max_e8",
        1_000 * E8,
        LIMIT,
        (10, 10_000),
        (10, 10_001),
        3,
        "is 1000: this order would make it 1000.1",
    ),
    Case(
        "order_notional_max_e8",
        1_200 * E8,
        STOP,
        (10, None),
        (11, None),
        3,
        "is 1200: this order would make it 1320",
    ),
    Case("market_order_qty_max_e8", 10 * E8, STOP, (10, None), (11, None), 3, "is 10: this order would make it 11"),
    Case("collar_bps", 100, LIMIT, (1, 10_100), (1, 10_101), 16, "is 1: Price 101.01 is further than that from 100"),
    Case("collar_bps", 150, LIMIT, (1, 9_850), (1, 9_849), 16, "is 1.5: Price 98.49 is further than that from 100"),
    Case(
        "collar_bps", 100, STOP_LIMIT, (1, 10_100), (1, 10_101), 16, "is 1: Price 101.01 is further than that from 100"
    ),
    Case("collar_ticks", 5, LIMIT, (1, 10_005), (1, 10_006), 16, "is 5: Price 100.06 is further than that from 100"),
    Case("collar_ticks", 5, LIMIT, (1, 9_995), (1, 9_994), 16, "is 5: Price 99.94 is further than that from 100"),
]
ON_ALL_LEVELS = [
    pytest.param(level, case, id=f"{case.name}-{number}-{level}")
    for number, case in enumerate(CASES)
    for level in LIMITS[case.name].levels
]


def shown(case: Case, level: str) -> str:
    """Write the text of a case as it is on a level."""
    name = case.name.removesuffix("_e8").replace("_bps", "_percent")
    return f"{name} of {SCOPES[level]} {case.text}"


@pytest.mark.parametrize(("level", "case"), ON_ALL_LEVELS)
def test_a_new_order_at_the_limit_and_one_above(exchange: Exchange, level: str, case: Case) -> None:
    limit(exchange, level, **{case.name: case.value})
    assert exchange.new("A1", "no", "buy", *case.above, **case.kind) == rejected("no", case.reason, shown(case, level))
    assert accepted(exchange.new("A1", "yes", "buy", *case.at, **case.kind))


@pytest.mark.parametrize(("level", "case"), ON_ALL_LEVELS)
def test_a_replace_at_the_limit_and_one_above(exchange: Exchange, level: str, case: Case) -> None:
    assert accepted(exchange.new("A1", "old", "buy", 1, None if case.at[1] is None else 10_000, **case.kind))
    limit(exchange, level, **{case.name: case.value})
    order_id, before, depth = exchange.seq - 1, usage_rows(exchange), exchange.depth()
    assert exchange.replace("A1", "no", "old", *case.above, **case.kind) == replace_rejected(
        "no", "old", order_id, shown(case, level)
    )
    assert usage_rows(exchange) == before
    assert exchange.depth() == depth
    assert accepted(exchange.replace("A1", "yes", "old", *case.at, **case.kind))


class TestLists:
    """What may be traded, and by which OrdType."""

    @pytest.mark.parametrize("level", LIMITS["ord_types"].levels)
    def test_ord_types(self, exchange: Exchange, level: str) -> None:
        exchange.new("A1", "old", "buy", 1, None, **STOP)
        limit(exchange, level, ord_types=("2", "4"))
        scope = SCOPES[level]
        assert accepted(exchange.new("A1", "yes", "buy", 1, 10_000))
        text = f"ord_types of {scope} is 2, 4: OrdType 1 is not among them"
        assert exchange.market("A1", "no", "buy", 1) == rejected("no", 11, text)
        text = f"ord_types of {scope} is 2, 4: OrdType 3 is not among them"
        assert exchange.replace("A1", "new", "old", 2, None, **STOP)[0].endswith(f"reason 2: {text}")

    @pytest.mark.parametrize("level", LIMITS["instruments"].levels)
    def test_instruments(self, exchange: Exchange, level: str) -> None:
        exchange.set_instrument("OTHER")
        exchange.new("A1", "old", "buy", 1, 10_000, symbol="OTHER")
        order_id = exchange.seq
        limit(exchange, level, instruments=("ACME", "THIRD"))
        text = f"instruments of {SCOPES[level]}: OTHER is not among them"
        assert accepted(exchange.new("A1", "yes", "buy", 1, 10_000))
        assert exchange.new("A1", "no", "buy", 1, 10_000, symbol="OTHER") == rejected("no", 0, text)
        lines = exchange.replace("A1", "new", "old", 2, 10_000, symbol="OTHER")
        assert lines == replace_rejected("new", "old", order_id, text)

    @pytest.mark.parametrize("limits", [{"ord_types": ()}, {"instruments": ()}])
    def test_a_list_of_nothing_allows_nothing(self, exchange: Exchange, limits: dict[str, tuple[str, ...]]) -> None:
        limit(exchange, "member", **limits)
        assert "OrderRejected" in exchange.new("A1", "no", "buy", 1, 10_000)[0]


class TestRestriction:
    """No orders at all, or only those that close."""

    @pytest.mark.parametrize("level", LIMITS["restriction"].levels)
    def test_block(self, exchange: Exchange, level: str) -> None:
        load(exchange, -10, 10_000)
        exchange.new("A1", "old", "buy", 2, 10_000)
        limit(exchange, level, restriction="block")
        text = f"restriction of {SCOPES[level]} is block: no orders are taken"
        assert exchange.new("A1", "no", "buy", 1, 10_000) == rejected("no", 0, text)
        assert exchange.replace("A1", "new", "old", 1, 10_000) == replace_rejected("new", "old", 10, text)
        assert "Canceled" in exchange.cancel("A1", "gone", "old")[0]

    @pytest.mark.parametrize("level", LIMITS["restriction"].levels)
    @pytest.mark.parametrize(("side", "position"), [("sell", 10), ("buy", -10)])
    def test_close_only(self, exchange: Exchange, level: str, side: str, position: int) -> None:
        load(exchange, position, 10_000)
        limit(exchange, level, restriction="close_only")
        text = f"restriction of {SCOPES[level]} is close_only: this order does not close a position"
        assert exchange.new("A1", "more", side, 11, 10_000) == rejected("more", 0, text)
        other = "buy" if side == "sell" else "sell"
        assert exchange.new("A1", "other", other, 1, 10_000) == rejected("other", 0, text)
        assert accepted(exchange.new("A1", "part", side, 4, 10_000))
        assert exchange.new("A1", "beyond", side, 7, 10_000) == rejected("beyond", 0, text)
        assert accepted(exchange.new("A1", "rest", side, 6, 10_000))
        code = "2" if side == "sell" else "1"
        assert not accepted(exchange.replace("A1", "r1", "part", 5, 10_000, side=code))
        assert accepted(exchange.replace("A1", "r2", "part", 3, 10_000, side=code))
        assert accepted(exchange.replace("A1", "r3", "rest", 7, 10_000, side=code))

    def test_a_flat_account_can_close_nothing(self, exchange: Exchange) -> None:
        limit(exchange, "account", restriction="close_only")
        assert not accepted(exchange.new("A1", "X", "buy", 1, 10_000))
        assert not accepted(exchange.new("A1", "Y", "sell", 1, 10_000))


class TestSales:
    """What is sold is there, or located."""

    @pytest.mark.parametrize("level", LIMITS["long_sale_covered"].levels)
    def test_a_long_sale_is_covered(self, exchange: Exchange, level: str) -> None:
        load(exchange, 10, 10_000)
        limit(exchange, level, long_sale_covered=True)
        scope = SCOPES[level]
        text = f"long_sale_covered of {scope}: the position is 10, and 11 would be for sale"
        assert exchange.new("A1", "no", "sell", 11, 10_000) == rejected("no", 0, text)
        assert accepted(exchange.new("A1", "yes", "sell", 10, 10_000))
        assert exchange.new("A1", "one", "sell", 1, 10_000) == rejected("one", 0, text)
        assert not accepted(exchange.replace("A1", "r1", "yes", 11, 10_000, side="2"))
        assert accepted(exchange.replace("A1", "r2", "yes", 9, 10_500, side="2"))
        assert accepted(exchange.new("A1", "buy", "buy", 100, 9_000))

    @pytest.mark.parametrize("level", LIMITS["short_sale"].levels)
    @pytest.mark.parametrize(
        ("value", "side", "locate_reqd", "fault"),
        [
            ("forbidden", "2", "", ""),
            ("forbidden", "1", "", ""),
            ("forbidden", "5", "N", "forbidden: Side 5 is not taken"),
            ("forbidden", "6", "N", "forbidden: Side 6 is not taken"),
            ("located", "2", "", ""),
            ("located", "5", "N", ""),
            ("located", "6", "", ""),
            ("located", "5", "", "located: Side 5 needs LocateReqd (114) N"),
            ("located", "5", "Y", "located: Side 5 needs LocateReqd (114) N"),
        ],
    )
    def test_short_sales(
        self, exchange: Exchange, level: str, value: str, side: str, locate_reqd: str, fault: str
    ) -> None:
        exchange.new("A1", "X", "buy", 1, 10_000)
        limit(exchange, level, short_sale=value)
        risk, session = exchange.engine.risk, exchange.engine.sessions["A1"]
        lane = session.lanes["house"]["ACME"]
        asked = Asked(lane, 0, 0, side, "2", locate_reqd, 1, 10_000, 10_000, 1, 100 * E8, 1)
        reject, near = objection(asked, risk.scopes_of(lane))
        assert near == []
        if fault:
            assert reject is not None
            assert (reject.reason, reject.text) == (0, f"short_sale of {SCOPES[level]} is {fault}")
        else:
            assert reject is None


class TestTogether:
    """Several limits: all must allow the order, and the widest scope is named."""

    @pytest.mark.parametrize("tight", LEVELS)
    def test_the_tightest_wins(self, exchange: Exchange, tight: str) -> None:
        for level in LEVELS:
            limit(exchange, level, order_qty_max_e8=(5 if level == tight else 6) * E8)
        assert f"order_qty_max of {SCOPES[tight]} is 5:" in exchange.new("A1", "no", "buy", 6, 9_000)[0]
        assert accepted(exchange.new("A1", "yes", "buy", 5, 9_000))

    def test_the_widest_scope_is_named(self, exchange: Exchange) -> None:
        for level in LEVELS:
            limit(exchange, level, order_qty_max_e8=5 * E8)
        for level in LEVELS:
            assert f"order_qty_max of {SCOPES[level]} is 5:" in exchange.new("A1", f"no {level}", "buy", 6, 9_000)[0]
            limit(exchange, level)
        assert accepted(exchange.new("A1", "yes", "buy", 6, 9_000))

    def test_in_a_scope_the_first_of_the_table_is_named(self, exchange: Exchange) -> None:
        every = {
            "ord_types": ("1",),
            "order_qty_max_e8": 1,
            "order_notional_max_e8": 1,
            "collar_bps": 1,
            "collar_ticks": 1,
        }
        for name in tuple(every):
            limit(exchange, "all", **every)
            shown_name = name.removesuffix("_e8").replace("_bps", "_percent")
            line = exchange.new("A1", f"no {name}", "buy", 6, 9_000)[0]
            assert f": {shown_name} of all is " in line
            del every[name]
