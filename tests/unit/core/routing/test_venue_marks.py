"""What venues say that an instrument is worth: docs/risk.md, section 6."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec import msgpack, structs

from tests.unit.core.conftest import TICK_E8, Exchange
from tests.unit.core.limiting import limit, never_warn, rejected
from tests.unit.core.routing.rooms import LOT_E8, applied
from tests.unit.core.routing.venue_play import VenuePlay
from tests.unit.core.usages import holding_of, load, worth
from tradsys_oms.core.commands import (
    Command,
    DropCopy,
    Revalue,
    Route,
    SetInstrument,
    SetMark,
    SetVenue,
    VenueLink,
    VenueQuote,
)
from tradsys_oms.core.limits.marks import SaidMark
from tradsys_oms.core.routing.venue_marks import quoting

if TYPE_CHECKING:
    from tradsys_oms.core.reference.instruments import Instrument

VENUES = ("V1", "V2")


def set_up(exchange: Exchange, *venues: str, spread_bps: int = 500) -> Exchange:
    """Add V1 and V2, which are logged on, and D, a drop copy; `venues` say what ACME is worth."""
    applied(exchange, SetVenue("D", True, is_drop_copy=True))
    for venue in VENUES:
        applied(exchange, SetVenue(venue, True), VenueLink(venue, 0, True, "test"))
    say_from(exchange, *venues, spread_bps=spread_bps)
    return exchange


def say_from(exchange: Exchange, *venues: str, spread_bps: int = 500, band_bps: int = 0) -> None:
    """Say which venues say what ACME is worth; it has ticks of 0.01, lots of 1, and a reference price of 100."""
    largest_e8 = 1_000_000 * LOT_E8
    exchange.apply(
        SetInstrument(
            *("ACME", TICK_E8, LOT_E8, 10_000 * TICK_E8, band_bps, largest_e8, 0, "USD", True),
            mark_venues=venues,
            mark_spread_max_bps=spread_bps,
        )
    )


@pytest.fixture
def marked(exchange: Exchange) -> Exchange:
    """An exchange where V1, and V2 in its absence, say what ACME is worth."""
    return set_up(exchange, *VENUES)


def acme(exchange: Exchange) -> Instrument:
    return exchange.engine.instruments["ACME"]


def quote(exchange: Exchange, bid: int, offer: int, venue: str = "V1") -> list[str]:
    """Let a venue tell its best bid and offer in ticks, 0 for none."""
    return exchange.apply(VenueQuote(venue, 0, "ACME", bid * TICK_E8, LOT_E8, offer * TICK_E8, LOT_E8))


def trade(exchange: Exchange, px: int) -> None:
    """Let A buy 10 lots from B on our book."""
    exchange.new("B1", f"S{exchange.seq}", "sell", 10, px)
    exchange.new("A1", f"B{exchange.seq}", "buy", 10, px)


def copied(exec_id: str, px: int, kind: str = "F", ref: str = "") -> DropCopy:
    """Tell that A's house account has bought 10 lots elsewhere."""
    return DropCopy("D", 0, exec_id, ref, kind, "A", "house", "ACME", "1", 10 * LOT_E8, px * TICK_E8)


