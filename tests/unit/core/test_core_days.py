"""Trading days: what ends with the day, what goes on, and the quantities of the day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.core.phasing import end_day, go_on, start_day, to
from tradsys_oms.core.commands import EndDay, StartDay
from tradsys_oms.core.work import ORDERS_MAX

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


def test_the_end_of_the_day_goes_through_all_orders_oldest_first(exchange: Exchange) -> None:
    exchange.new("A1", "gtc", "buy", 5, 9_990, "1")
    exchange.new("A1", "day", "buy", 5, 9_980)
    exchange.new("A1", "stop", "buy", 5, None, ord_type="3", stop=10_500)
    exchange.new("A1", "gtd", "sell", 5, 10_100, "6", expire_date=20250103)
    exchange.new("A1", "gtx", "sell", 5, 10_100, "5")
    exchange.new("A1", "atc", "sell", 5, 10_100, "7")
    exchange.new("A1", "peg", "buy", 5, None, "1", ord_type="P", peg_price_type="5")
    exchange.new("B1", "hit", "sell", 2, 9_990)
    to(exchange, "closed", "pre_open")
    exchange.new("A1", "opg", "buy", 5, 9_980, "2")
    to(exchange, "closed")
    assert end_day(exchange) == [
        "A1 gtc DoneForDay done 5@9990 cum 2 leaves 3",
        "A1 day Expired expired 5@9980 cum 0 leaves 0: Expired at the end of the trading day",
        "A1 stop Expired expired 5@market cum 0 leaves 0: Expired at the end of the trading day",
        "A1 gtd DoneForDay done 5@10100 cum 0 leaves 5",
        "A1 gtx Expired expired 5@10100 cum 0 leaves 0: Expired at the end of the trading day",
        "A1 atc Expired expired 5@10100 cum 0 leaves 0: Expired at the end of the trading day",
        "A1 peg DoneForDay done 5@market cum 0 leaves 5",
        "A1 opg Expired expired 5@9980 cum 0 leaves 0: Expired at the end of the trading day",
    ]
    assert exchange.depth() == ([(9_990, 3, 1)], [(10_100, 5, 1)])
    assert exchange.engine.instruments["ACME"].day_is_ended
    assert exchange.engine.instruments["ACME"].day_end_seq == exchange.seq


def test_the_start_of_a_day_renews_what_is_good_for_longer(exchange: Exchange) -> None:
    exchange.new("A1", "gtc", "buy", 5, 9_990, "1")
    exchange.new("A1", "past", "sell", 5, 10_100, "6", expire_date=20250102)
    exchange.new("A1", "today", "sell", 5, 10_100, "6", expire_date=20250103)
    exchange.new("A1", "new", "buy", 5, 9_980, "1")
    exchange.new("B1", "hit", "sell", 2, 9_990)
    to(exchange, "closed")
    end_day(exchange)
    assert start_day(exchange, 20250103) == [
        "A1 gtc Restated partial 5@9990 cum 2 leaves 3 (because 1, day 0 of 3)",
        "A1 past Expired expired 5@10100 cum 0 leaves 0: Expired: ExpireDate is past",
        "A1 today Restated new 5@10100 cum 0 leaves 5 (because 1, day 0 of 5)",
        "A1 new Restated new 5@9980 cum 0 leaves 5 (because 1, day 0 of 5)",
    ]
    to(exchange, "continuous")
    assert exchange.new("B1", "again", "sell", 2, 9_990)[2] == (
        "A1 gtc Trade partial 5@9990 cum 4 leaves 1 last 2@9990 #1 (day 2 of 3)"
    )
    to(exchange, "closed")
    end_day(exchange)
    assert start_day(exchange, 20250104)[:2] == [
        "A1 gtc Restated partial 5@9990 cum 4 leaves 1 (because 1, day 0 of 1)",
        "A1 today Expired expired 5@10100 cum 0 leaves 0 (day 0 of 5): Expired: ExpireDate is past",
    ]
    assert exchange.replayed(exchange.log).state_hash() == exchange.engine.state_hash()


def test_orders_keep_their_places_over_night(exchange: Exchange) -> None:
    for clord_id in ("1", "2", "3"):
        exchange.new("A1", clord_id, "buy", 5, 9_990, "1")
    to(exchange, "closed")
    end_day(exchange)
    start_day(exchange, 20250103)
    to(exchange, "continuous")
    lines = exchange.new("B1", "hit", "sell", 15, 9_990)
    assert [text.split()[1] for text in lines[2::2]] == ["1", "2", "3"]


def test_an_order_that_is_done_for_the_day_may_be_canceled(exchange: Exchange) -> None:
    exchange.new("A1", "gtc", "buy", 5, 9_990, "1")
    to(exchange, "closed")
    end_day(exchange)
    assert exchange.cancel("A1", "c", "gtc") == ["A1 c<gtc Canceled canceled 5@9990 cum 0 leaves 0"]
    assert start_day(exchange, 20250103) == []


def test_the_first_day_of_an_instrument_needs_none_before(exchange: Exchange) -> None:
    exchange.new("A1", "day", "buy", 5, 9_990)
    exchange.new("A1", "gtc", "buy", 5, 9_990, "1")
    to(exchange, "closed")
    assert start_day(exchange, 20250102) == ["A1 gtc Restated new 5@9990 cum 0 leaves 5 (because 1, day 0 of 5)"]
    assert exchange.depth() == ([(9_990, 10, 2)], [])


def test_what_is_wrong_with_a_day_is_said(exchange: Exchange) -> None:
    def refused(command: EndDay | StartDay) -> str:
        before = exchange.engine.state_hash()
        fault = exchange.engine.fault_of(command)
        assert exchange.engine.state_hash() == before
        assert exchange.apply(command) == [f"Refused: {fault}"]
        return str(fault)

    assert refused(EndDay("X")) == "Unknown symbol X."
    assert refused(StartDay("X", 20250102)) == "Unknown symbol X."
    open_text = "ACME is in the phase continuous: its days end and start while it is closed."
    assert refused(EndDay("ACME")) == open_text
    assert refused(StartDay("ACME", 20250102)) == open_text
    to(exchange, "closed")
    assert refused(StartDay("ACME", 0)) == "0 is no date as YYYYMMDD."
    start_day(exchange, 20250102)
    assert refused(StartDay("ACME", 20250103)) == "The trading day 20250102 of ACME has not ended."
    end_day(exchange)
    assert refused(EndDay("ACME")) == "The trading day of ACME has ended already."
    assert refused(StartDay("ACME", 20250102)) == "Trading day 20250102 of ACME is not after the last one, 20250102."
    assert start_day(exchange, 20250103) == []


def test_a_day_of_many_orders_ends_and_starts_over_several_commands(exchange: Exchange) -> None:
    for number in range(ORDERS_MAX + 2):
        exchange.new("A1", f"o{number}", "buy", 1, 9_990, "1")
    to(exchange, "closed")
    assert len(end_day(exchange)) == ORDERS_MAX
    assert not exchange.engine.instruments["ACME"].day_is_ended
    assert start_day(exchange, 20250102) == ["Refused: ACME has not done with the last change yet: try again."]
    assert len(go_on(exchange)) == 2
    assert exchange.engine.instruments["ACME"].day_is_ended
    assert len(start_day(exchange, 20250102)) == ORDERS_MAX
    assert to(exchange, "pre_open") == ["Refused: ACME has not done with the last change yet: try again."]
    assert exchange.cancel("A1", "c", f"o{ORDERS_MAX}")[0].startswith("A1 c<")
    assert [text.split()[1] for text in go_on(exchange)] == [f"o{ORDERS_MAX + 1}"]
    assert exchange.engine.unfinished == {}
    assert exchange.replayed(exchange.log).state_hash() == exchange.engine.state_hash()


@pytest.mark.parametrize("date", [20260100, 20260132, 20261301, 20250229, 21000229, 0, -1, 99_999_999, 20260431])
def test_a_day_that_no_calendar_has_is_refused(exchange: Exchange, date: int) -> None:
    exchange.set_instrument("DAYS", has_phases=True)
    assert exchange.apply(StartDay("DAYS", date)) == [f"Refused: {date} is no date as YYYYMMDD."]


@pytest.mark.parametrize("date", [20240229, 20000229, 20261231])
def test_a_leap_day_and_the_last_day_of_a_year_are_days(exchange: Exchange, date: int) -> None:
    exchange.set_instrument("DAYS", has_phases=True)
    assert exchange.apply(StartDay("DAYS", date)) == []
