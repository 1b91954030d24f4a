"""Self-trade prevention: each policy, whose orders are one's own, and what is told to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tradsys_oms.core.commands import MarketRules, SetMember
from tradsys_oms.core.matching.market import FILLS_END
from tradsys_oms.core.work import FILLS_MAX

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

POLICIES = ("cancel_newest", "cancel_oldest", "cancel_both", "decrement")
SCOPES = ("member", "firm", "id")
REASON = "Self-trade prevention"

NEWEST = [
    "{0} new New new 30@10000 cum 0 leaves 30",
    "{0} new Trade partial 30@10000 cum 5 leaves 25 last 5@10000 #1 aggressor",
    "C1 before Trade filled 5@10000 cum 5 leaves 0 last 5@10000 #1",
]
OUTCOMES = {
    "cancel_newest": [*NEWEST, f"{{0}} new Canceled canceled 30@10000 cum 5 leaves 0: {REASON}"],
    "cancel_oldest": [
        *NEWEST,
        f"A1 old Canceled canceled 10@10000 cum 0 leaves 0: {REASON}",
        "{0} new Trade partial 30@10000 cum 10 leaves 20 last 5@10000 #4 aggressor",
        "C1 after Trade filled 5@10000 cum 5 leaves 0 last 5@10000 #4",
    ],
    "cancel_both": [
        *NEWEST,
        f"A1 old Canceled canceled 10@10000 cum 0 leaves 0: {REASON}",
        f"{{0}} new Canceled canceled 30@10000 cum 5 leaves 0: {REASON}",
    ],
    "decrement": [
        *NEWEST,
        f"A1 old Canceled canceled 10@10000 cum 0 leaves 0: {REASON}",
        f"{{0}} new Restated partial 20@10000 cum 5 leaves 15 (because 5): {REASON}",
        "{0} new Trade partial 20@10000 cum 10 leaves 10 last 5@10000 #5 aggressor",
        "C1 after Trade filled 5@10000 cum 5 leaves 0 last 5@10000 #5",
    ],
}
IDS = {"cancel_newest": "1", "cancel_oldest": "2", "cancel_both": "3"}


def prepare(exchange: Exchange, policy: str, scope: str) -> tuple[str, dict[str, Any]]:
    """Make the orders of A and B, or of A, each other's own; give the session of the newer one, and instructions."""
    if scope == "id":
        if policy in IDS:
            return "A2", {"self_match_id": "desk", "self_match_instruction": IDS[policy]}
        exchange.apply(SetMember("A", True, "", policy))
        return "A2", {"self_match_id": "desk"}
    if scope == "firm":
        exchange.apply(SetMember("A", True, "Acme Bank", policy, "firm"))
        exchange.apply(SetMember("B", True, "Acme Bank", policy, "firm"))
        return "B1", {}
    exchange.apply(SetMember("A", True, "Acme Bank", policy))
    return "A2", {}


@pytest.mark.parametrize("matching", ["price_time", "pro_rata", "lead_market_maker"])
@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("policy", POLICIES)
def test_a_policy_of_each_scope(exchange: Exchange, policy: str, scope: str, matching: str) -> None:
    exchange.set_instrument(rules=MarketRules(matching=matching))
    session, instructions = prepare(exchange, policy, scope)
    exchange.new("C1", "before", "sell", 5, 10_000)
    exchange.new("A1", "old", "sell", 10, 10_000, **instructions)
    exchange.new("C1", "after", "sell", 5, 10_000)
    lines = exchange.new(session, "new", "buy", 30, 10_000, **instructions)
    assert lines == [text.format(session) for text in OUTCOMES[policy]]


def test_decrement_leaves_the_larger_resting_order_where_it_stands(exchange: Exchange) -> None:
    exchange.apply(SetMember("A", True, "", "decrement"))
    exchange.new("A1", "old", "sell", 10, 10_000)
    exchange.new("C1", "other", "sell", 10, 10_000)
    assert exchange.new("A2", "new", "buy", 4, 10_000) == [
        "A2 new New new 4@10000 cum 0 leaves 4",
        f"A1 old Restated new 6@10000 cum 0 leaves 6 (because 5): {REASON}",
        f"A2 new Canceled canceled 4@10000 cum 0 leaves 0: {REASON}",
    ]
    assert [order.clord_id for order in exchange.engine.books["ACME"]] == ["old", "other"]
    assert exchange.depth() == ([], [(10_000, 16, 2)])


def test_decrement_of_equal_orders_cancels_both_the_resting_one_first(exchange: Exchange) -> None:
    exchange.apply(SetMember("A", True, "", "decrement"))
    exchange.new("A1", "old", "sell", 10, 10_000)
    assert exchange.new("A2", "new", "buy", 10, 10_000)[1:] == [
        f"A1 old Canceled canceled 10@10000 cum 0 leaves 0: {REASON}",
        f"A2 new Canceled canceled 10@10000 cum 0 leaves 0: {REASON}",
    ]
    assert exchange.engine.open_order_count == 0


