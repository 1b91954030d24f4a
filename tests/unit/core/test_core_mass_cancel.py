"""Mass cancel requests: which orders they take, who is told, and what one command has no room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.core.conftest import Bound
from tradsys_oms.core.commands import CancelOrders, GoOn, MassCancelOrders, SetSession
from tradsys_oms.core.requests import mass_cancel
from tradsys_oms.core.requests.mass_requests import WAITING_MAX
from tradsys_oms.core.work import ORDERS_MAX

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

ALL, SYMBOL, UNDERLYING = "7", "1", "2"


def mass(
    clord_id: str, kind: str = ALL, *, session: str = "A1", symbol: str = "", underlying: str = "", side: str = ""
) -> MassCancelOrders:
    """Make a mass cancel request."""
    return MassCancelOrders(session, 0, clord_id, kind, symbol, underlying, side)


@pytest.fixture
def traded(exchange: Exchange) -> Exchange:
    """Give an exchange with orders of member A, over both its sessions, and one of B."""
    exchange.set_instrument("CALL", underlying="GLOBEX")
    exchange.set_instrument("PUT", underlying="GLOBEX")
    exchange.new("A1", "1", "buy", 100, 10_000)
    exchange.new("A2", "2", "sell", 100, 10_100)
    exchange.new("A1", "3", "buy", 100, 10_000, symbol="CALL")
    exchange.new("A2", "4", "sell", 100, 10_100, symbol="PUT")
    exchange.new("B1", "5", "buy", 100, 9_990)
    return exchange


def test_all_orders_of_the_member_each_reported_to_the_session_that_entered_it(traded: Exchange) -> None:
    assert traded.apply(mass("M")) == [
        "A1 M MassCancel 7 of 4",
        "A1 1 Canceled canceled 100@10000 cum 0 leaves 0: Canceled by mass cancel M over session A1",
        "A2 2 Canceled canceled 100@10100 cum 0 leaves 0: Canceled by mass cancel M over session A1",
        "A1 3 Canceled canceled 100@10000 cum 0 leaves 0: Canceled by mass cancel M over session A1",
        "A2 4 Canceled canceled 100@10100 cum 0 leaves 0: Canceled by mass cancel M over session A1",
    ]
    assert traded.depth() == ([(9_990, 100, 1)], [])
    assert not traded.engine.unfinished


@pytest.mark.parametrize(
    ("command", "canceled"),
    [
        (mass("M", SYMBOL, symbol="ACME"), ["1", "2"]),
        (mass("M", SYMBOL, symbol="ACME", side="2"), ["2"]),
        (mass("M", UNDERLYING, underlying="GLOBEX"), ["3", "4"]),
        (mass("M", UNDERLYING, underlying="GLOBEX", side="1"), ["3"]),
        (mass("M", ALL, side="1"), ["1", "3"]),
        (mass("M", ALL, session="B1"), ["5"]),
        (mass("M", ALL, session="C1"), []),
    ],
)
def test_what_a_request_takes(traded: Exchange, command: MassCancelOrders, canceled: list[str]) -> None:
    head, *lines = traded.apply(command)
    assert head == f"{command.session} M MassCancel {command.request_type} of {len(canceled)}"
    assert [text.split()[1] for text in lines] == canceled


@pytest.mark.parametrize(
    ("command", "fate"),
    [
        (mass("M", SYMBOL, symbol="NONE"), "reason 1: Unknown symbol NONE"),
        (mass("M", SYMBOL), "reason 1: No symbol given"),
        (mass("M", UNDERLYING, underlying="NONE"), "reason 2: Unknown underlying NONE"),
        (mass("M", UNDERLYING), "reason 2: No underlying given"),
        (mass("M", "3"), "reason 0: Requests of type 3 are not supported"),
        (mass("M", side="7"), "reason 0: Side 7 is not supported"),
        (
            MassCancelOrders("A1", 0, "M", ALL, "", "", "", "Account is not supported"),
            "reason 0: Account is not supported",
        ),
        (mass("1"), "reason 99: ClOrdID 1 was used before"),
    ],
)
def test_a_refusal_cancels_nothing(traded: Exchange, command: MassCancelOrders, fate: str) -> None:
    kind, rejects = command.request_type, traded.engine.reject_count
    assert traded.apply(command) == [f"A1 {command.clord_id} MassCancel {kind} refused {fate}"]
    assert traded.engine.open_order_count == 5
    assert traded.engine.reject_count == rejects + 1


def test_the_clord_id_is_used_up(traded: Exchange) -> None:
    traded.apply(mass("M", "3"))
    assert traded.apply(mass("M")) == ["A1 M MassCancel 7 refused reason 99: ClOrdID M was used before"]
    assert traded.cancel("A1", "M", "1")[0].endswith("reason 6: ClOrdID M was used before")
    traded.apply(mass("N", SYMBOL, symbol="PUT"))
    assert traded.apply(mass("N")) == ["A1 N MassCancel 7 refused reason 99: ClOrdID N was used before"]


def test_orders_leave_where_they_stand(exchange: Exchange) -> None:
    exchange.new("A1", "stop", "buy", 10, None, ord_type="3", stop=10_200)
    exchange.new("A1", "ice", "buy", 100, 10_000, display=10)
    exchange.new("A1", "dark", "buy", 100, 10_000, display=0)
    exchange.new("A1", "peg", "buy", 10, None, ord_type="P", peg_price_type="5")
    exchange.apply(mass("M"))
    assert exchange.engine.open_order_count == 0
    assert exchange.engine.instruments["ACME"].care == 0
    assert exchange.depth() == ([], [])


def test_what_is_left_of_others_is_settled(exchange: Exchange) -> None:
    exchange.new("B1", "low", "buy", 10, 9_900)
    exchange.new("A1", "best", "buy", 10, 10_000)
    exchange.new("B1", "peg", "buy", 10, None, ord_type="P", peg_price_type="5")
    assert exchange.query("B1", "peg")[0].endswith("(pegged 10000)")
    exchange.apply(mass("M"))
    assert exchange.query("B1", "peg")[0].endswith("(pegged 9900)")


def many(exchange: Exchange, count: int) -> None:
    """Enter orders of member A, in turns over both sessions."""
    for number in range(count):
        exchange.new(("A1", "A2")[number % 2], f"many {number}", "buy", 1, 10_000)


def test_what_has_no_room_goes_on_oldest_first(exchange: Exchange) -> None:
    many(exchange, 2 * ORDERS_MAX + 1)
    lines = exchange.apply(mass("M"))
    assert (lines[0], len(lines)) == (f"A1 M MassCancel 7 of {2 * ORDERS_MAX + 1}", ORDERS_MAX + 1)
    assert lines[1].split()[:3] == ["A1", "many", "0"]
    assert exchange.engine.unfinished
    exchange.new("A1", "later", "buy", 1, 10_000)
    assert len(exchange.apply(GoOn())) == ORDERS_MAX
    assert exchange.engine.unfinished
    assert exchange.apply(GoOn()) == [
        f"A1 many {2 * ORDERS_MAX} Canceled canceled 1@10000 cum 0 leaves 0: Canceled by mass cancel M over session A1"
    ]
    assert not exchange.engine.unfinished
    assert exchange.apply(GoOn()) == []
    assert [order.clord_id for order in exchange.engine.list_orders(open_only=True)] == ["later"]


def test_orders_that_ended_meanwhile_are_passed_over(exchange: Exchange) -> None:
    many(exchange, ORDERS_MAX + 3)
    exchange.apply(mass("M"))
    exchange.cancel("A1", "own", f"many {ORDERS_MAX}")
    exchange.replace("A2", "other price", f"many {ORDERS_MAX + 1}", 1, 9_999)
    assert [text.split(" Canceled")[0] for text in exchange.apply(GoOn())] == [
        "A2 other price",
        f"A1 many {ORDERS_MAX + 2}",
    ]


def test_requests_that_wait_are_bounded(exchange: Exchange) -> None:
    many(exchange, ORDERS_MAX + 1)
    instrument = exchange.engine.instruments["ACME"]
    instrument.uncross_px = 10_000
    for number in range(WAITING_MAX):
        assert exchange.apply(mass(f"M{number}")) == [f"A1 M{number} MassCancel 7 of {ORDERS_MAX + 1}"]
    assert exchange.apply(mass("one more")) == [
        "A1 one more MassCancel 7 refused reason 99: Earlier mass cancels are still being worked on: try again"
    ]
    assert exchange.apply(mass("M", session="A2")) == [f"A2 M MassCancel 7 of {ORDERS_MAX + 1}"]
    instrument.uncross_px = 0
    assert len(exchange.apply(GoOn())) == ORDERS_MAX
    assert len(exchange.apply(GoOn())) == 1
    assert not exchange.engine.unfinished


def test_an_auction_that_is_being_uncrossed_comes_first(traded: Exchange) -> None:
    traded.engine.instruments["ACME"].uncross_px = 10_000
    assert [text.split()[1] for text in traded.apply(mass("M"))] == ["M", "3", "4"]
    assert traded.apply(GoOn()) == []
    assert traded.engine.unfinished
    traded.engine.instruments["ACME"].uncross_px = 0
    assert [text.split()[1] for text in traded.apply(GoOn())] == ["1", "2"]
    assert not traded.engine.unfinished


def test_what_a_command_passes_over_is_bounded(traded: Exchange, bound: Bound) -> None:
    bound(mass_cancel, "PASSED_OVER_MAX", 2)
    traded.engine.instruments["ACME"].uncross_px = 10_000
    assert [text.split()[1] for text in traded.apply(mass("M"))] == ["M"]
    traded.engine.instruments["ACME"].uncross_px = 0
    assert [text.split()[1] for text in traded.apply(GoOn())] == ["1", "2", "3", "4"]


def test_orders_of_a_session_that_is_gone_wait_for_the_uncrossing_too(traded: Exchange) -> None:
    traded.engine.instruments["ACME"].uncross_px = 10_000
    assert [text.split()[1] for text in traded.apply(CancelOrders("A1", False, "gone"))] == ["3"]
    assert traded.engine.cancellable("A1", day_only=False) == 0
    traded.engine.instruments["ACME"].uncross_px = 0
    assert traded.apply(CancelOrders("A1", False, "gone")) == ["A1 1 Canceled canceled 100@10000 cum 0 leaves 0: gone"]


def test_a_session_that_joins_the_member_may_ask(traded: Exchange) -> None:
    traded.apply(SetSession("C1", "A", True))
    assert traded.apply(mass("M", session="C1"))[0] == "C1 M MassCancel 7 of 4"


def test_a_replay_gives_the_same_state_in_the_middle(exchange: Exchange) -> None:
    many(exchange, ORDERS_MAX + 5)
    before = exchange.engine.state_hash()
    exchange.apply(mass("M"))
    assert exchange.engine.state_hash() == exchange.replayed(exchange.log).state_hash() != before
    waiting = exchange.engine.state_hash()
    exchange.apply(GoOn())
    assert exchange.engine.state_hash() == exchange.replayed(exchange.log).state_hash() != waiting
