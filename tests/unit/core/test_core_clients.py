"""Sponsored access: what a clearing firm may do to its clients, and what it sees of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.core.conftest import Bound
from tests.unit.core.phasing import go_on
from tradsys_oms.core.commands import (
    Block,
    ClientAction,
    Limits,
    QueryClient,
    Scope,
    SetAccount,
    SetLimits,
    SetMember,
    SetPosition,
    Unblock,
)
from tradsys_oms.core.fields import SCALE_E8
from tradsys_oms.core.limits import clients, risk
from tradsys_oms.core.limits.report import usage_rows
from tradsys_oms.core.work import ORDERS_MAX

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

SUSPEND, HALT, REINSTATE = "0", "1", "2"
MEMBER = Scope("member", "B")
ACCOUNT = Scope("account", "B", "house")
SECOND_NS = 1_000_000_000


def act(
    action: str, account: str = "", *, member: str = "B", session: str = "A1", text: str = "", who: str = ""
) -> ClientAction:
    """Make a PartyActionRequest of A about B."""
    return ClientAction(session, 0, "R", action, member, account, text, "", who)


def ask(account: str = "", *, member: str = "B", session: str = "A1", who: str = "") -> QueryClient:
    """Make a PartyRiskLimitsRequest of A about B."""
    return QueryClient(session, 0, "Q", member, account, "", who)


@pytest.fixture
def cleared(exchange: Exchange) -> Exchange:
    """Give an exchange where A clears for B, which has an open order; the second one of it is that of C."""
    exchange.apply(SetMember("B", True, clearing_member="A"))
    exchange.new("B1", "b", "buy", 10, 10_000)
    exchange.new("C1", "c", "buy", 10, 9_900)
    return exchange


def test_a_suspension_leaves_open_orders(cleared: Exchange) -> None:
    assert cleared.apply(act(SUSPEND)) == [
        "A1 R action 0 B/ done",
        "member B blocked by clearing: Suspended by clearing member A",
    ]
    assert cleared.engine.members["B"].usage.blocks == {"clearing": "Suspended by clearing member A"}
    assert cleared.engine.open_order_count == 2
    assert cleared.new("B1", "new", "buy", 10, 10_000)[0].endswith("(clearing): Suspended by clearing member A")
    assert cleared.apply(act(REINSTATE, text="paid")) == [
        "A1 R action 2 B/ done",
        "member B free by clearing: Reinstated by clearing member A: paid",
    ]
    assert not cleared.engine.members["B"].usage.blocks
    assert cleared.replayed(cleared.log).state_hash() == cleared.engine.state_hash()


def test_a_halt_cancels_them(cleared: Exchange) -> None:
    assert cleared.apply(act(HALT, "house", text="no margin")) == [
        "A1 R action 1 B/house done",
        "account B/house blocked by clearing: Halted by clearing member A: no margin",
        "B1 b Canceled canceled 10@10000 cum 0 leaves 0: Halted by clearing member A: no margin",
    ]
    assert cleared.engine.open_order_count == 1
    assert cleared.replayed(cleared.log).state_hash() == cleared.engine.state_hash()


def test_a_halt_of_many_orders_goes_on(cleared: Exchange) -> None:
    for number in range(ORDERS_MAX):
        cleared.new("B1", f"{number}", "buy", 1, 9_000)
    assert len(cleared.apply(act(HALT))) == 2 + ORDERS_MAX
    assert len(go_on(cleared)) == 1
    assert cleared.replayed(cleared.log).state_hash() == cleared.engine.state_hash()


def test_other_blocks_are_not_the_clearing_firms(cleared: Exchange) -> None:
    cleared.apply(Block(MEMBER, "kill", True, "ann", "runaway"))
    assert cleared.apply(act(REINSTATE)) == [
        "A1 R action 2 B/ refused reason 99: No clearing member has suspended member B"
    ]
    cleared.apply(act(SUSPEND, "house"))
    cleared.apply(act(REINSTATE, "house"))
    done = cleared.events[0]
    assert getattr(done, "text") == "Still blocked for another reason"  # noqa: B009 - of one event of many
    assert cleared.engine.members["B"].usage.blocks == {"kill": "runaway"}


def test_an_operator_may_reinstate_too(cleared: Exchange) -> None:
    cleared.apply(act(SUSPEND))
    assert cleared.apply(Unblock(MEMBER, "clearing", "ann", "agreed by telephone")) == [
        "member B free by clearing: agreed by telephone"
    ]


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (act(SUSPEND, member="X"), "action 0 X/ refused reason 0: Unknown member X"),
        (act(SUSPEND, member="C"), "action 0 C/ refused reason 98: Member A does not clear for C"),
        (act(SUSPEND, member="A"), "action 0 A/ refused reason 98: Member A does not clear for A"),
        (
            act(SUSPEND, who="B"),
            "action 0 B/ refused reason 1: RequestingPartyID B is not the member of this session, A",
        ),
        (act("3"), "action 3 B/ refused reason 99: PartyActionType 3 is not supported"),
        (act(SUSPEND, "new"), "action 0 B/new refused reason 0: Unknown account B/new"),
        (
            ClientAction("A1", 0, "R", SUSPEND, "B", "", "", "MarketID (1301) is not supported"),
            "action 0 B/ refused reason 99: MarketID (1301) is not supported",
        ),
    ],
)
def test_a_refusal_changes_nothing(cleared: Exchange, command: ClientAction, line: str) -> None:
    cleared.apply(SetAccount("B", "house", True))
    version = cleared.engine.risk.version
    assert cleared.apply(command) == [f"A1 R {line}"]
    assert cleared.engine.risk.version == version
    assert list(cleared.engine.members["B"].accounts) == ["house"]


def test_who_clears_for_itself_may_ask_for_itself(cleared: Exchange) -> None:
    cleared.apply(SetMember("A", True, clearing_member="A"))
    assert cleared.apply(act(SUSPEND, member="A", who="A"))[0] == "A1 R action 0 A/ done"


def test_the_message_is_taken_note_of(cleared: Exchange) -> None:
    cleared.apply(ClientAction("A1", 7, "R", SUSPEND, "X", ""))
    assert cleared.engine.sessions["A1"].last_msg_seq_num == 7
    cleared.apply(QueryClient("A1", 9, "Q", "X", ""))
    assert cleared.engine.sessions["A1"].last_msg_seq_num == 9


def test_new_accounts_are_bounded(cleared: Exchange, bound: Bound) -> None:
    bound(risk, "UNDECLARED_MAX", 2)
    assert cleared.apply(act(SUSPEND, "two"))[0].endswith("done")
    assert "has 2 accounts that are not declared" in cleared.apply(act(SUSPEND, "three"))[0]
    assert cleared.apply(act(SUSPEND, "house"))[0].endswith("done")


def test_limits_and_usage_of_all_scopes_of_a_client(cleared: Exchange) -> None:
    def limits(scope: Scope, given: Limits) -> None:
        assert cleared.apply(SetLimits(scope, given)) == []

    limits(Scope("holding", "B", "house", "ACME"), Limits(long_qty_max_e8=50 * SCALE_E8))
    limits(ACCOUNT, Limits(open_notional_max_e8=5_000 * SCALE_E8, ord_types=("2",)))
    limits(Scope("session", "B1"), Limits(open_orders_max=10))
    limits(Scope("session", "C1"), Limits(open_orders_max=10))
    limits(Scope("account", "C", "house"), Limits(open_orders_max=10))
    limits(MEMBER, Limits(open_orders_max=100, collar_bps=1_050))
    limits(Scope("account", "B", "new"), Limits(credit_max_e8=SCALE_E8 // 2))
    before = cleared.engine.state_hash()
    assert cleared.apply(ask()) == [
        "A1 Q limits of B/: member B collar_percent  of 10.5, member B open_orders_max 1 of 100, "
        "session B1 open_orders_max 1 of 10, account B/house open_notional_max 1000 of 5000, "
        "account B/new credit_max 0 of 0.5, holding B/house/ACME long_qty_max 10 of 50"
    ]
    cleared.engine.last_seq -= 1
    assert cleared.engine.state_hash() == before, "a question changes nothing"
    cleared.engine.last_seq += 1
    assert cleared.apply(ask("house")) == [
        "A1 Q limits of B/house: account B/house open_notional_max 1000 of 5000, "
        "holding B/house/ACME long_qty_max 10 of 50"
    ]
    assert cleared.apply(ask("new")) == ["A1 Q limits of B/new: account B/new credit_max 0 of 0.5"]


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (ask(member="X"), "X/: refused reason 1: Unknown member X"),
        (ask(member="C"), "C/: refused reason 98: Member A does not clear for C"),
        (ask(session="C1"), "B/: refused reason 98: Member C does not clear for B"),
        (ask(who="B"), "B/: refused reason 1: RequestingPartyID B is not the member of this session, A"),
        (ask("new"), "B/new: refused reason 1: Unknown account B/new"),
        (QueryClient("A1", 0, "Q", "B", "", "no"), "B/: refused reason 99: no"),
    ],
)
def test_what_is_not_answered(cleared: Exchange, command: QueryClient, line: str) -> None:
    assert cleared.apply(command) == [f"{command.session} Q limits of {line}"]
    assert list(cleared.engine.members["B"].accounts) == ["house"]


@pytest.mark.parametrize("scope", [Scope("all"), MEMBER, ACCOUNT])
def test_an_answer_says_who_is_blocked(cleared: Exchange, scope: Scope) -> None:
    assert cleared.apply(ask("house")) == ["A1 Q limits of B/house: "]
    cleared.apply(Block(scope, "operator", False, "ann", "wait"))
    assert cleared.apply(ask("house")) == ["A1 Q limits of B/house blocked: "]
    blocked = "" if scope == ACCOUNT else " blocked"
    assert cleared.apply(ask()) == [f"A1 Q limits of B/{blocked}: "]


def test_an_answer_is_bounded_and_says_so(cleared: Exchange) -> None:
    for number in range(clients.ROWS_MAX + 1):
        cleared.apply(SetLimits(Scope("account", "B", f"{number:03}"), Limits(open_orders_max=number)))
    assert cleared.apply(ask())[0].count("open_orders_max") == clients.ROWS_MAX
    answer = cleared.events[0]
    assert getattr(answer, "text").startswith("There are more limits than these 200")  # noqa: B009 - one of many
    assert cleared.apply(ask("200")) == ["A1 Q limits of B/200: account B/200 open_orders_max 0 of 200"]


def rows(exchange: Exchange, scope: Scope, limits: Limits, time_ns: int = 0) -> dict[str, tuple[str, str]]:
    """Give value and usage of limits by their names."""
    exchange.apply(SetLimits(scope, limits))
    before = exchange.engine.state_hash()
    found = usage_rows(exchange.engine._state, scope, time_ns)
    assert exchange.engine.state_hash() == before
    return {row.limit: (row.value, row.usage) for row in found}


def test_usage_is_what_the_limit_is_compared_with(exchange: Exchange) -> None:
    exchange.apply(SetPosition("B", "house", "ACME", 100 * SCALE_E8, 90 * SCALE_E8, False, "load"))
    exchange.new("B1", "1", "buy", 10, 10_000)
    exchange.new("B1", "2", "sell", 20, 10_100)
    exchange.new("C1", "3", "sell", 4, 10_000)
    money = 1_000_000 * SCALE_E8
    positions = Limits(
        open_notional_max_e8=money,
        gross_position_max_e8=money,
        net_position_max_e8=money,
        credit_max_e8=money,
        traded_notional_max_e8=money,
        daily_loss_max_e8=money,
        orders_per_trade_max=3,
    )
    found = rows(exchange, MEMBER, positions)
    assert {name: usage for name, (_, usage) in found.items() if name != "orders_per_trade_max"} == {
        "open_notional_max": "2620",  # 6 at 100, 20 at 101
        "gross_position_max": "13020",  # 104 at 100, and all that is open
        "net_position_max": "11000",  # 104 at 100, and 6 at 100
        "credit_max": "1000",  # 4 bought and 6 open to buy
        "traded_notional_max": "3020",
        "daily_loss_max": "-1000",  # loaded at 90
    }
    assert {value for value, _ in found.values()} == {"1000000", "3"}
    holding = Scope("holding", "B", "house", "ACME")
    quantities = Limits(long_qty_max_e8=SCALE_E8, short_qty_max_e8=SCALE_E8 // 4)
    assert rows(exchange, holding, quantities) == {"long_qty_max": ("1", "110"), "short_qty_max": ("0.25", "-84")}
    assert rows(exchange, Scope("instrument", symbol="ACME"), quantities) == {
        "long_qty_max": ("1", "110"),
        "short_qty_max": ("0.25", "4"),
    }, "of all holdings the one that has used most"


def test_limits_on_each_order_have_no_usage(exchange: Exchange) -> None:
    given = Limits(
        restriction="close_only",
        ord_types=("1", "2"),
        long_sale_covered=False,
        order_qty_max_e8=SCALE_E8 * 3 // 2,
        collar_bps=25,
        collar_ticks=7,
        duplicate_window_ns=1_500_000_000,
    )
    found = usage_rows(exchange.engine._state, Scope("instrument", symbol="ACME"))
    assert found == []
    assert rows(exchange, Scope("instrument", symbol="ACME"), given) == {
        "restriction": ("close_only", ""),
        "ord_types": ("1,2", ""),
        "long_sale_covered": ("false", ""),
        "order_qty_max": ("1.5", ""),
        "collar_percent": ("0.25", ""),
        "collar_ticks": ("7", ""),
        "duplicate_window_s": ("1.5", ""),
    }


def test_rates_have_the_usage_of_a_time(exchange: Exchange) -> None:
    given = Limits(
        breaker_orders=10,
        breaker_orders_window_ns=SECOND_NS,
        breaker_notional_e8=10_000 * SCALE_E8,
        breaker_notional_window_ns=SECOND_NS,
    )
    exchange.apply(SetLimits(MEMBER, given))
    exchange.new("B1", "1", "buy", 10, 10_000)
    exchange.new("B1", "2", "buy", 10, 10_000)
    time_ns = exchange.seq * 1_000
    assert rows(exchange, MEMBER, given, time_ns) == {
        "breaker_orders": ("10", "2"),
        "breaker_orders_window_s": ("1", ""),
        "breaker_notional": ("10000", "1999.99"),  # 1,000 ns of the window have passed since the first
        "breaker_notional_window_s": ("1", ""),
    }
    assert rows(exchange, MEMBER, given, time_ns + SECOND_NS)["breaker_orders"] == ("10", "0")
    assert rows(exchange, MEMBER, given)["breaker_orders"] == ("10", "")