def test_decrement_takes_off_what_an_iceberg_has_behind_what_it_shows(exchange: Exchange) -> None:
    exchange.apply(SetMember("A", True, "", "decrement"))
    exchange.new("A1", "ice", "sell", 50, 10_000, display=10)
    exchange.new("A2", "new", "buy", 45, 10_000)
    assert exchange.depth() == ([], [(10_000, 5, 1)])
    exchange.new("C1", "T", "buy", 5, 10_000)
    assert exchange.depth() == ([], [])


def test_a_part_filled_order_that_is_decremented_keeps_its_status(exchange: Exchange) -> None:
    exchange.apply(SetMember("A", True, "", "decrement"))
    exchange.new("A1", "old", "sell", 10, 10_000)
    exchange.new("C1", "T", "buy", 3, 10_000)
    assert exchange.new("A2", "new", "buy", 4, 10_000)[1] == (
        f"A1 old Restated partial 6@10000 cum 3 leaves 3 (because 5): {REASON}"
    )


def test_nothing_happens_among_members_without_a_policy(exchange: Exchange) -> None:
    exchange.new("A1", "old", "sell", 10, 10_000)
    assert len(exchange.new("A1", "new", "buy", 10, 10_000)) == 3


def test_members_of_a_firm_trade_unless_the_scope_is_the_firm(exchange: Exchange) -> None:
    exchange.apply(SetMember("A", True, "Acme Bank", "cancel_newest"))
    exchange.apply(SetMember("B", True, "Acme Bank", "cancel_newest", "firm"))
    exchange.new("A1", "old", "sell", 10, 10_000)
    assert len(exchange.new("B1", "new", "buy", 10, 10_000)) == 3


def test_the_policy_is_that_of_the_incoming_order(exchange: Exchange) -> None:
    exchange.apply(SetMember("A", True, "Acme Bank", "cancel_oldest", "firm"))
    exchange.apply(SetMember("B", True, "Acme Bank", "cancel_newest", "firm"))
    exchange.new("A1", "old", "sell", 10, 10_000)
    assert exchange.new("B1", "new", "buy", 10, 10_000)[1] == (
        f"B1 new Canceled canceled 10@10000 cum 0 leaves 0: {REASON}"
    )
    exchange.new("B1", "bid", "buy", 10, 9_999)
    assert exchange.new("A1", "ask", "sell", 10, 9_999)[1] == (
        f"B1 bid Canceled canceled 10@9999 cum 0 leaves 0: {REASON}"
    )


def test_an_id_alone_cancels_the_newest(exchange: Exchange) -> None:
    exchange.new("A1", "old", "sell", 10, 10_000, self_match_id="desk")
    assert exchange.new("A2", "new", "buy", 10, 10_000, self_match_id="desk")[1] == (
        f"A2 new Canceled canceled 10@10000 cum 0 leaves 0: {REASON}"
    )


@pytest.mark.parametrize("other", [{}, {"self_match_id": "another desk"}])
def test_another_id_or_none_is_not_ones_own(exchange: Exchange, other: dict[str, Any]) -> None:
    exchange.apply(SetMember("A", True, "", "cancel_newest"))
    exchange.new("A1", "old", "sell", 10, 10_000, self_match_id="desk")
    assert len(exchange.new("A2", "new", "buy", 10, 10_000, **other)) == 3


def test_the_same_id_of_another_member_is_not_ones_own_unless_the_firm_is_the_same(exchange: Exchange) -> None:
    exchange.new("A1", "old", "sell", 10, 10_000, self_match_id="desk")
    assert len(exchange.new("B1", "new", "buy", 10, 10_000, self_match_id="desk")) == 3
    exchange.apply(SetMember("A", True, "Acme Bank"))
    exchange.apply(SetMember("B", True, "Acme Bank"))
    exchange.new("A1", "old2", "sell", 10, 10_000, self_match_id="desk")
    assert exchange.new("B1", "new2", "buy", 10, 10_000, self_match_id="desk")[-1].endswith(REASON)


def test_an_instruction_without_an_id_is_the_policy_of_the_order(exchange: Exchange) -> None:
    exchange.apply(SetMember("A", True, "", "cancel_newest"))
    exchange.new("A1", "old", "sell", 10, 10_000)
    assert exchange.new("A2", "new", "buy", 10, 10_000, self_match_instruction="2") == [
        "A2 new New new 10@10000 cum 0 leaves 10",
        f"A1 old Canceled canceled 10@10000 cum 0 leaves 0: {REASON}",
    ]


def test_fill_or_kill_counts_nothing_behind_an_own_order(exchange: Exchange) -> None:
    exchange.apply(SetMember("A", True, "", "cancel_newest"))
    exchange.new("C1", "one", "sell", 5, 10_000)
    exchange.new("A1", "old", "sell", 5, 10_000)
    exchange.new("C1", "two", "sell", 5, 10_000)
    assert exchange.new("A2", "new", "buy", 6, 10_000, "4")[1:] == [
        "A2 new Canceled canceled 6@10000 cum 0 leaves 0: Fill or kill: the whole quantity is not available"
    ]
    assert len(exchange.new("A2", "new2", "buy", 5, 10_000, "4")) == 3