class TestQuotes:
    """The first venue with a bid and an offer near enough to each other says it by their mid."""

    def test_the_mid_is_the_mark_rounded_down_and_followers_are_told_when_it_moves(self, marked: Exchange) -> None:
        assert quote(marked, 10_100, 10_103) == ["ACME is worth 10101 by quote of V1"]
        assert acme(marked).mark_px == 10_101
        assert quote(marked, 10_099, 10_104) == []
        assert acme(marked).said == SaidMark(10_101, "quote", "V1", marked.seq * 1_000)
        assert quote(marked, 10_000, 10_000) == ["ACME is worth 10000 by quote of V1"]

    def test_positions_are_valued_at_it_with_the_next_valuation(self, marked: Exchange) -> None:
        load(marked, 10, 10_000)
        quote(marked, 10_190, 10_210)
        assert worth(marked) == "net 1000, gross 1000, pnl 0"
        marked.apply(Revalue())
        assert worth(marked) == "net 1020, gross 1020, pnl 20"
        quote(marked, 9_890, 9_910)
        marked.apply(Revalue())
        assert worth(marked) == "net 990, gross 990, pnl -10"
        assert holding_of(marked).unrealised == -10 * 100

    @pytest.mark.parametrize(
        ("bid", "offer"),
        [(10_100, 0), (0, 10_100), (0, 0), (10_102, 10_101), (9_749, 10_251), (10**15, 10**15)],
        ids=["no offer", "no bid", "nothing", "crossed", "too wide", "beyond what can be counted"],
    )
    def test_what_is_no_price_leaves_the_mark_as_it_is(self, marked: Exchange, bid: int, offer: int) -> None:
        quote(marked, 10_050, 10_050)
        assert quote(marked, bid, offer) == []
        assert (acme(marked).mark_px, quoting(marked.engine.routing.venues, acme(marked))) == (10_050, "")

    def test_a_spread_just_as_wide_as_allowed_counts(self, marked: Exchange) -> None:
        assert quote(marked, 9_750, 10_250) == ["ACME is worth 10000 by quote of V1"]
        say_from(marked, "V1", spread_bps=499)
        quote(marked, 9_760, 10_260)
        assert acme(marked).mark_px == 10_000
        say_from(marked, "V1", spread_bps=20_000)
        quote(marked, 1, 20_001)
        assert acme(marked).mark_px == 10_001

    def test_the_second_venue_counts_while_the_first_has_no_price(self, marked: Exchange) -> None:
        assert quote(marked, 10_100, 10_100, "V2") == ["ACME is worth 10100 by quote of V2"]
        assert quote(marked, 10_200, 10_200, "V1") == ["ACME is worth 10200 by quote of V1"]
        assert quote(marked, 10_110, 10_110, "V2") == []
        assert quote(marked, 10_200, 0, "V1") == []
        assert quote(marked, 10_120, 10_120, "V2") == ["ACME is worth 10120 by quote of V2"]

    def test_a_line_that_goes_leaves_the_mark_and_makes_room_for_the_next_venue(self, marked: Exchange) -> None:
        quote(marked, 10_200, 10_200, "V1")
        marked.apply(VenueLink("V1", 0, False, "cut"))
        assert (acme(marked).mark_px, quoting(marked.engine.routing.venues, acme(marked))) == (10_200, "")
        assert quote(marked, 10_100, 10_100, "V2") == ["ACME is worth 10100 by quote of V2"]
        marked.apply(VenueLink("V1", 0, True, "back"))
        assert quote(marked, 10_150, 10_150, "V2") == ["ACME is worth 10150 by quote of V2"]
        assert quote(marked, 10_300, 10_300, "V1") == ["ACME is worth 10300 by quote of V1"]

    def test_venues_that_are_not_named_say_nothing(self, exchange: Exchange) -> None:
        set_up(exchange, "NONE", "V2")
        assert quote(exchange, 10_100, 10_100, "V1") == []
        assert acme(exchange).mark_px == 10_000
        say_from(exchange)
        assert quote(exchange, 10_100, 10_100, "V2") == []
        assert (acme(exchange).mark_px, acme(exchange).said.px) == (10_000, 0)

    def test_a_venue_that_is_named_no_more_has_said_it_until_somebody_else_does(self, marked: Exchange) -> None:
        quote(marked, 10_100, 10_100)
        say_from(marked)
        assert quote(marked, 10_200, 10_200) == []
        assert acme(marked).mark_px == 10_100


class TestWhoCameLast:
    """Of trades on our book, operators and venues the last one counts."""

    def test_a_trade_counts_until_the_next_quote(self, marked: Exchange) -> None:
        quote(marked, 10_100, 10_100)
        trade(marked, 10_000)
        assert acme(marked).mark_px == 10_000
        assert quote(marked, 10_100, 10_100) == ["ACME is worth 10100 by quote of V1"]
        trade(marked, 10_100)
        assert quote(marked, 10_100, 10_100) == []

    def test_a_mark_that_was_set_counts_until_the_next_quote(self, marked: Exchange) -> None:
        marked.apply(SetMark("ACME", 10_500 * TICK_E8, "file"))
        assert acme(marked).said == SaidMark(10_500, "operator", "file", marked.seq * 1_000)
        assert quote(marked, 10_100, 10_100) == ["ACME is worth 10100 by quote of V1"]

    def test_a_mark_that_is_held_ends_with_a_trade_or_the_next_mark(self, marked: Exchange) -> None:
        held = SetMark("ACME", 10_500 * TICK_E8, "by hand", is_held=True)
        marked.apply(held)
        assert quote(marked, 10_100, 10_100) == []
        assert acme(marked).mark_px == 10_500
        trade(marked, 10_400)
        assert acme(marked).mark_px == 10_400
        assert quote(marked, 10_100, 10_100) == ["ACME is worth 10100 by quote of V1"]
        marked.apply(held)
        marked.apply(structs.replace(held, is_held=False))
        assert quote(marked, 10_200, 10_200) == ["ACME is worth 10200 by quote of V1"]


