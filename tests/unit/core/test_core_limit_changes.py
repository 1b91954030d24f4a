"""What limits a scope can't have: said by the names that people use, whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tradsys_oms.core.commands import ChangeLimits, Limits, Scope, SetLimits
from tradsys_oms.core.events import Refused

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

MEMBER, ALL = Scope("member", "A"), Scope("all")


@pytest.mark.parametrize(
    ("scope", "limits", "fault"),
    [
        (
            *(ALL, Limits(open_notional_max_e8=1)),
            "Limit open_notional_max is none of all: it is one of member, session, account, instrument, holding.",
        ),
        (
            *(MEMBER, Limits(orders_max=5)),
            "Limits orders_max and orders_window_s of member A go together.",
        ),
        (
            *(MEMBER, Limits(breaker_notional_e8=0, breaker_notional_window_ns=1)),
            "Limits breaker_notional and breaker_notional_window_s of member A must be above 0.",
        ),
        (MEMBER, Limits(order_notional_max_e8=-1), "Limit order_notional_max of member A can't be below 0."),
        (MEMBER, Limits(duplicate_window_ns=0), "Limit duplicate_window_s of member A must be above 0."),
        (
            *(MEMBER, Limits(short_sale="never")),
            "Limit short_sale of member A is one of forbidden, located, not never.",
        ),
        (Scope("member", "X"), Limits(order_qty_max_e8=1), "Unknown member X."),
    ],
)
def test_a_fault_is_said_by_the_names_of_the_file(exchange: Exchange, scope: Scope, limits: Limits, fault: str) -> None:
    for command in (SetLimits(scope, limits), ChangeLimits(scope, limits, (), (), "why")):
        assert exchange.engine.fault_of(command) == fault
        assert exchange.engine.apply(exchange.seq + 1, 1_000_000, command) == [Refused(fault)]
        exchange.seq += 1
