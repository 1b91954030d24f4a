"""What sessions are told of an instrument: once, for all that comes, or no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.core.phasing import to
from tradsys_oms.core.commands import PublishIndication, QueryMarket, SessionOffline
from tradsys_oms.core.events import MarketStatus, Refused

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


def ask(exchange: Exchange, session: str, subscription: str, req_id: str = "r", symbol: str = "ACME") -> None:
    exchange.apply(QueryMarket(session, 0, req_id, symbol, subscription))


def test_one_answer_is_the_state_as_it_is(exchange: Exchange) -> None:
    ask(exchange, "A1", "0")
    assert exchange.events == [MarketStatus("A1", "r", "ACME", "continuous")]
    exchange.new("A1", "b", "buy", 7, 10_010)
    exchange.new("B1", "s", "sell", 2, 10_010)
    to(exchange, "volatility_auction")
    exchange.new("B1", "t", "sell", 9, 10_000)
    ask(exchange, "A1", "0")
    assert exchange.events == [MarketStatus("A1", "r", "ACME", "volatility_auction", "desk", 10_010, 5, -4, 10_010)]
    assert len(exchange.engine.instruments["ACME"].subscribers) == 0


def test_outside_of_auctions_nothing_is_indicated(exchange: Exchange) -> None:
    exchange.set_instrument(has_phases=True)
    to(exchange, "closed", "pre_open")
    exchange.new("A1", "b", "buy", 7, 10_010)
    exchange.new("B1", "s", "sell", 2, 10_000)
    assert exchange.engine.indication("ACME") == (0, 0, 0)
    to(exchange, "opening_auction")
    assert exchange.engine.indication("ACME") == (10_000, 2, 5)


def test_the_message_of_a_question_counts(exchange: Exchange) -> None:
    exchange.apply(QueryMarket("A1", 5, "r", "ACME", "0"))
    assert exchange.engine.sessions["A1"].last_msg_seq_num == 5


def test_subscribers_get_indications_in_the_order_in_which_they_came(exchange: Exchange) -> None:
    ask(exchange, "B1", "1", "b")
    ask(exchange, "A1", "1", "a")
    ask(exchange, "B1", "1", "b2")
    ask(exchange, "B1", "0", "once")
    assert len(exchange.engine.instruments["ACME"].subscribers) == 2
    exchange.apply(PublishIndication("ACME"))
    assert exchange.events == [
        MarketStatus("B1", "b2", "ACME", "continuous", unsolicited=True),
        MarketStatus("A1", "a", "ACME", "continuous", unsolicited=True),
    ]


def test_a_subscription_ends_on_request_or_with_the_connection(exchange: Exchange) -> None:
    ask(exchange, "A1", "1")
    ask(exchange, "B1", "1")
    ask(exchange, "A1", "2", "end")
    assert exchange.events == [MarketStatus("A1", "end", "ACME", "continuous")]
    before = exchange.engine.state_hash()
    exchange.apply(SessionOffline("B1", 0, "gone"))
    assert len(exchange.engine.instruments["ACME"].subscribers) == 0
    assert exchange.engine.state_hash() != before
    exchange.apply(PublishIndication("ACME"))
    assert exchange.events == []


def test_what_can_not_be_answered_is_said(exchange: Exchange) -> None:
    ask(exchange, "A1", "1", symbol="X")
    assert exchange.events == [MarketStatus("A1", "r", "X", "", "Unknown symbol X")]
    ask(exchange, "A1", "9")
    assert exchange.events == [MarketStatus("A1", "r", "ACME", "", "SubscriptionRequestType 9 is not supported")]
    exchange.apply(PublishIndication("X"))
    assert exchange.events == [Refused("Unknown symbol X")]
    assert exchange.engine.fault_of(QueryMarket("A1", 0, "r", "X", "0")) == "Unknown symbol X"
    assert exchange.engine.fault_of(PublishIndication("ACME")) is None
