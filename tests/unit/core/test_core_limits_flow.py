"""Who may trade at all, and how often: rates at the very nanosecond, accounts, and blocks. docs/risk.md, sections 4
and 8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.core.conftest import line
from tests.unit.core.limiting import (
    E8,
    SCOPES,
    SECOND_NS,
    accepted,
    enter_at,
    limit,
    rejected,
    replace_rejected,
    usage_rows,
)
from tradsys_oms.core.commands import CancelOrder, ReplaceOrder, SetAccount
from tradsys_oms.core.events import Event, Execution, OrderRejected
from tradsys_oms.core.limits.table import LEVELS, LIMITS

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

START_NS = 1_000 * SECOND_NS


def lines(events: list[Event]) -> list[str]:
    """Write events as lines."""
    return [line(event) for event in events]


def enters(exchange: Exchange, time_ns: int, account: str = "house") -> bool:
    """Enter an order at a time; tell whether it is taken."""
    (event, *_) = enter_at(exchange, time_ns, f"T{exchange.seq}", account=account)
    return isinstance(event, Execution)


def replace_at(exchange: Exchange, time_ns: int, clord_id: str, orig: str, session: str = "A1") -> list[Event]:
    """Replace an order of one lot at 100 with itself at a time."""
    exchange.seq += 1
    order = ReplaceOrder(session, 0, clord_id, orig, "", "ACME", "1", "2", "0", E8, 100 * E8)
    return exchange.engine.apply(exchange.seq, time_ns, order)


def cancel_at(exchange: Exchange, time_ns: int, clord_id: str, orig: str, session: str = "A1") -> list[Event]:
    """Cancel an order at a time."""
    exchange.seq += 1
    return exchange.engine.apply(exchange.seq, time_ns, CancelOrder(session, 0, clord_id, orig, "", "ACME", "1"))


class TestOrderRate:
    """New orders and replaces that are accepted."""

    @pytest.mark.parametrize("level", LIMITS["orders_max"].levels)
    def test_a_burst_and_then_one_at_a_time(self, exchange: Exchange, level: str) -> None:
        limit(exchange, level, orders_max=4, orders_window_ns=SECOND_NS)
        assert [enters(exchange, START_NS) for _ in range(5)] == [True] * 4 + [False]
        (event,) = enter_at(exchange, START_NS, "no")
        assert isinstance(event, OrderRejected)
        text = f"orders_max of {SCOPES[level]} is 4: there were as many in the last 1 s"
        assert (event.reason, event.text) == (3, text)
        quarter_ns = SECOND_NS // 4
        assert not enters(exchange, START_NS + quarter_ns - 1)
        assert enters(exchange, START_NS + quarter_ns)
        assert not enters(exchange, START_NS + quarter_ns)
        assert [enters(exchange, START_NS + 2 * SECOND_NS) for _ in range(5)] == [True] * 4 + [False]

    @pytest.mark.parametrize(("count", "window_ns"), [(3, 10), (4, 10), (7, 100), (999, 1_000), (5, 3), (1, 1)])
    def test_a_burst_is_exactly_the_count(self, exchange: Exchange, count: int, window_ns: int) -> None:
        limit(exchange, "session", orders_max=count, orders_window_ns=window_ns)
        assert [enters(exchange, START_NS) for _ in range(count + 2)] == [True] * count + [False] * 2

    @pytest.mark.parametrize(("count", "window_ns"), [(3, 100), (4, 10), (7, 1_000)])
    def test_in_the_long_run_there_are_not_more(self, exchange: Exchange, count: int, window_ns: int) -> None:
        limit(exchange, "session", orders_max=count, orders_window_ns=window_ns)
        windows = 20
        taken = sum(enters(exchange, START_NS + ns) for ns in range(windows * window_ns))
        assert windows * count * 8 // 10 <= taken <= (windows + 1) * count

    def test_replaces_count_and_cancels_do_not(self, exchange: Exchange) -> None:
        limit(exchange, "account", orders_max=3, orders_window_ns=SECOND_NS)
        enter_at(exchange, START_NS, "1")
        assert isinstance(replace_at(exchange, START_NS, "2", "1")[0], Execution)
        cancel_at(exchange, START_NS, "3", "2")
        order_id = exchange.seq + 1
        assert isinstance(enter_at(exchange, START_NS, "4")[0], Execution)
        before = usage_rows(exchange)
        event = replace_at(exchange, START_NS, "5", "4")
        text = "orders_max of account A/house is 3: there were as many in the last 1 s"
        assert lines(event) == replace_rejected("5", "4", order_id, text)
        assert usage_rows(exchange) == before

    def test_refused_orders_do_not_count(self, exchange: Exchange) -> None:
        limit(exchange, "member", orders_max=1, orders_window_ns=SECOND_NS, order_qty_max_e8=E8)
        for number in range(5):
            assert isinstance(enter_at(exchange, START_NS, f"no {number}", qty=2)[0], OrderRejected)
        assert enters(exchange, START_NS)

    def test_a_change_of_the_rate_keeps_what_was_counted(self, exchange: Exchange) -> None:
        limit(exchange, "member", orders_max=4, orders_window_ns=SECOND_NS)
        for _ in range(4):
            assert enters(exchange, START_NS)
        limit(exchange, "member", orders_max=2, orders_window_ns=SECOND_NS)
        assert not enters(exchange, START_NS + SECOND_NS // 2 - 1)
        assert enters(exchange, START_NS + SECOND_NS // 2)


class TestMessageRate:
    """All messages about orders: refused ones count, and cancels are never refused."""

    @pytest.mark.parametrize("level", LIMITS["messages_max"].levels)
    def test_cancels_count_and_go_through(self, exchange: Exchange, level: str) -> None:
        limit(exchange, level, messages_max=4, messages_window_ns=SECOND_NS)
        enter_at(exchange, START_NS, "1")
        enter_at(exchange, START_NS, "2")
        cancel_at(exchange, START_NS, "3", "1")
        replace_at(exchange, START_NS, "4", "2")
        (event,) = enter_at(exchange, START_NS, "5")
        assert isinstance(event, OrderRejected)
        text = f"messages_max of {SCOPES[level]} is 4: there were as many in the last 1 s"
        assert (event.reason, event.text) == (3, text)
        (refused,) = lines(replace_at(exchange, START_NS, "6", "4"))
        assert refused.endswith(f"reason 2: {text}")
        assert isinstance(cancel_at(exchange, START_NS, "7", "4")[0], Execution)

    def test_cancels_fill_the_window_and_no_more(self, exchange: Exchange) -> None:
        limit(exchange, "session", messages_max=4, messages_window_ns=SECOND_NS)
        for number in range(4):
            enter_at(exchange, START_NS, f"X{number}")
        for number in range(4):
            cancel_at(exchange, START_NS, f"C{number}", f"X{number}")
        assert not enters(exchange, START_NS + SECOND_NS // 4 - 1)
        assert enters(exchange, START_NS + SECOND_NS // 4)

    def test_refused_messages_count(self, exchange: Exchange) -> None:
        limit(exchange, "member", messages_max=9, messages_window_ns=SECOND_NS, order_qty_max_e8=E8)
        enter_at(exchange, START_NS, "good")
        enter_at(exchange, START_NS, "good")  # the ClOrdID was used
        enter_at(exchange, START_NS, "large", qty=2)  # a limit
        enter_at(exchange, START_NS, "none", qty=0)  # the chain
        replace_at(exchange, START_NS, "r1", "who")
        replace_at(exchange, START_NS, "r2", "large")
        cancel_at(exchange, START_NS, "c1", "who")
        cancel_at(exchange, START_NS, "c2", "large", "A2")
        assert enters(exchange, START_NS)
        assert not enters(exchange, START_NS)

    @pytest.mark.parametrize("level", ["session", "account"])
    def test_orders_in_unknown_symbols_count(self, exchange: Exchange, level: str) -> None:
        enters(exchange, START_NS - 9 * SECOND_NS)
        limit(exchange, level, messages_max=3, messages_window_ns=SECOND_NS)
        for number in range(3):
            exchange.seq += 1
            unknown = ReplaceOrder("A1", 0, f"r{number}", "T12", "", "NOPE", "1", "2", "0", E8, 100 * E8)
            exchange.engine.apply(exchange.seq, START_NS, unknown)
        assert enters(exchange, START_NS) == (level == "account")

    def test_requests_that_come_too_late_count_for_the_account_of_their_order(self, exchange: Exchange) -> None:
        enter_at(exchange, START_NS - 9 * SECOND_NS, "gone")
        cancel_at(exchange, START_NS - 9 * SECOND_NS, "c", "gone")
        limit(exchange, "account", messages_max=3, messages_window_ns=SECOND_NS)
        cancel_at(exchange, START_NS, "late", "c")
        replace_at(exchange, START_NS, "later", "c")
        assert [enters(exchange, START_NS) for _ in range(2)] == [True, False]

    def test_a_message_counts_for_the_session_that_sends_it(self, exchange: Exchange) -> None:
        limit(exchange, "session", messages_max=3, messages_window_ns=SECOND_NS)
        for number in range(3):
            enter_at(exchange, START_NS, f"X{number}")
        assert not enters(exchange, START_NS)
        assert isinstance(replace_at(exchange, START_NS, "r", "X0", "A2")[0], Execution)
        cancel_at(exchange, START_NS, "c", "r", "A2")
        assert enters(exchange, START_NS + SECOND_NS // 3 + 1)

    def test_messages_that_are_too_many_do_not_count(self, exchange: Exchange) -> None:
        limit(exchange, "session", messages_max=2, messages_window_ns=SECOND_NS)
        assert [enters(exchange, START_NS) for _ in range(10)] == [True] * 2 + [False] * 8
        assert enters(exchange, START_NS + SECOND_NS // 2)

    def test_what_is_too_much_for_an_account_does_not_count_for_the_member(self, exchange: Exchange) -> None:
        limit(exchange, "member", messages_max=4, messages_window_ns=SECOND_NS)
        limit(exchange, "session", messages_max=4, messages_window_ns=SECOND_NS)
        limit(exchange, "account", messages_max=2, messages_window_ns=SECOND_NS)
        assert [enters(exchange, START_NS) for _ in range(10)] == [True] * 2 + [False] * 8
        assert [enters(exchange, START_NS, "other") for _ in range(3)] == [True] * 2 + [False]


class TestAccounts:
    """Declared accounts: no others may trade."""

    def test_without_declared_accounts_all_may_trade(self, exchange: Exchange) -> None:
        assert enters(exchange, START_NS, "any")
        assert enters(exchange, START_NS, "")

    def test_a_member_with_declared_accounts_has_no_others(self, exchange: Exchange) -> None:
        exchange.apply(SetAccount("A", "house", True))
        for number, (account, text) in enumerate(
            (("other", "Member A has no account other"), ("", "Member A needs an Account (1)"))
        ):
            (event,) = enter_at(exchange, START_NS, f"X{number}", account=account)
            assert isinstance(event, OrderRejected)
            assert (event.reason, event.text) == (15, text)
        assert list(exchange.engine.members["A"].accounts) == ["house"]
        assert exchange.engine.risk.holding_count == 0
        assert list(exchange.engine.sessions["A1"].lanes) == []
        assert enters(exchange, START_NS)

    def test_an_account_that_traded_before_others_were_declared(self, exchange: Exchange) -> None:
        exchange.new("A1", "old", "buy", 1, 9_000)
        exchange.apply(SetAccount("A", "client", True))
        text = "Member A has no account house"
        assert exchange.new("A1", "no", "buy", 1, 9_000) == rejected("no", 15, text)
        assert exchange.replace("A1", "r", "old", 1, 9_000) == replace_rejected("r", "old", 9, text)
        assert "Canceled" in exchange.cancel("A1", "c", "old")[0]
        exchange.apply(SetAccount("A", "house", True))
        assert accepted(exchange.new("A1", "yes", "buy", 1, 9_000))

    def test_a_disabled_account(self, exchange: Exchange) -> None:
        exchange.apply(SetAccount("A", "house", True))
        exchange.new("A1", "old", "buy", 1, 9_000)
        exchange.apply(SetAccount("A", "house", False))
        text = "Account house of member A is disabled"
        assert exchange.new("A1", "no", "buy", 1, 9_000) == rejected("no", 15, text)
        assert exchange.replace("A1", "r", "old", 1, 9_000)[0].endswith(f"reason 2: {text}")
        assert "Canceled" in exchange.cancel("A1", "c", "old")[0]
        exchange.apply(SetAccount("A", "house", True))
        assert accepted(exchange.new("A1", "yes", "buy", 1, 9_000))

    def test_other_members_are_free(self, exchange: Exchange) -> None:
        exchange.apply(SetAccount("A", "client", True))
        assert accepted(exchange.new("B1", "X", "buy", 1, 9_000))


def block(exchange: Exchange, level: str, kind: str = "operator", reason: str = "too much") -> None:
    """Block a scope, as the handlers of blocks do."""
    found = exchange.engine.risk.find(SCOPES[level])
    assert found is not None
    found.blocks[kind] = reason
    exchange.engine.risk.version += 1


class TestBlocks:
    """New orders and replaces are refused, cancels go through."""

    @pytest.mark.parametrize(
        ("level", "name"),
        [
            ("all", "The exchange"),
            ("member", "Member A"),
            ("session", "Session A1"),
            ("account", "Account A/house"),
            ("instrument", "Instrument ACME"),
        ],
    )
    def test_a_blocked_scope(self, exchange: Exchange, level: str, name: str) -> None:
        exchange.new("A1", "old", "buy", 1, 9_000)
        order_id = exchange.seq
        block(exchange, level)
        text = f"{name} takes no new orders (operator): too much"
        before = usage_rows(exchange)
        assert exchange.new("A1", "no", "buy", 1, 9_000) == rejected("no", 0, text)
        assert exchange.replace("A1", "r", "old", 1, 9_000) == replace_rejected("r", "old", order_id, text)
        assert usage_rows(exchange) == before
        assert "Canceled" in exchange.cancel("A1", "c", "old")[0]

    def test_the_widest_is_named_and_comes_before_all_limits(self, exchange: Exchange) -> None:
        exchange.new("A1", "old", "buy", 1, 9_000)
        limit(exchange, "all", order_qty_max_e8=1)
        limit(exchange, "session", messages_max=1, messages_window_ns=SECOND_NS)
        exchange.new("A1", "full", "buy", 1, 9_000)
        for level in reversed(LEVELS[1:]):
            block(exchange, level, reason=level)
        assert exchange.new("A1", "no", "buy", 1, 9_000)[0].endswith(
            "reason 0: Member A takes no new orders (operator): member"
        )

    def test_others_are_free(self, exchange: Exchange) -> None:
        exchange.new("A1", "old", "buy", 1, 9_000)
        block(exchange, "session")
        assert accepted(exchange.new("A2", "X", "buy", 1, 9_000))
        assert "Session A1 takes no new orders" in exchange.replace("A2", "r", "old", 1, 9_000)[0]
        block(exchange, "member")
        assert accepted(exchange.new("B1", "Y", "buy", 1, 9_000))
