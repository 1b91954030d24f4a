"""Mass status requests: each open order once, under one request id, the last one marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tradsys_oms.core.commands import GoOn, QueryOrders, SetSession
from tradsys_oms.core.events import Detail, Execution, MassStatusEmpty
from tradsys_oms.core.requests.mass_requests import WAITING_MAX
from tradsys_oms.core.work import ORDERS_MAX

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

ALL, SYMBOL, UNDERLYING = "7", "1", "2"


def ask(
    req_id: str = "Q", kind: str = ALL, *, session: str = "A1", symbol: str = "", underlying: str = "", side: str = ""
) -> QueryOrders:
    """Make a mass status request."""
    return QueryOrders(session, 0, req_id, kind, symbol, underlying, side)


@pytest.fixture
def traded(exchange: Exchange) -> Exchange:
    """Give an exchange with open orders of member A, over both its sessions, and one of B."""
    exchange.set_instrument("CALL", underlying="GLOBEX")
    exchange.new("A1", "1", "buy", 100, 10_000)
    exchange.new("A2", "2", "sell", 100, 10_100)
    exchange.new("A1", "3", "buy", 100, 10_000, symbol="CALL")
    exchange.new("B1", "4", "sell", 40, 10_000)
    exchange.new("A1", "gone", "buy", 100, 10_000)
    exchange.cancel("A1", "away", "gone")
    return exchange


def test_all_open_orders_of_the_member_to_the_session_that_asks(traded: Exchange) -> None:
    assert traded.apply(ask()) == [
        "A1 1 Status partial 100@10000 cum 40 leaves 60 (for Q of 3)",
        "A1 2 Status new 100@10100 cum 0 leaves 100 (for Q of 3)",
        "A1 3 Status new 100@10000 cum 0 leaves 100 (for Q of 3 last)",
    ]
    assert isinstance(event := traded.events[-1], Execution)
    assert event.detail == Detail(mass_status_req_id="Q", reports_total=3, is_last_report=True)
    assert not traded.engine.unfinished


@pytest.mark.parametrize(
    ("command", "found"),
    [
        (ask(kind=SYMBOL, symbol="ACME"), ["1", "2"]),
        (ask(kind=SYMBOL, symbol="ACME", side="1"), ["1"]),
        (ask(kind=UNDERLYING, underlying="GLOBEX"), ["3"]),
        (ask(side="2"), ["2"]),
    ],
)
def test_what_a_request_finds(traded: Exchange, command: QueryOrders, found: list[str]) -> None:
    assert [text.split()[1] for text in traded.apply(command)] == found


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (ask(kind=SYMBOL, symbol="NONE"), "Unknown symbol NONE"),
        (ask(kind=UNDERLYING, underlying="NONE"), "Unknown underlying NONE"),
        (ask(kind="8"), "Requests of type 8 are not supported"),
        (ask(side="7"), "Side 7 is not supported"),
        (ask(session="C1"), "No open order fits the request"),
        (QueryOrders("A1", 0, "Q", ALL, "", "", "", "Parties are not supported"), "Parties are not supported"),
    ],
)
def test_one_report_says_why_there_are_none(traded: Exchange, command: QueryOrders, text: str) -> None:
    traded.apply(command)
    member = command.session[0]
    assert traded.events == [MassStatusEmpty(command.session, member, "Q", command.symbol, command.side, text)]


def many(exchange: Exchange, count: int) -> None:
    """Enter orders of member A."""
    for number in range(count):
        exchange.new("A1", str(number), "buy", 2, 10_000)


def test_what_has_no_room_follows_with_the_state_as_of_then(exchange: Exchange) -> None:
    many(exchange, ORDERS_MAX + 3)
    assert (
        exchange.apply(ask())[-1]
        == f"A1 {ORDERS_MAX - 1} Status new 2@10000 cum 0 leaves 2 (for Q of {ORDERS_MAX + 3})"
    )
    assert exchange.engine.unfinished
    exchange.cancel("A2", "own", str(ORDERS_MAX))
    exchange.replace("A1", "other", str(ORDERS_MAX + 1), 1, 10_000)
    exchange.new("A1", "later", "buy", 1, 10_000)
    total = ORDERS_MAX + 3
    assert exchange.apply(GoOn()) == [
        f"A1 own Status canceled 2@10000 cum 0 leaves 0 (for Q of {total})",
        f"A1 other Status new 1@10000 cum 0 leaves 1 (for Q of {total})",
        f"A1 {ORDERS_MAX + 2} Status new 2@10000 cum 0 leaves 2 (for Q of {total} last)",
    ]
    assert not exchange.engine.unfinished


def test_an_order_that_is_forgotten_meanwhile_is_reported_as_it_ended(make_exchange: type[Exchange]) -> None:
    exchange = make_exchange(finished_orders_max=1)
    many(exchange, ORDERS_MAX + 1)
    exchange.apply(ask())
    exchange.cancel("A1", "c", str(ORDERS_MAX))
    exchange.new("A1", "other", "buy", 1, 30_000)
    waiting = exchange.engine.state_hash()
    total = ORDERS_MAX + 1
    assert exchange.apply(GoOn()) == [f"A1 c Status canceled 2@10000 cum 0 leaves 0 (for Q of {total} last)"]
    assert exchange.engine.state_hash() != waiting


def test_requests_that_wait_are_bounded_and_answered_in_turn(exchange: Exchange) -> None:
    many(exchange, ORDERS_MAX + 1)
    for number in range(WAITING_MAX):
        assert len(exchange.apply(ask(f"Q{number}"))) == ORDERS_MAX
    exchange.apply(ask("one more"))
    text = "Earlier mass status requests are still being answered: try again"
    assert exchange.events == [MassStatusEmpty("A1", "A", "one more", "", "", text)]
    total = ORDERS_MAX + 1
    assert exchange.apply(GoOn()) == [
        f"A1 {ORDERS_MAX} Status new 2@10000 cum 0 leaves 2 (for Q{number} of {total} last)"
        for number in range(WAITING_MAX)
    ]


def test_the_rest_is_not_told_to_another_member(exchange: Exchange) -> None:
    many(exchange, ORDERS_MAX + 1)
    exchange.apply(ask(session="A2"))
    exchange.apply(SetSession("A2", "B", True))
    assert exchange.apply(GoOn()) == []
    assert not exchange.engine.unfinished


def test_a_replay_gives_the_same_state_in_the_middle(exchange: Exchange) -> None:
    many(exchange, ORDERS_MAX + 5)
    exchange.apply(ask())
    assert exchange.engine.state_hash() == exchange.replayed(exchange.log).state_hash()
