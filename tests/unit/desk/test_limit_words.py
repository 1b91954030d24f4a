"""Limits and scopes as operators write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.desk.desk_exchange import E8, DeskExchange, run
from tradsys_oms.config.limit_keys import NAMES
from tradsys_oms.core.commands import NO_LIMITS, Block, Limits, Scope, SetAccount, SetInstrument
from tradsys_oms.core.limits.names import shown_name
from tradsys_oms.core.limits.table import LIMITS
from tradsys_oms.desk.limit_words import field_of, parse_limits, show_limits
from tradsys_oms.desk.operators import OperationRefused
from tradsys_oms.desk.risk_scopes import name_of, scope_of

WRITTEN = {
    "restriction": "close_only",
    "ord_types": "limit,market",
    "long_sale_covered": "true",
    "collar_percent": "2.5",
    "duplicate_window_s": "1.5",
    "orders_max": "100",
    "orders_window_s": "1",
    "open_notional_max": "1000000",
    "long_qty_max": "0.5",
}


def test_every_limit_has_a_name() -> None:
    assert {field: shown_name(field) for field in LIMITS} == NAMES, "Text (58) has the names of the configuration"
    assert {field_of(name) for name in NAMES.values()} == set(LIMITS)


def test_limits_are_read_and_written_in_the_same_words() -> None:
    limits = parse_limits(WRITTEN)
    assert limits == Limits(
        restriction="close_only",
        ord_types=("2", "1"),
        long_sale_covered=True,
        collar_bps=250,
        duplicate_window_ns=1_500_000_000,
        orders_max=100,
        orders_window_ns=1_000_000_000,
        open_notional_max_e8=1_000_000 * E8,
        long_qty_max_e8=E8 // 2,
    )
    assert list(show_limits(limits).items()) == sorted(
        WRITTEN.items(), key=lambda pair: list(NAMES.values()).index(pair[0])
    )
    assert show_limits(NO_LIMITS) == {}


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("open_notional", "5", "there is no limit 'open_notional'; did you mean open_notional_max?"),
        ("zzz", "5", "there is no limit 'zzz'; limits are restriction, instruments"),
        ("open_notional_max", "-5", "open_notional_max: '-5' is not a plain decimal number"),
        ("open_notional_max", "", "open_notional_max: '' is not a plain decimal number"),
        ("open_orders_max", "1.5", "open_orders_max: '1.5' is not a whole number"),
        ("ord_types", "limit,iceberg", "ord_types: 'iceberg' is not among the values"),
        ("ord_types", " , ", "ord_types: name at least one"),
        ("long_sale_covered", "yes", "long_sale_covered: 'yes' is neither true nor false"),
        ("collar_percent", "2.555", "collar_percent: 2.555 has more than 2 decimals"),
    ],
)
def test_what_can_not_be_read_is_refused(name: str, text: str, sentence: str) -> None:
    with pytest.raises(OperationRefused, match=sentence):
        parse_limits({name: text})


def test_scopes_are_read_and_written_in_the_same_words(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        scope = Scope("account", "A", "gone")
        exchange.submit(Block(scope, "operator", False, "night", "why"))
        exchange.submit(SetAccount("A", "A1", True))
        assert scope_of({"level": "account", "name": "A/gone"}, exchange.engine) == scope, "its block can be taken away"
        exchange.submit(SetAccount("A", "A1", True, is_declared=False))
        exchange.submit(SetInstrument("BTC/USD", 10**6, E8, 100 * E8, 0, 10**6 * E8, 0, "USD", True))
        scopes = {
            ("all", ""): Scope("all"),
            ("member", "A"): Scope("member", "A"),
            ("session", "A1"): Scope("session", "A1"),
            ("account", "A/"): Scope("account", "A", ""),
            ("account", "A/x/y"): Scope("account", "A", "x/y"),
            ("instrument", "BTC/USD"): Scope("instrument", symbol="BTC/USD"),
            ("holding", "A/A1/BTC/USD"): Scope("holding", "A", "A1", "BTC/USD"),
        }
        for (level, name), scope in scopes.items():
            assert scope_of({"level": level, "name": name}, exchange.engine) == scope
            assert name_of(scope) == name
        for account in ("", "A1", "x/y"):
            apart = {"level": "account", "name": "A", "account": account}
            assert scope_of(apart, exchange.engine) == Scope("account", "A", account)
        assert scope_of({"level": "member", "name": "A", "account": ""}, exchange.engine) == Scope("member", "A")
        for level, name, sentence in (
            ("desk", "A", "there is no level 'desk'; levels are all, member"),
            ("all", "A", "the level all has no name"),
            ("member", "", "say which member"),
            ("account", "A", "a scope of level account is named MEMBER/ACCOUNT, not 'A'"),
            ("holding", "A/A1", "named MEMBER/ACCOUNT/SYMBOL"),
            ("member", "C", "Unknown member C"),
            ("session", "C1", "Unknown session C1"),
            ("instrument", "NONE", "Unknown symbol NONE"),
        ):
            with pytest.raises(OperationRefused, match=sentence):
                scope_of({"level": level, "name": name}, exchange.engine)

    run(tmp_path, scenario)
