"""Whatever links and operators say about venues: it is taken or refused, with the same end each time."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.core.conftest import Exchange
from tests.unit.core.routing.rooms import applied
from tradsys_oms.core.commands import (
    BarVenue,
    Command,
    DropCopy,
    QuarantineReport,
    Route,
    SetRoutes,
    SetVenue,
    SwitchRoute,
    VenueBalance,
    VenueLink,
    VenueQuote,
)
from tradsys_oms.core.events import ExternalExecution, Refused, ReportQuarantined, VenueChanged

VENUES = st.sampled_from(["V1", "V2", "D", "?"])
SYMBOLS = st.sampled_from(["ACME", "?"])
FRAMES = st.integers(0, 6)
AMOUNTS = st.sampled_from([0, 1, -1, 100_000_000, 7_000_000_000, 2**63 - 1, -(2**63)])
NAMES = st.lists(st.sampled_from(["V1", "V2", "D"]), max_size=3).map(tuple)
ROUTES = st.builds(
    Route,
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["book", "venue", "failover", "split", "best_price", "?"]),
    NAMES,
    st.lists(st.integers(0, 3), max_size=3).map(tuple),
    is_timed=st.booleans(),
)
COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.builds(SetVenue, VENUES, st.booleans(), is_drop_copy=st.booleans()),
    st.builds(VenueLink, VENUES, FRAMES, st.booleans(), st.just("test")),
    st.builds(BarVenue, VENUES, st.sampled_from(["operator", "breaker", "?"]), st.booleans(), st.just("test")),
    st.builds(SetRoutes, st.lists(ROUTES, max_size=2).map(tuple)),
    st.builds(SwitchRoute, st.sampled_from(["a", "b", "?"]), st.booleans(), st.just("test")),
    st.builds(VenueQuote, VENUES, FRAMES, SYMBOLS, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS),
    st.builds(VenueBalance, VENUES, FRAMES, st.sampled_from(["", "USD"]), AMOUNTS, AMOUNTS),
    st.builds(QuarantineReport, VENUES, FRAMES, st.just("It can't be read."), st.just("")),
    st.builds(
        DropCopy,
        VENUES,
        FRAMES,
        *[st.sampled_from(["", "X1", "X2"])] * 2,
        st.sampled_from("FGH8"),
        st.sampled_from(["A", "?"]),
        st.just("house"),
        SYMBOLS,
        st.sampled_from("1257"),
        AMOUNTS,
        AMOUNTS,
    ),
)
FIRST = (SetVenue("V1", True), SetVenue("V2", True), SetVenue("D", True, is_drop_copy=True))


@given(st.lists(COMMANDS, max_size=30))
def test_a_stream_ends_in_one_state_and_each_change_of_a_venue_is_told_once(stream: list[Command]) -> None:
    exchange, again = Exchange(), Exchange()
    applied(exchange, *FIRST)
    venues = exchange.engine.routing.venues
    quarantined = 0
    for command in stream:
        was_up = {name: venue.is_up for name, venue in venues.items()}
        frames = {name: venue.frame for name, venue in venues.items()}
        fault = exchange.engine.fault_of(command)
        events = applied(exchange, command)
        kinds = Counter(map(type, events))
        assert set(kinds) <= {Refused, VenueChanged, ReportQuarantined, ExternalExecution}
        assert kinds[Refused] == 0 or events == [Refused(fault or "")]
        told = {event.venue: event.is_up for event in events if isinstance(event, VenueChanged)}
        is_up = {name: venue.is_up for name, venue in venues.items()}
        assert told == {name: up for name, up in is_up.items() if up != was_up.get(name, False)}
        assert all(venue.frame >= frames.get(name, 0) for name, venue in venues.items())
        assert all(venue.is_up == (not venue.why_down()) for venue in venues.values())
        quarantined += kinds[ReportQuarantined]
    assert exchange.engine.routing.quarantined == quarantined
    applied(again, *FIRST, *stream)
    assert again.engine.state_hash() == exchange.engine.state_hash()