def test_fill_or_kill_counts_no_more_of_an_iceberg_than_it_shows_before_an_own_order(exchange: Exchange) -> None:
    exchange.apply(SetMember("A", True, "", "cancel_newest"))
    exchange.new("C1", "ice", "sell", 50, 10_000, display=10)
    exchange.new("A1", "old", "sell", 5, 10_000)
    assert exchange.new("A2", "new", "buy", 11, 10_000, "4")[1:] == [
        "A2 new Canceled canceled 11@10000 cum 0 leaves 0: Fill or kill: the whole quantity is not available"
    ]
    assert exchange.new("A2", "new2", "buy", 10, 10_000, "4")[1].startswith("A2 new2 Trade filled")


def test_fill_or_kill_passes_own_orders_with_cancel_oldest(exchange: Exchange) -> None:
    exchange.apply(SetMember("A", True, "", "cancel_oldest"))
    exchange.new("A1", "old", "sell", 5, 10_000)
    exchange.new("C1", "one", "sell", 5, 10_000)
    lines = exchange.new("A2", "new", "buy", 5, 10_000, "4")
    assert [text.split()[:3] for text in lines] == [
        ["A2", "new", "New"],
        ["A1", "old", "Canceled"],
        ["A2", "new", "Trade"],
        ["C1", "one", "Trade"],
    ]


def test_an_own_order_in_the_dark_is_met_after_what_is_shown(exchange: Exchange) -> None:
    exchange.apply(SetMember("A", True, "", "cancel_newest"))
    exchange.new("A1", "dark", "sell", 5, 10_000, display=0)
    exchange.new("C1", "ice", "sell", 20, 10_000, display=5)
    assert exchange.new("A2", "killed", "buy", 21, 10_000, "4")[1].startswith("A2 killed Canceled")
    lines = exchange.new("A2", "new", "buy", 21, 10_000)
    assert lines[-1] == f"A2 new Canceled canceled 21@10000 cum 20 leaves 0: {REASON}"


def test_an_own_order_that_is_choosy_is_still_ones_own(exchange: Exchange) -> None:
    exchange.apply(SetMember("A", True, "", "cancel_oldest"))
    exchange.new("A1", "all", "sell", 10, 10_000, exec_inst="G")
    assert exchange.new("A2", "new", "buy", 5, 10_000)[1] == (
        f"A1 all Canceled canceled 10@10000 cum 0 leaves 0: {REASON}"
    )


def test_a_market_order_and_a_triggered_stop_meet_their_own(exchange: Exchange) -> None:
    exchange.apply(SetMember("A", True, "", "cancel_newest"))
    exchange.new("A1", "old", "sell", 10, 10_000)
    assert exchange.market("A2", "new", "buy", 5)[-1].endswith(REASON)
    exchange.new("A2", "stop", "buy", 5, None, ord_type="3", stop=9_990)
    exchange.new("B1", "S", "sell", 1, 9_990)
    assert exchange.new("C1", "T", "buy", 1, 9_990)[-2:] == [
        "A2 stop Triggered new 5@market cum 0 leaves 5",
        f"A2 stop Canceled canceled 5@market cum 0 leaves 0: {REASON}",
    ]


def test_a_replace_that_crosses_meets_its_own(exchange: Exchange) -> None:
    exchange.apply(SetMember("A", True, "", "cancel_oldest"))
    exchange.new("A1", "old", "sell", 10, 10_000)
    exchange.new("A2", "X", "buy", 5, 9_990)
    assert exchange.replace("A2", "Y", "X", 5, 10_000) == [
        "A2 Y<X Replaced new 5@10000 cum 0 leaves 5",
        f"A1 old Canceled canceled 10@10000 cum 0 leaves 0: {REASON}",
    ]
    assert exchange.depth() == ([(10_000, 5, 1)], [])


def test_choosy_orders_are_not_tried_against_their_own(exchange: Exchange) -> None:
    exchange.apply(SetMember("A", True, "", "cancel_newest"))
    exchange.new("A1", "all", "sell", 10, 10_000, exec_inst="G")
    exchange.new("C1", "one", "buy", 9, 10_000)
    exchange.new("A2", "own", "buy", 1, 9_990)
    assert exchange.engine.open_order_count == 3
    lines = exchange.new("C1", "two", "buy", 1, 10_000)
    assert lines[-1] == "C1 two Trade filled 1@10000 cum 1 leaves 0 last 1@10000 #3"


@pytest.mark.parametrize("policy", ["cancel_oldest", "decrement"])
def test_what_one_command_prevents_is_bounded(exchange: Exchange, policy: str) -> None:
    exchange.apply(SetMember("A", True, "", policy))
    for number in range(FILLS_MAX + 3):
        exchange.new("A1", f"S{number}", "sell", 1, 10_000)
    lines = exchange.new("A2", "new", "buy", FILLS_MAX + 10, 10_000)
    assert "A2 new Canceled canceled" in lines[-1]
    assert lines[-1].endswith(FILLS_END)
    assert exchange.engine.open_order_count == 3
    assert exchange.engine.trade_count == 0
    assert exchange.new("A2", "next", "buy", 2, 9_999) == ["A2 next New new 2@9999 cum 0 leaves 2"]