class TestExecutions:
    """Where no venue has quotes that count, an execution of ours there does."""

    def play(self, exchange: Exchange, *venues: str) -> tuple[VenuePlay, str]:
        """Send an order of 100 lots to V1, which has accepted it; gives its ClOrdID there."""
        play = VenuePlay(exchange, Route("r", "venue", ("V1",)), venues=VENUES)
        say_from(exchange, *venues)
        play.broker("new", "A1", "X", "buy", 100, 10_000)
        clord_id = play.sent[-1][0]
        play.report(clord_id, "0", "0", 100, 0, 100)
        play.lines()
        return play, clord_id

    def test_a_fill_of_a_routed_order_is_the_mark(self, exchange: Exchange) -> None:
        play, clord_id = self.play(exchange, *VENUES)
        play.report(clord_id, "F", "1", 100, 10, 90, 10, 9_990)
        assert play.lines()[-1] == "ACME is worth 9990 by execution of V1"
        exchange.apply(Revalue())
        assert worth(exchange) == "net 999, gross 999, pnl 0"

    def test_not_where_a_venue_has_quotes(self, exchange: Exchange) -> None:
        play, clord_id = self.play(exchange, *VENUES)
        quote(exchange, 10_100, 10_100, "V2")
        play.report(clord_id, "F", "1", 100, 10, 90, 10, 9_990)
        assert acme(exchange).mark_px == 10_100
        exchange.apply(Revalue())
        assert worth(exchange) == "net 1010, gross 1010, pnl 11"

    def test_not_at_another_venue_nor_without_any(self, exchange: Exchange) -> None:
        play, clord_id = self.play(exchange, "V2")
        play.report(clord_id, "F", "1", 100, 10, 90, 10, 9_990)
        assert acme(exchange).mark_px == 10_000
        say_from(exchange)
        play.report(clord_id, "F", "1", 100, 20, 80, 10, 9_980)
        assert acme(exchange).mark_px == 10_000

    def test_not_what_was_worked_out_from_a_status_nor_a_bust(self, exchange: Exchange) -> None:
        play, clord_id = self.play(exchange, *VENUES)
        play.report(clord_id, "I", "1", 100, 10, 90, avg=9_970)
        assert acme(exchange).mark_px == 10_000
        play.report(clord_id, "F", "1", 100, 20, 80, 10, 9_990, exec_id="E")
        play.report(clord_id, "G", "1", 100, 20, 80, 10, 9_950, exec_ref_id="E")
        play.report(clord_id, "H", "1", 100, 10, 90, exec_ref_id="E")
        assert acme(exchange).mark_px == 9_990

    def test_a_drop_copy_that_is_named_says_it_too(self, exchange: Exchange) -> None:
        set_up(exchange, "D")
        applied(exchange, copied("X1", 10_500))
        assert (acme(exchange).mark_px, holding_of(exchange).mark) == (10_500, 10_500)
        applied(exchange, copied("X2", 10_400, "G", "X1"))
        assert acme(exchange).mark_px == 10_500
        assert worth(exchange) == "net 1050, gross 1050, pnl 10"


class TestLimits:
    """What limits are measured with follows."""

    def test_collars_are_around_the_mark_where_venues_say_it(self, marked: Exchange) -> None:
        never_warn(marked)
        limit(marked, "instrument", collar_bps=100)
        trade(marked, 10_000)
        quote(marked, 11_000, 11_000)
        assert marked.new("A1", "near", "buy", 10, 11_000)[0].startswith("A1 near")
        (line,) = marked.new("A1", "far", "buy", 10, 10_000)
        assert "OrderRejected reason 16: collar_percent of instrument ACME" in line
        say_from(marked)
        (line,) = marked.new("A1", "far too", "buy", 10, 11_000)
        assert "OrderRejected reason 16: collar_percent of instrument ACME" in line

    def test_a_loss_by_quotes_alone_stops_an_account(self, marked: Exchange) -> None:
        never_warn(marked)
        limit(marked, "account", daily_loss_max_e8=50 * LOT_E8)
        load(marked, 10, 10_000)
        quote(marked, 9_490, 9_490)
        marked.apply(Revalue())
        text = (
            "daily_loss_max of account A/house is 50: "
            "the loss of the day is 51, and this order does not close a position"
        )
        assert marked.new("A1", "more", "buy", 1, 9_490) == rejected("more", 3, text)
        quote(marked, 9_500, 9_500)
        marked.apply(Revalue())
        assert len(marked.new("A1", "again", "buy", 1, 9_500)) == 1


def test_a_replay_gives_the_same(marked: Exchange) -> None:
    load(marked, 10, 10_000)
    for bid in (10_100, 10_000, 10_300):
        quote(marked, bid, bid + 20)
        marked.apply(Revalue())
    trade(marked, 10_200)
    quote(marked, 10_000, 10_100, "V2")
    assert marked.replayed(marked.log).state_hash() == marked.engine.state_hash()


def test_commands_of_older_journals_are_read_as_before() -> None:
    instrument = SetInstrument("ACME", TICK_E8, LOT_E8, 10_000 * TICK_E8, 0, LOT_E8, 0, "USD", True)
    mark = SetMark("ACME", TICK_E8, "file")
    for command, added in ((instrument, 2), (mark, 1)):
        array = msgpack.decode(msgpack.encode(command))
        assert msgpack.decode(msgpack.encode(array[:-added]), type=Command) == command
    assert (instrument.mark_venues, mark.is_held) == ((), False)


def test_what_was_said_is_seen_in_the_hash(make_exchange: type[Exchange]) -> None:
    hashes = []
    for held in (False, True):
        exchange = set_up(make_exchange(), *VENUES)
        exchange.apply(SetMark("ACME", 10_500 * TICK_E8, "by hand", is_held=held))
        hashes.append(exchange.engine.state_hash())
    assert hashes[0] != hashes[1]
