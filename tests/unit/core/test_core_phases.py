"""Changes of phase: where one may go, what is taken where, and what becomes of orders that wait or follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.core.phasing import end_day, go_on, soon, start_day, to
from tradsys_oms.core.commands import ChangePhase, QueryMarket
from tradsys_oms.core.events import MarketStatus, PhaseChanged
from tradsys_oms.core.phases.phases import PHASES, Phase
from tradsys_oms.core.work import ORDERS_MAX

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

PATHS = {
    # How an instrument that trades gets into each phase.
    Phase.CONTINUOUS: (),
    Phase.CLOSED: (Phase.CLOSED,),
    Phase.PRE_OPEN: (Phase.CLOSED, Phase.PRE_OPEN),
    Phase.OPENING_AUCTION: (Phase.CLOSED, Phase.OPENING_AUCTION),
    Phase.VOLATILITY_AUCTION: (Phase.VOLATILITY_AUCTION,),
    Phase.CLOSING_AUCTION: (Phase.CLOSING_AUCTION,),
    Phase.HALTED: (Phase.HALTED,),
}


def test_an_instrument_with_phases_begins_closed_and_others_trade(exchange: Exchange) -> None:
    exchange.set_instrument("HOOLI", has_phases=True)
    phases = {symbol: instrument.phase for symbol, instrument in exchange.engine.instruments.items()}
    assert phases == {"ACME": "continuous", "HOOLI": "closed"}


@pytest.mark.parametrize("before", PHASES)
@pytest.mark.parametrize("after", PHASES)
def test_a_phase_goes_only_where_the_table_says(exchange: Exchange, before: str, after: str) -> None:
    to(exchange, *PATHS[before])
    command = ChangePhase("ACME", after, "desk")
    fault = exchange.engine.fault_of(command)
    lines = exchange.apply(command)
    if after in PHASES[before].next_phases:
        assert fault is None
        assert lines == [f"ACME is {after}: desk"]
        assert exchange.engine.instruments["ACME"].phase == after
        assert exchange.engine.instruments["ACME"].phase_since_ns == soon(exchange, 0)
        return
    if after == before:
        assert fault == f"ACME is in the phase {after} already."
    else:
        assert fault == f"ACME can't go from {before} to {after}, only to {', '.join(PHASES[before].next_phases)}."
    assert lines == [f"Refused: {fault}"]
    assert exchange.engine.instruments["ACME"].phase == before


def test_what_is_wrong_with_a_change_is_said(exchange: Exchange) -> None:
    assert exchange.apply(ChangePhase("X", "halted", "")) == ["Refused: Unknown symbol X."]
    assert exchange.apply(ChangePhase("ACME", "lunch", "")) == [
        "Refused: There is no phase lunch; there are closed, pre_open, opening_auction, continuous, "
        "volatility_auction, closing_auction, halted."
    ]
    text = "Refused: The phase closed does not end by itself: its end can't be given."
    assert exchange.apply(ChangePhase("ACME", "closed", "", 1_000)) == [text]
    assert exchange.apply(ChangePhase("ACME", "halted", "", -1)) == [text.replace("closed", "halted")]


def test_only_the_end_of_a_phase_may_be_changed(exchange: Exchange) -> None:
    assert exchange.apply(ChangePhase("ACME", "halted", "news", 5_000_000)) == ["ACME is halted until 5000000: news"]
    since_ns = exchange.engine.instruments["ACME"].phase_since_ns
    assert exchange.apply(ChangePhase("ACME", "halted", "more news", 7_000_000)) == [
        "ACME is halted until 7000000: news"
    ]
    assert exchange.engine.next_due_ns() == 7_000_000
    assert exchange.engine.instruments["ACME"].phase_since_ns == since_ns
    assert exchange.apply(ChangePhase("ACME", "halted", "", 7_000_000))[0].startswith("Refused: ACME is in the phase")
    assert exchange.apply(ChangePhase("ACME", "halted", "")) == ["ACME is halted: news"]
    assert exchange.engine.next_due_ns() is None


def test_a_day_that_has_ended_lets_no_phase_begin(exchange: Exchange) -> None:
    to(exchange, "closed")
    end_day(exchange)
    assert to(exchange, "pre_open") == ["Refused: The trading day of ACME has ended: start the next one first."]
    start_day(exchange, 20250102)
    assert to(exchange, "pre_open") == ["ACME is pre_open: desk"]
    assert exchange.events == [PhaseChanged("ACME", "pre_open", "desk", 0, 20250102)]


def test_in_an_auction_orders_rest_without_matching(exchange: Exchange) -> None:
    to(exchange, "volatility_auction")
    assert len(exchange.new("A1", "b", "buy", 5, 10_010)) == 1
    assert len(exchange.new("B1", "s", "sell", 5, 10_000)) == 1
    assert exchange.depth() == ([(10_010, 5, 1)], [(10_000, 5, 1)])
    assert exchange.cancel("A1", "c", "b")[0].startswith("A1 c<b Canceled")
    assert exchange.depth() == ([], [(10_000, 5, 1)])


def test_at_the_close_orders_wait_for_the_closing_auction(exchange: Exchange) -> None:
    exchange.new("A1", "day", "buy", 5, 10_000)
    exchange.new("A1", "atc", "buy", 5, 10_000, "7")
    exchange.market("A1", "moc", "buy", 5, "7")
    assert exchange.depth() == ([(10_000, 5, 1)], [])
    to(exchange, "closing_auction")
    assert exchange.depth() == ([(10_000, 10, 2)], [])
    exchange.new("B1", "s", "sell", 12, 10_000)
    assert to(exchange, "closed") == [
        "ACME uncrossed 12@10000 imbalance 3",
        "A1 moc Trade filled 5@market cum 5 leaves 0 last 5@10000 #1",
        "B1 s Trade partial 12@10000 cum 5 leaves 7 last 5@10000 #1",
        "A1 day Trade filled 5@10000 cum 5 leaves 0 last 5@10000 #3",
        "B1 s Trade partial 12@10000 cum 10 leaves 2 last 5@10000 #3",
        "A1 atc Trade partial 5@10000 cum 2 leaves 3 last 2@10000 #5",
        "B1 s Trade filled 12@10000 cum 12 leaves 0 last 2@10000 #5",
        "A1 atc Expired expired 5@10000 cum 2 leaves 0: Expired after the auction",
        "ACME is closed: desk",
    ]


def test_at_the_close_orders_wait_again_when_the_closing_auction_is_halted(exchange: Exchange) -> None:
    exchange.new("A1", "atc", "buy", 5, 10_000, "7")
    to(exchange, "closing_auction", "halted")
    assert exchange.depth() == ([], [])
    to(exchange, "volatility_auction")
    exchange.new("B1", "s", "sell", 5, 10_000)
    assert to(exchange, "closing_auction") == ["ACME is closing_auction: desk"]
    assert len(to(exchange, "closed")) == 4


def test_pegs_wait_while_nothing_is_matched(exchange: Exchange) -> None:
    exchange.new("A1", "bid", "buy", 5, 9_990)
    exchange.new("B1", "peg", "buy", 5, None, ord_type="P", peg_price_type="5")
    assert exchange.depth() == ([(9_990, 10, 2)], [])
    to(exchange, "volatility_auction")
    assert exchange.depth() == ([(9_990, 5, 1)], [])
    exchange.new("C1", "s", "sell", 10, 9_990)
    assert exchange.engine.indication("ACME") == (9_990, 5, -5)
    exchange.new("A1", "better", "buy", 5, 9_980)
    assert len(to(exchange, "continuous")) == 4
    assert exchange.depth() == ([(9_980, 10, 2)], [(9_990, 5, 1)])
    assert exchange.replayed(exchange.log).state_hash() == exchange.engine.state_hash()


def test_a_halt_keeps_orders_but_those_that_are_to_be_canceled(exchange: Exchange) -> None:
    exchange.new("A1", "stays", "buy", 5, 9_990, exec_inst="J")
    exchange.new("A1", "goes", "buy", 5, 9_990, exec_inst="K")
    exchange.new("A1", "peg", "buy", 5, None, ord_type="P", peg_price_type="5", exec_inst="K")
    exchange.new("A1", "stop", "buy", 5, None, ord_type="3", stop=10_500, exec_inst="K")
    assert to(exchange, "halted") == [
        "ACME is halted: desk",
        "A1 goes Canceled canceled 5@9990 cum 0 leaves 0 (because 6): Canceled on trading halt",
        "A1 peg Canceled canceled 5@market cum 0 leaves 0 (because 6): Canceled on trading halt",
        "A1 stop Canceled canceled 5@market cum 0 leaves 0 (because 6): Canceled on trading halt",
    ]
    assert exchange.depth() == ([(9_990, 5, 1)], [])
    assert "OrderRejected reason 2" in exchange.new("A1", "new", "buy", 5, 9_990)[0]
    assert exchange.cancel("A1", "c", "stays")[0].startswith("A1 c<stays Canceled")


def test_a_halt_cancels_no_more_than_a_command_may(exchange: Exchange) -> None:
    for number in range(ORDERS_MAX + 2):
        exchange.new("A1", f"o{number}", "buy", 1, 9_990, exec_inst="K")
    assert len(to(exchange, "halted")) == 1 + ORDERS_MAX
    assert to(exchange, "volatility_auction")[0].startswith("Refused")
    assert exchange.cancel("A1", "c", f"o{ORDERS_MAX}")[0].startswith("A1 c<")
    lines = go_on(exchange)
    assert [text.split()[1] for text in lines] == [f"o{ORDERS_MAX + 1}"]
    assert exchange.engine.unfinished == {}
    assert to(exchange, "volatility_auction") == ["ACME is volatility_auction: desk"]


def test_subscribers_are_told_of_each_change(exchange: Exchange) -> None:
    for session in ("B1", "A1"):
        exchange.apply(QueryMarket(session, 0, f"of {session}", "ACME", "1"))
    exchange.apply(ChangePhase("ACME", "halted", "news"))
    assert exchange.events == [
        PhaseChanged("ACME", "halted", "news", 0, 0),
        MarketStatus("B1", "of B1", "ACME", "halted", "news", unsolicited=True),
        MarketStatus("A1", "of A1", "ACME", "halted", "news", unsolicited=True),
    ]


def test_go_on_without_anything_to_do_does_nothing(exchange: Exchange) -> None:
    assert go_on(exchange) == []
